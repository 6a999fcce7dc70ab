import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../src/base/limit.ts'
import { isTest, listFiles, listSources, ROOT, readText } from './files.ts'
import { LAYERS } from './layers.ts'
import { allIssues } from './reference/issues.ts'
import { pathOf } from './reference/page.ts'
import { referencePages } from './reference/pages.ts'

const files = listFiles()
const sources = listSources()
const tests = sources.filter((file) => isTest(file.path))
const shipped = sources.filter((file) => file.path.startsWith('src/') && !isTest(file.path))

describe('limits', () => {
  it.each(Object.keys(LIMIT))('%s is used, and met by a test', (name) => {
    const mention = new RegExp(`\\bLIMIT\\.${name}\\b`)
    expect(shipped.some((file) => mention.test(file.scanned.code))).toBe(true)
    expect(tests.some((file) => mention.test(file.scanned.code))).toBe(true)
  })
})

describe('issues', async () => {
  const known = await allIssues()
  const areas = [...new Set(Object.keys(known).map((name) => name.split('/')[0]))].join('|')
  const codes = new RegExp(`'((?:${areas})/[a-z][a-z0-9-]*)'`, 'g')
  const raised = new Set(
    shipped
      .filter((file) => !file.path.endsWith('/issues.ts'))
      .flatMap((file) => [...file.scanned.withoutComments.matchAll(codes)])
      .map((found) => found[1] ?? ''),
  )

  it('that are raised have a row in an issue table', () => {
    expect([...raised].filter((name) => !(name in known))).toEqual([])
  })

  it('that have a row are raised somewhere', () => {
    expect(Object.keys(known).filter((name) => !raised.has(name))).toEqual([])
  })

  it('are seen by a test', () => {
    const text = [...tests.map((file) => file.text), ...caseTexts()].join('\n')
    expect(Object.keys(known).filter((name) => !text.includes(name))).toEqual([])
  })
})

describe('specifications', () => {
  const specs = files.filter((path) => /^src\/.*\/SPEC\.md$/.test(path))
  it.each(specs)('%s: every rule has a case, and every case a rule', (path) => {
    const folder = path.slice(0, -'SPEC.md'.length)
    const rules = new Set(
      [...readText(path).matchAll(/^(?:[-*] |#+ |\| *)?\**`?([A-Z]{1,3}\d+)\b/gm)].map(
        (found) => found[1],
      ),
    )
    const named = new Set(
      [...casesBelow(folder).matchAll(/\brules?:\s*\[?((?:[A-Z]{1,3}\d+(?:,\s*)?)+)/g)].flatMap(
        (found) => (found[1] ?? '').split(/,\s*/).filter((name) => name !== ''),
      ),
    )
    expect(rules.size).toBeGreaterThan(0)
    expect([...rules].filter((rule) => !named.has(rule ?? ''))).toEqual([])
    expect([...named].filter((rule) => !rules.has(rule))).toEqual([])
  })
})

describe('documents', async () => {
  const generated = await referencePages()

  it('of the reference are what `npm run docs` writes', async () => {
    for (const page of generated) {
      expect(readText(pathOf(page)), `${page.name}: run npm run docs`).toBe(page.text)
    }
  })

  it('of the reference are all generated', async () => {
    const made = generated.map(pathOf)
    const others = files.filter((path) => /^(docs\/reference|content\/audit-policies)\//.test(path))
    expect(others.filter((path) => !made.includes(path) && !isCheckedElsewhere(path))).toEqual([])
  })

  it('show the layer table as it is', () => {
    const map = readText('src/README.md')
    for (const [folder, allowed] of Object.entries(LAYERS)) {
      const row = `| ${folder} | ${allowed.length === 0 ? '–' : allowed.join(', ')} |`
      expect(map).toContain(row)
    }
  })

  it('link to files that are there', () => {
    const broken = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => linksOf(path).map((link) => [path, link] as const))
      .filter(([path, link]) => !existsSync(new URL(link, `file://${ROOT}${path}`)))
    expect(broken).toEqual([])
  })

  it('give every dependency its sentence', () => {
    const manifest = JSON.parse(readText('package.json'))
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    const text = readText('ARCHITECTURE.md')
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })
})

/** Pages that another test makes and compares. */
function isCheckedElsewhere(path: string): boolean {
  return path.endsWith('/falco-expectations.md')
}

function caseTexts(): readonly string[] {
  return files
    .filter((path) => /(?:\/cases\/|\.cases\.ya?ml$)/.test(path) && /\.ya?ml$/.test(path))
    .map(readText)
}

/** The cases of a folder, without those of a folder below that has a SPEC.md of its own. */
function casesBelow(folder: string): string {
  return files
    .filter((path) => path.startsWith(`${folder}cases/`) || path.startsWith(`${folder}fixtures/`))
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => readFileSync(ROOT + path, 'utf8'))
    .join('\n')
}

function linksOf(path: string): readonly string[] {
  return [...readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(
    (found) => found[1] ?? '',
  )
}
