import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { UNKNOWN, YES } from '../base/truth.ts'
import type { EventRef, Finding } from '../model/finding.ts'
import { type ActRecord, NO_CONTENT, type Signal } from './act.ts'
import { ActFold, type FoldResult } from './fold.ts'

const key = (name: string): string => hash('sha256', name).slice(0, 32)

const event = (name: string, stage: string, file = 'audit.log'): EventRef => ({
  id: `${file}:${name}:${stage}`,
  auditID: name,
  stage,
  time: '2026-11-20T00:00:00Z',
  server: file,
  file,
  offset: name.length,
  length: 1,
})

const finding = (rule: number, time = '2026-11-20T00:00:00Z'): Finding => ({
  id: '',
  time,
  cluster: 'c',
  server: 's',
  rule: {
    id: `rule-${rule}`,
    title: '',
    level: 'low',
    detection: undefined,
    techniques: [],
    tactics: [],
    threatMatrix: [],
  },
  actor: {
    name: 'bob',
    kind: 'human',
    impersonator: undefined,
    peer: undefined,
    userAgent: undefined,
  },
  target: { verb: 'get', resource: 'pods', namespace: undefined, name: undefined },
  outcome: 'allowed',
  reason: '',
  fields: [],
  events: [],
})

const yes = (rule: number): Signal => ({
  rule,
  truth: YES,
  reasons: [],
  finding: finding(rule),
})
const unknown = (rule: number): Signal => ({
  rule,
  truth: UNKNOWN,
  reasons: ['stage'],
  finding: undefined,
})

const received = (name: string, signals: Signal[]): ActRecord => ({
  key: key(name),
  rank: 0,
  content: key(`${name}-received`),
  events: signals.length === 0 ? [] : [event(name, 'RequestReceived')],
  signals,
})

const complete = (name: string, signals: Signal[], variant = ''): ActRecord => ({
  key: key(name),
  rank: 3,
  content: signals.length === 0 ? NO_CONTENT : key(`${name}-complete-${variant}`),
  events: signals.length === 0 ? [] : [event(name, 'ResponseComplete', `audit${variant}.log`)],
  signals,
})

const UNHEARD = [() => {}, () => {}] as const

const fold = (records: readonly ActRecord[]): FoldResult => {
  const acts = new ActFold(3, ...UNHEARD)
  for (const record of records) acts.add(record)
  return acts.finish()
}

const counts = ({ tallies }: FoldResult): [number, number][] =>
  tallies.map((tally) => [tally.findings, tally.cannotTell])

describe('an act', () => {
  test('gives one finding for all its stages, with the events of each', () => {
    const result = fold([received('a', [unknown(0)]), complete('a', [yes(0)])])
    expect(counts(result)[0]).toEqual([1, 0])
    expect(result.findings[0]?.events.map((one) => one.stage)).toEqual([
      'RequestReceived',
      'ResponseComplete',
    ])
  })

  test('is judged by its latest stage: a later "no" settles an earlier "cannot tell"', () => {
    expect(counts(fold([received('a', [unknown(0)]), complete('a', [])]))[0]).toEqual([0, 0])
  })

  test('stays "cannot tell" when only its first stage was logged', () => {
    const result = fold([received('a', [unknown(0)])])
    expect(counts(result)[0]).toEqual([0, 1])
    expect(result.tallies[0]?.reasons).toEqual({ stage: 1 })
  })

  test('counts once when it was recorded twice with the same bytes', () => {
    const result = fold([complete('a', [yes(0)]), complete('a', [yes(0)])])
    expect(counts(result)[0]).toEqual([1, 0])
    expect(result.losses.collisions).toEqual([])
  })

  test('with two contents at one stage is two findings, and a collision', () => {
    const result = fold([complete('a', [yes(0)], '1'), complete('a', [yes(0)], '2')])
    expect(counts(result)[0]).toEqual([2, 0])
    expect(new Set(result.findings.map((one) => one.id)).size).toBe(2)
    expect(result.losses.collisions).toHaveLength(2)
  })

  test('counts the same whether it comes alone or among many settled ones', () => {
    const [a, b] = [complete('a', [unknown(1)]), complete('b', [unknown(1)])]
    const acts = new ActFold(3, ...UNHEARD)
    const digests = a.key + a.content + b.key + b.content
    acts.addSettled({ rank: 3, signals: a.signals, digests })
    acts.addSettled({ rank: 3, signals: a.signals, digests })
    expect(acts.finish().tallies).toEqual(fold([a, b]).tallies)
  })

  test('cannot be hidden by a harmless event under its identity, before or after', () => {
    const harmless = complete('a', [])
    const evil = complete('a', [yes(0)])
    expect(counts(fold([harmless, evil]))[0]).toEqual([1, 0])
    expect(counts(fold([evil, harmless]))[0]).toEqual([1, 0])
  })
})

test('the same records in any order give the same result', () => {
  const record = fc.oneof(
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), rule: fc.nat(2), yes: fc.boolean() }),
  )
  const stage = fc.constantFrom<'received' | 'complete'>('received', 'complete')
  const one = fc.tuple(record, stage).map(([{ name, rule, yes: isYes }, at]) => {
    if (at === 'received') {
      return { ...received(name, [unknown(rule)]), content: key(`${name}-received-${rule}`) }
    }
    // The content follows from what the event says, as it does for real events.
    return complete(name, isYes ? [yes(rule)] : [unknown(rule)], `${rule}${isYes}`)
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (records, random) => {
      const shuffled = records
        .map((value) => ({ value, at: random.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ value }) => value)
      const [left, right] = [fold(records), fold(shuffled)]
      expect(right.tallies).toEqual(left.tallies)
      const seen = (result: FoldResult): unknown =>
        result.findings
          .map(({ id, events }) => ({ id, events }))
          .sort((a, b) => (a.id < b.id ? -1 : 1))
      expect(seen(right)).toEqual(seen(left))
    }),
    { seed: 11, numRuns: 400 },
  )
})

describe('bounds', () => {
  test('LIMIT.actsOpenMax: the oldest open act is judged as it stands, and that is said', () => {
    const acts = new ActFold(3, ...UNHEARD)
    const total = LIMIT.actsOpenMax + 5
    for (let n = 0; n < total; n += 1) acts.add(received(String(n), [unknown(0)]))
    const result = acts.finish()
    expect(result.losses.actsEvicted).toBe(5)
    expect(result.tallies[0]?.cannotTell).toBe(total)
  })

  test('LIMIT.findingsKeptMax: the earliest are kept, all are counted', () => {
    const acts = new ActFold(3, ...UNHEARD)
    const total = LIMIT.findingsKeptMax * 2 + 10
    for (let n = 0; n < total; n += 1) {
      const time = new Date(1_800_000_000_000 - n * 1000).toISOString()
      const signal = { ...yes(1), finding: finding(1, time) }
      acts.add(complete(String(n), [signal]))
    }
    const { findings, tallies, losses } = acts.finish()
    expect(findings).toHaveLength(LIMIT.findingsKeptMax)
    expect(tallies[1]?.findings).toBe(total)
    expect(losses.findingsDropped).toBe(total - LIMIT.findingsKeptMax)
    const earliest = new Date(1_800_000_000_000 - (total - 1) * 1000).toISOString()
    expect(findings.some((one) => one.time === earliest)).toBe(true)
  })

  test('LIMIT.actsRememberedMax: finished acts beyond it are forgotten, and that is said', () => {
    const acts = new ActFold(3, ...UNHEARD)
    const word = (n: number): string => n.toString(16).padStart(8, '0')
    const total = LIMIT.actsRememberedMax + 2
    for (let n = 0; n < total; n += 1) {
      const digest = word(Math.imul(n, 2_654_435_761) >>> 0) + word(n) + word(7) + word(9)
      acts.add({ key: digest, rank: 3, content: NO_CONTENT, events: [], signals: [] })
    }
    expect(acts.finish().losses.actsForgotten).toBeGreaterThan(0)
  })
})
