import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lintRules } from './lint-rules.ts'
import { CATALOGUES } from './testing/catalogues.ts'
import { namesOf } from './testing/lint-cases.ts'

const FILE = new URL('../../detect/fixtures/published-rules.yaml', import.meta.url)
const documents = readFileSync(FILE, 'utf8').split(/^---$/m)

const lintsOf = (text: string): readonly string[] => {
  const files = [{ file: 'published.yaml', text, cases: undefined }]
  return namesOf(lintRules({ files, others: [], lists: [], catalogues: CATALOGUES }))
}

/** What every one of them lacks. */
const ALWAYS = ['missing-cases']

describe('rules as public collections have them', () => {
  const found = new Map(
    documents.map((text) => [/^title: (.*)$/m.exec(text)?.[1] ?? '', lintsOf(text)]),
  )

  it.each([
    ['Webhook configuration written', ['impossible-value', 'missing-verb', 'no-outcome']],
    ['Exec into a pod', ['missing-verb', 'no-outcome']],
    ['Path of the host mounted', ['missing-templates', 'missing-verb', 'renamed-field']],
    ['Pod with capabilities', ['missing-templates', 'missing-verb', 'renamed-field']],
    ['Events deleted', ['missing-verb', 'no-outcome']],
  ])('%s', (title, lints) => {
    expect(found.get(title)).toEqual(expect.arrayContaining([...lints, ...ALWAYS]))
  })

  it('five can never match as they stand, or only because their names are read as others', () => {
    const broken = [...found.values()].filter(
      (lints) => lints.includes('never-matches') || lints.includes('renamed-field'),
    )
    expect(broken.length).toBeGreaterThanOrEqual(5)
  })

  it('none passes without a word', () => {
    expect([...found].filter(([, lints]) => lints.length === 0)).toEqual([])
  })
})
