import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { parseBaseline } from './baseline.ts'
import { type Choice, choose, isAtLeast } from './choice.ts'
import { problemsOf } from './hunt-problems.ts'
import { hadExpired, parseIgnoreFile, speaksOf } from './ignore-file.ts'
import { jsonReport, ndjsonReport } from './output/machine.ts'
import { readText } from './rule-files.ts'
import { findingOf, incident } from './testing/report.ts'

const ENTRY = { actor: undefined, namespace: undefined, name: undefined, reason: 'known' }
const ALL: Choice = {
  level: undefined,
  actor: undefined,
  namespace: undefined,
  baseline: new Set(),
  ignore: [],
}

describe('ignore file', () => {
  test('reads entries', () => {
    const { entries, issues } = parseIgnoreFile(
      '- { rule: B01, actor: "sys*", reason: drill, expires: 2027-01-31 }\n',
      'i.yaml',
    )
    expect(issues).toEqual([])
    expect(entries).toEqual([
      {
        rule: 'B01',
        actor: 'sys*',
        namespace: undefined,
        name: undefined,
        reason: 'drill',
        expires: '2027-01-31',
      },
    ])
  })

  test.each([
    ['rule: B01', 'a list of entries'],
    ['- B01', 'an entry is a map'],
    ['- { rule: B01, expires: 2027-01-31 }', 'needs reason'],
    ['- { rule: B01, reason: x }', 'needs expires'],
    ['- { rule: B01, reason: " ", expires: 2027-01-31 }', 'reason must be a text'],
    ['- { rule: B01, reason: x, expires: soon }', 'must be a date'],
    ['- { rule: B01, reason: x, expires: 2027-13-45 }', 'is no date'],
    ['- { rule: B01, reason: x, expires: 2027-01-31, user: eve }', 'unknown key "user"'],
    ['- { rule: [B01], reason: x, expires: 2027-01-31 }', 'rule must be a text'],
    ['- { rule: B01', 'flow'],
  ])('refuses %j', (text, said) => {
    const { entries, issues } = parseIgnoreFile(text, 'i.yaml')
    expect(entries).toEqual([])
    expect(issues.map((issue) => issue.message.toLowerCase()).join()).toContain(said)
    expect(issues[0]).toMatchObject({ code: 'cli/ignore-entry', at: { file: 'i.yaml', line: 1 } })
  })

  test('LIMIT.ignoreEntriesMax', () => {
    const text = '- { rule: B01, reason: x, expires: 2027-01-31 }\n'
    const { issues } = parseIgnoreFile(text.repeat(LIMIT.ignoreEntriesMax + 1), 'i.yaml')
    expect(issues[0]?.message).toBe(`more than ${LIMIT.ignoreEntriesMax} entries`)
  })

  test('speaks of findings by rule or detection, actor, namespace and name', () => {
    const finding = findingOf('aa')
    const entry = { ...ENTRY, rule: 'b01', expires: '2027-01-01' }
    expect(speaksOf(entry, finding)).toBe(true)
    expect(speaksOf({ ...entry, rule: finding.rule.id }, finding)).toBe(true)
    expect(speaksOf({ ...entry, rule: 'B0' }, finding)).toBe(false)
    expect(speaksOf({ ...entry, rule: '*' }, finding)).toBe(false)
    expect(speaksOf({ ...entry, actor: 'mallory*' }, finding)).toBe(true)
    expect(speaksOf({ ...entry, actor: 'grace' }, finding)).toBe(false)
    expect(speaksOf({ ...entry, namespace: 'shop', name: 'web-?' }, finding)).toBe(true)
    expect(speaksOf({ ...entry, namespace: 'pay*' }, finding)).toBe(false)
  })

  test('expiry is judged by the time of the act, to the moment', () => {
    const entry = { ...ENTRY, rule: 'B01', expires: '2026-11-20T21:53:13.242724Z' }
    expect(hadExpired(entry, findingOf('aa', { time: '2026-11-20T21:53:13.242724Z' }))).toBe(true)
    expect(hadExpired(entry, findingOf('aa', { time: '2026-11-20T21:53:13.241Z' }))).toBe(false)
    expect(hadExpired(entry, findingOf('aa', { time: 'no time' }))).toBe(true)
  })
})

describe('choose', () => {
  test('each finding has one fate, and all are counted', () => {
    const { report } = incident()
    const [first] = report.findings
    const { report: shown, hidden } = choose(report, {
      ...ALL,
      level: 'medium',
      actor: 'mallory*',
      baseline: new Set([report.findings[1]?.id ?? '']),
      ignore: [
        { ...ENTRY, rule: 'B01', name: 'billing*', expires: '2027-01-01' },
        { ...ENTRY, rule: 'B01', expires: '2020-01-01' },
      ],
    })
    const aside = hidden.setAside.map((entry) => [entry.findings, entry.expired])
    expect(aside).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(hidden).toMatchObject({ known: 1, filtered: 3 })
    expect(shown.findings.map((one) => one.rule.detection)).toEqual(['B01', 'D01', 'F02'])
    expect(shown.findings).not.toContain(first)
  })

  test('--actor finds the one behind an impersonation too', () => {
    const { report } = incident()
    const by = (actor: string): number =>
      choose(report, { ...ALL, actor }).report.findings.filter(
        (one) => one.rule.detection === 'D01',
      ).length
    expect([by('system:admin'), by('mallory*'), by('eve')]).toEqual([1, 1, 0])
  })

  test('levels are in order', () => {
    expect(isAtLeast('critical', 'high')).toBe(true)
    expect(isAtLeast('high', 'high')).toBe(true)
    expect(isAtLeast('low', 'medium')).toBe(false)
  })
})

describe('baseline', () => {
  test('reads what ndjson and json write', () => {
    const all = new Set(incident().report.findings.map((one) => one.id))
    expect(parseBaseline([...ndjsonReport(incident())].join(''))).toEqual(all)
    expect(parseBaseline([...jsonReport(incident())].join(''))).toEqual(all)
    expect(parseBaseline('')).toEqual(new Set())
  })

  test.each(['hello', '{"id":5}', '[1]', '{"report":{}}', '{"id":"a"}\n{'])(
    'refuses %j',
    (text) => {
      expect(parseBaseline(text)).toBeUndefined()
    },
  )
})

describe('problems of the input', () => {
  const { report } = incident()
  const codes = (more: Partial<typeof report>, strict = false): readonly string[] =>
    problemsOf({ ...report, ...more }, ['logs/audit-a.log.zst'], strict).map((issue) => issue.code)
  const issue = (code: string) => ({ code, message: '', at: {} })

  test('damage is a problem when strict; unreadable paths and refused rules always', () => {
    expect(codes({})).toEqual([])
    expect(codes({}, true)).toEqual(['decode/torn'])
    const issues = ['source/missing', 'source/cut-short', 'sigma/unknown-field'].map(issue)
    expect(codes({ issues })).toEqual(['source/missing', 'sigma/unknown-field'])
  })

  test('a named file without events is; one found in a folder is not', () => {
    const [a, b] = report.inputs
    if (a === undefined || b === undefined) throw new Error('two inputs expected')
    expect(codes({ inputs: [{ ...a, shapes: [] }, b] })).toEqual(['cli/no-events'])
    expect(codes({ inputs: [a, { ...b, shapes: [] }] })).toEqual([])
    expect(codes({ inputs: [] })).toEqual(['cli/no-events'])
  })
})

test('LIMIT.listFileBytesMax: a larger file is refused unread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-list-'))
  const file = join(folder, 'large')
  writeFileSync(file, '')
  truncateSync(file, LIMIT.listFileBytesMax + 1)
  await expect(readText(file, LIMIT.listFileBytesMax)).rejects.toThrow('is larger than')
  rmSync(folder, { recursive: true })
})
