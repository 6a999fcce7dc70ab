import { describe, expect, it } from 'vitest'
import {
  type Check,
  commentFaults,
  cycles,
  languageFaults,
  layerFaults,
  packageFaults,
  purityFaults,
  sizeFaults,
  unknownFolders,
} from './checks.ts'
import { DEBTS } from './debts.ts'
import { listFiles, listSources, readText, type SourceFile } from './files.ts'
import { scan } from './scan.ts'

const sources = listSources()

describe('the style of the code', () => {
  const checks: readonly (readonly [string, Check])[] = [
    ['imports follow the layer table', layerFaults],
    ['every folder has its row in the layer table', unknownFolders],
    ['packages are used where they belong', packageFaults],
    ['no file imports itself in a circle', cycles],
    ['functions, files and lines keep their size', sizeFaults],
    ['pure folders touch no clock, disk, network or randomness', purityFaults],
    ['no any, no default export, no barrel, no eval, no empty catch', languageFaults],
    ['every export has a doc comment', commentFaults],
  ]
  it.each(checks)('%s', (_, check) => {
    expect(withoutDebts(check(sources))).toEqual([])
  })

  it('the list of debts holds nothing that is paid', () => {
    const found = new Set(checks.flatMap(([, check]) => check(sources)).map(withoutLine))
    expect(DEBTS.filter((debt) => !found.has(debt))).toEqual([])
  })
})

describe('the names of files', () => {
  it('are kebab-case', () => {
    const odd = listFiles()
      .filter((path) => /^(?:src|tidy|bench|demo|content\/rules)\//.test(path))
      .filter((path) => !/\/(?:cases|fixtures)\//.test(path))
      .map((path) => path.slice(path.lastIndexOf('/') + 1))
      .filter((name) => !/^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|[A-Z]+\.md)$/.test(name))
    expect(odd).toEqual([])
  })

  it('no text names a place on the machine it was written on', () => {
    const place = new RegExp(`(?:^|[^\\w.~])/(?:${['work', 'farm', 'Users'].join('|')})/[a-z]`, 'm')
    const leaks = listFiles()
      .filter((path) => /\.(?:ts|mjs|json|ya?ml|md)$|^\.ci\//.test(path))
      .filter((path) => place.test(readText(path)))
    expect(leaks).toEqual([])
  })
})

describe('the checks themselves', () => {
  const file = (path: string, text: string): SourceFile => {
    return { path, text, scanned: scan(text) }
  }

  it('see an import against the layers, also a type and a dynamic one', () => {
    const text = [
      "import type { A } from '../sigma/plan/plan.ts'",
      "const b = await import('../cli/registry.ts')",
      "// import { c } from '../cli/c.ts'",
      'const text = "import d from \'../cli/d.ts\'"',
    ].join('\n')
    expect(layerFaults([file('src/model/a.ts', text)])).toEqual([
      'src/model/a.ts:1 imports src/sigma/plan/plan.ts: model may not use sigma',
      'src/model/a.ts:2 imports src/cli/registry.ts: model may not use cli',
    ])
  })

  it('see a circle', () => {
    const a = file('src/base/a.ts', "import { b } from './b.ts'")
    const b = file('src/base/b.ts', "export { a } from './a.ts'")
    expect(cycles([a, b])).toEqual(['src/base/a.ts → src/base/b.ts → src/base/a.ts'])
  })

  it('see a long function, whatever its form, and leave a describe alone', () => {
    const body = '{\n'.padEnd(2 + 61 * 2, '0\n')
    const long = (head: string): number => sizeFaults([file('src/a.ts', `${head} ${body}}`)]).length
    expect(long('function a(b: string): number')).toBe(1)
    expect(long('export const a = (b: string): number =>')).toBe(1)
    expect(long('export const a = async (\n  b: string,\n): Promise<number> =>')).toBe(1)
    expect(long('class A {\n  count = 0\n  a(b: string): number')).toBe(1)
    expect(long("describe('a', () =>")).toBe(0)
    expect(long('export const table: Table =')).toBe(0)
  })

  it('see the clock and randomness in pure folders only, and not in words', () => {
    const text = 'const a = Date.now() // Math.random()\nconst b = "process.exit"\n'
    expect(purityFaults([file('src/detect/a.ts', text)])).toEqual([
      'src/detect/a.ts:1 Date.now in a pure folder',
    ])
    expect(purityFaults([file('src/cli/a.ts', text)])).toEqual([])
  })

  it('see any as a type and not as a word', () => {
    const text =
      'const any = 1\nconst a: any = any\n// any\nconst b = /: any/\nconst c = `$' + '{a as any}`'
    expect(languageFaults([file('src/detect/a.ts', text)])).toEqual([
      'src/detect/a.ts:2 `any`',
      'src/detect/a.ts:5 `any`',
    ])
  })
})

function withoutDebts(faults: readonly string[]): readonly string[] {
  return faults.filter((fault) => !DEBTS.includes(withoutLine(fault)))
}

/** A debt stays the same debt when lines above it come and go. */
function withoutLine(fault: string): string {
  return fault.replace(/^(\S+?):\d+/, '$1')
}
