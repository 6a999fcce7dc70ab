import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PART, type Part } from '../model/blindness.ts'
import { toCanonical } from './canonical.ts'
import { decoded, line } from './testing/decoded.ts'

/** One case: bytes in, canonical events and issues out. */
interface Case {
  readonly rule: string
  readonly title: string
  /** The input itself, with $EVENT and the like in it; or a file of fixtures/; or members. */
  readonly input?: string
  readonly fixture?: string
  readonly event?: Record<string, unknown>
  /** Members that the canonical events have. */
  readonly events?: readonly Record<string, unknown>[]
  readonly shapes?: readonly string[]
  /** Of each event, the parts that it cannot say. */
  readonly unknown?: readonly (readonly Part[])[]
  /** The codes of all issues; one that is counted comes once. */
  readonly issues?: readonly string[]
  readonly counts?: readonly number[]
}

const HERE = new URL('.', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, HERE), 'utf8')
const CASES: readonly Case[] = readdirSync(new URL('cases', HERE)).flatMap((file) =>
  parse(read(`cases/${file}`)),
)

const event = (auditID: string): string =>
  line({
    level: 'Metadata',
    auditID,
    verb: 'list',
    requestObject: undefined,
    responseObject: undefined,
  })

const filled = (text: string): string =>
  text
    .replaceAll('$EVENT', () => event('one'))
    .replaceAll('$OTHER', () => event('two'))
    .replaceAll('$TEXT', () => JSON.stringify(event('one')))
    .replaceAll('$PRETTY', () => JSON.stringify(JSON.parse(event('one')), undefined, 2))

const inputOf = (one: Case): string => {
  if (one.fixture !== undefined) return read(`fixtures/${one.fixture}`)
  return one.event === undefined ? filled(one.input ?? '') : line(one.event)
}

const partsOf = (bits: number): readonly string[] =>
  Object.entries(PART)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .sort()

describe.each([...new Set(CASES.map((one) => one.rule))])('%s', (rule) => {
  test.each(CASES.filter((one) => one.rule === rule))('$title', (one) => {
    const found = decoded(inputOf(one))
    if (one.event === undefined) {
      expect(found.events.map(toCanonical)).toMatchObject(one.events ?? [])
      expect(found.events.length).toBe((one.events ?? []).length)
    }
    if (one.shapes !== undefined) expect(found.shapes).toEqual(one.shapes)
    expect([...new Set(found.codes)]).toEqual([...new Set(one.issues ?? [])])
    if (one.counts !== undefined) {
      expect(found.issues.map((issue) => issue.count ?? 1)).toEqual(one.counts)
    }
    if (one.unknown !== undefined) {
      const unknown = found.events.map(({ unknown: bits }) => partsOf(bits))
      expect(unknown).toEqual(one.unknown.map((parts) => [...parts].sort()))
    }
  })
})

describe('SPEC.md', () => {
  const rules = [...read('SPEC.md').matchAll(/^- \*\*(D\d+)\*\*/gm)].map((match) => match[1])

  test('each rule has a case, and each case a rule', () => {
    expect([...new Set(CASES.map((one) => one.rule))].sort()).toEqual([...rules].sort())
  })
})
