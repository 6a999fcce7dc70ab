import { describe, expect, it } from 'vitest'
import { CANNOT_TELL, UNKNOWN, YES } from '../../base/truth.ts'
import { NOTE_KINDS, SOURCE_FIELDS } from '../../model/source-fields.ts'
import type { SourceNote } from '../../model/source-health.ts'
import { compileRules, type RuleSet } from '../compile.ts'
import { judgeNote, unmeasuredFor } from './judge-note.ts'
import { readNote } from './read-note.ts'

const ruleText = (detection: string, more = ''): string => `title: A rule
id: 1f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
name: about_a_log
logsource: { product: kubernetes, service: audit-source }
detection:
  selection:
${detection.replace(/^/gm, '    ')}
  condition: selection
level: high
summary: '{source.server} was silent for {source.silenceSeconds} s[, {source.timesUsual} times the usual][, while {source.othersLogging} others log]'
${more}`

const compiled = (detection: string, more = ''): RuleSet =>
  compileRules([{ file: 'rule.yaml', text: ruleText(detection, more) }])

const note = (properties: object): SourceNote => {
  const read = readNote(JSON.stringify(properties))
  if (typeof read === 'string') throw new Error(read)
  return read
}

const SILENCE = {
  ...{ kind: 'silence', cluster: 'shop', server: 'master-1', way: 'file' },
  ...{ fromUs: 1_795_211_570_123_456, toUs: 1_795_211_900_000_000, key: '' },
  ...{ seconds: 312.3456, usualSeconds: 7.5 },
}

describe('a rule about a log', () => {
  const { sourceRules, rules, issues } = compiled(
    'source.silenceSeconds|gte: 60\nsource.timesUsual|gte: 3',
  )

  it('is none about events', () => {
    expect(issues).toEqual([])
    expect(rules).toEqual([])
    expect(sourceRules).toHaveLength(1)
  })

  it('makes a finding of a note, with what decided', () => {
    const [verdict, ...others] = judgeNote(sourceRules, note(SILENCE))
    expect(others).toEqual([])
    expect(verdict).toMatchObject({ truth: YES, finding: { cluster: 'shop', server: 'master-1' } })
    expect(verdict?.finding).toMatchObject({
      time: '2026-11-20T21:52:50.123456Z',
      reason:
        'master-1 was silent for 312 s, 41.6 times the usual. Decided by source.silenceSeconds = 312; source.timesUsual = 41.6.',
      target: { verb: 'log', resource: 'audit', name: 'file' },
      outcome: undefined,
    })
    expect(verdict?.finding?.fields.map(({ trust }) => trust)).toEqual(['server', 'server'])
  })

  it('says no, and says when it cannot tell', () => {
    expect(judgeNote(sourceRules, note({ ...SILENCE, seconds: 10 }))).toEqual([])
    const { usualSeconds: _, ...unknown } = SILENCE
    const [verdict] = judgeNote(sourceRules, note(unknown))
    expect(verdict).toMatchObject({ truth: UNKNOWN, finding: undefined })
    const [rule] = sourceRules
    expect(rule && unmeasuredFor(rule, note(unknown))).toEqual(['source.timesUsual'])
    expect(rule && unmeasuredFor(rule, note(SILENCE))).toEqual([])
  })

  it('gives one finding for one episode, however it goes on', () => {
    const idOf = (changes: object): string | undefined =>
      judgeNote(sourceRules, note({ ...SILENCE, ...changes }))[0]?.finding?.id
    const id = idOf({})
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(idOf({ seconds: 900, toUs: 1 })).toBe(id)
    for (const other of [
      { fromUs: 1 },
      { server: 's' },
      { cluster: 'c' },
      { way: 'webhook' },
      { key: 'k' },
    ]) {
      expect(idOf(other)).not.toBe(id)
    }
  })

  it('knows its own fields, and no others', () => {
    for (const [wrong, code] of [
      ['verb: get', 'sigma/unknown-field'],
      ['source.silentSeconds|gte: 6', 'sigma/unknown-field'],
      ['source.silenceSeconds|gte: much', 'sigma/bad-value'],
    ]) {
      const set = compiled(wrong ?? '')
      expect(set.sourceRules).toEqual([])
      expect(set.issues.map((issue) => issue.code)).toEqual([code])
    }
    const summary = compileRules([
      { file: 'r.yaml', text: ruleText('source.kind: gap').replace('{source.server}', '{verb}') },
    ])
    expect(summary.issues.map(({ code }) => code)).toEqual(['detect/unknown-summary-field'])
  })

  it('is none that a correlation can count', () => {
    const correlation = `---
title: Counts logs
id: 2f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
correlation:
  type: event_count
  rules: [about_a_log]
  group-by: [actor.name]
  timespan: 1m
  condition: { gte: 3 }
`
    const set = compiled('source.kind: gap', correlation)
    expect(set.correlations).toEqual([])
    expect(set.issues[0]?.message).toContain('it is about the log itself')
  })

  it('has exceptions by filters of its own', () => {
    const filter = (service: string, test: string): string => `---
title: Not the laboratory
id: 4f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
logsource: { product: kubernetes${service} }
filter:
  rules: any
  lab: { ${test} }
  condition: not lab
`
    const own = compiled(
      'source.kind: silence',
      filter(', service: audit-source', 'source.cluster: shop'),
    )
    expect(own.issues).toEqual([])
    expect(judgeNote(own.sourceRules, note(SILENCE))).toEqual([])
    expect(judgeNote(own.sourceRules, note({ ...SILENCE, cluster: 'prod' }))).toHaveLength(1)
    const forEvents = compiled('source.kind: silence', filter('', 'user.username: bob'))
    expect(forEvents.sourceRules).toHaveLength(1)
    expect(forEvents.issues.map(({ code }) => code)).not.toContain('sigma/filter-not-used')
  })

  it('is set apart by what it says of its log, and a duplicate is one all the same', () => {
    const other = ruleText('source.kind: gap').replace('service: audit-source', 'service: audit')
    const set = compileRules([
      { file: 'a.yaml', text: ruleText('source.kind: gap') },
      { file: 'b.yaml', text: other },
    ])
    expect(set.issues.map(({ code }) => code)).toEqual(['detect/duplicate-rule'])
    expect([set.rules.length, set.sourceRules.length]).toEqual([0, 1])
  })
})

describe('the fields of notes', () => {
  it('have names of their own, and known kinds', () => {
    const names = SOURCE_FIELDS.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
    for (const { name, kinds } of SOURCE_FIELDS) {
      expect(name).toMatch(/^source\.[a-z][A-Za-z]*$/)
      for (const kind of kinds ?? []) expect(NOTE_KINDS).toContain(kind)
    }
  })

  it('are absent in notes of another kind, and unknown in those that lack them', () => {
    for (const { kinds, read, name } of SOURCE_FIELDS) {
      for (const kind of NOTE_KINDS) {
        const value = read(note({ kind }))
        if (kinds === undefined) expect([name, value]).not.toEqual([name, CANNOT_TELL])
        else if (!kinds.includes(kind)) expect([name, value]).toEqual([name, undefined])
        else expect([name, [CANNOT_TELL, undefined].includes(value as never)]).toEqual([name, true])
      }
    }
  })

  it('are read from a property that their kinds have', () => {
    const values = { number: 2, string: 'x', boolean: true }
    for (const { kinds = [], read, type, name } of SOURCE_FIELDS) {
      for (const kind of kinds ?? []) {
        const given =
          type === 'number' ? values.number : type === 'boolean' ? values.boolean : values.string
        const properties = Object.fromEntries(
          PROPERTIES.filter((property) => !isRefused(kind, property, given)).map((property) => [
            property,
            given,
          ]),
        )
        expect([name, read(note({ kind, ...properties }))]).not.toEqual([name, undefined])
        expect([name, read(note({ kind, ...properties }))]).not.toEqual([name, CANNOT_TELL])
      }
    }
  })
})

const PROPERTIES = [
  ...['seconds', 'usualSeconds', 'othersLogging', 'otherWayLogs', 'missed', 'otherEvents', 'count'],
  ...['writes', 'atStop', 'verb', 'target', 'user', 'gapKind', 'bytes', 'message', 'share'],
  ...['aheadSeconds', 'aheadOfOthersSeconds', 'bytesPerSecond', 'usualBytesPerSecond', 'plugin'],
  ...['rotationSeconds', 'budgetSeconds', 'hugeMetadata', 'usualShare', 'requestKind', 'level'],
  ...['otherLevel', 'otherServer', 'auditID'],
]

const isRefused = (kind: string, property: string, value: unknown): boolean =>
  typeof readNote(JSON.stringify({ kind, [property]: value })) === 'string'

describe('a note that is read', () => {
  it.each([
    ['a list', [], 'a note is a map'],
    ['null', null, 'a note is a map'],
    ['no kind', {}, 'kind is one of'],
    ['a kind that is none', { kind: '__proto__' }, 'kind is one of'],
    ['a property of another kind', { kind: 'gap', atStop: true }, 'a note about gap has no atStop'],
    ['a text for a number', { kind: 'gap', bytes: '5' }, 'bytes is no number'],
    ['events that are no list', { kind: 'gap', events: 5 }, 'events is no list'],
  ])('is refused: %s', (_, value, message) => {
    expect(readNote(JSON.stringify(value))).toContain(message)
  })

  it('is refused when it is no JSON', () => {
    expect(readNote('kind: gap')).toBe('a note is JSON')
    expect(readNote('')).toBe('a note is JSON')
  })
})
