import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { NO } from '../base/truth.ts'
import { PART } from '../model/blindness.ts'
import type { AuditEvent } from '../model/event.ts'
import type { EventRef, Finding } from '../model/finding.ts'
import { compileRules, type RuleSet } from './compile.ts'
import { CorrelationFold, type CorrelationResult } from './correlate.ts'
import { CorrelationFeeds } from './feeds.ts'
import { toSignal } from './signal.ts'
import { testEvent, testFacts } from './testing.ts'
import { microsecondsOf, timeText } from './time.ts'

const RULES = `
title: a read
name: read
logsource: { product: kubernetes, service: audit }
detection: { s: { verb: get }, condition: s }
---
title: a failure
name: failure
logsource: { product: kubernetes, service: audit }
detection: { s: { responseStatus.code: 500 }, condition: s }
---
title: Many reads
id: many-reads
name: many_reads
correlation:
  type: event_count
  rules: [read]
  group-by: [user.username]
  timespan: 1m
  condition: { gte: 3 }
summary: '{user.username} read {count} times within {timespan}: {targets}'
---
title: Reads of many objects
id: many-objects
correlation:
  type: value_count
  rules: [read]
  group-by: [user.username]
  timespan: 1m
  condition: { field: objectRef.name, gte: 3 }
---
title: Many reads, then a failure
id: reads-then-failure
correlation:
  type: temporal_ordered
  rules: [many_reads, failure]
  group-by: [objectRef.namespace]
  timespan: 10m
  generate: true
`

const compiled = (text: string): RuleSet => {
  const set = compileRules([{ file: 'rules.yaml', text }])
  expect(set.issues.filter(({ code }) => code !== 'sigma/odd-attribute')).toEqual([])
  return set
}

const SET = compiled(RULES)

const START_US = microsecondsOf('2026-11-20T10:00:00.000000Z') ?? 0

interface Deed {
  readonly second: number
  readonly user?: string
  readonly name?: string
  readonly code?: number
  readonly cluster?: string
  readonly time?: string
}

const eventOf = ({
  second,
  user = 'alice',
  name = 'web',
  code = 200,
  ...more
}: Deed): AuditEvent => {
  const event = testEvent()
  const { cluster = 'c', time = timeText(START_US + second * 1_000_000) } = more
  if (event.objectRef === undefined || event.responseStatus === undefined) throw new Error('bug')
  return {
    ...event,
    user: { ...event.user, username: user },
    objectRef: { ...event.objectRef, name },
    responseStatus: { ...event.responseStatus, code },
    requestReceivedTimestamp: time,
    origin: { ...event.origin, source: { ...event.origin.source, cluster } },
  }
}

const refOf = (number: number): EventRef => ({
  id: `event ${String(number).padStart(4, '0')}`,
  auditID: undefined,
  stage: 'ResponseComplete',
  time: '',
  server: 's',
  file: 'audit.log',
  offset: number,
  length: 1,
})

const asItIs = (_field: string, text: string): string => text

const correlate = (
  deeds: readonly Deed[],
  set: RuleSet = SET,
  queueBytesMax: number = LIMIT.correlationQueueBytesMax,
): CorrelationResult => {
  const feeds = new CorrelationFeeds(set.rules, set.correlations)
  const fold = new CorrelationFold(set, queueBytesMax)
  for (const deed of deeds) {
    const facts = testFacts(eventOf(deed))
    const verdicts = [...set.rules.entries()]
      .map(([rule, { test }]) => ({ rule, truth: test(facts) }))
      .filter(({ truth }) => truth !== NO)
    const signals = verdicts.map((verdict) => toSignal(set.rules, verdict, facts, asItIs))
    const counted = feeds.count(signals, facts, JSON.stringify(deed), asItIs)
    if (counted !== undefined) fold.add(counted, [refOf(deed.second)])
  }
  return fold.finish()
}

const ids = ({ findings }: CorrelationResult): readonly string[] =>
  findings.map(({ rule }) => rule.id).sort()

const only = (result: CorrelationResult, id: string): Finding => {
  const [finding, ...others] = result.findings.filter(({ rule }) => rule.id === id)
  if (finding === undefined || others.length > 0) throw new Error(`not one finding of ${id}`)
  return finding
}

describe('a correlation', () => {
  it('is found when its window holds enough, and says what it joins', () => {
    const finding = only(correlate([{ second: 0 }, { second: 20 }, { second: 40 }]), 'many-reads')
    expect(finding.reason).toBe(
      'alice read 3 times within 40 s: shop/web. In common: user.username = alice.',
    )
    expect(finding.correlation).toEqual({
      type: 'event_count',
      group: [{ name: 'user.username', value: 'alice' }],
      from: '2026-11-20T10:00:00.000000Z',
      to: '2026-11-20T10:00:40.000000Z',
      matches: 3,
      following: 0,
      until: '2026-11-20T10:00:40.000000Z',
      rules: ['read'],
    })
    expect(finding.events.map(({ offset }) => offset)).toEqual([0, 20, 40])
    expect(finding.time).toBe('2026-11-20T10:00:40.000000Z')
    expect(finding.actor).toMatchObject({ name: 'alice', kind: 'human', peer: '10.0.0.7' })
    expect(finding.target).toMatchObject({ verb: 'get', resource: 'pods', name: 'web' })
  })

  it('says how it went on, until the next of its kind', () => {
    const burst = (from: number): readonly Deed[] =>
      [0, 1, 2, 3, 4].map((second) => ({ second: from + second }))
    const { findings } = correlate([...burst(0), { second: 50 }, ...burst(200)])
    const own = findings.filter(({ rule }) => rule.id === 'many-reads')
    expect(own.map(({ correlation }) => correlation?.following)).toEqual([3, 2])
    expect(own[0]?.correlation?.until).toBe('2026-11-20T10:00:50.000000Z')
    expect(own[0]?.reason).toMatch(/It went on until .*: 3 more\.$/)
    expect(own[0]?.events.length).toBe(6)
  })

  it('is not found across groups, clusters or windows', () => {
    const apart = [{ second: 0 }, { second: 20 }]
    expect(ids(correlate([...apart, { second: 40, user: 'bob' }]))).toEqual([])
    expect(ids(correlate([...apart, { second: 40, cluster: 'other' }]))).toEqual([])
    expect(ids(correlate([...apart, { second: 61 }]))).toEqual([])
  })

  it('counts different values, and says which targets they were', () => {
    const deeds = ['a', 'b', 'b', 'c'].map((name, second) => ({ second, name }))
    const finding = only(correlate(deeds), 'many-objects')
    expect(finding.correlation?.matches).toBe(3)
    expect(finding.target.name).toBeUndefined()
  })

  it('is chained by what the completing event says, and shows the acts below', () => {
    const reads = [0, 1, 2].map((second) => ({ second }))
    const result = correlate([...reads, { second: 90, user: 'bob', code: 500 }])
    const finding = only(result, 'reads-then-failure')
    expect(finding.events.map(({ offset }) => offset)).toEqual([0, 1, 2, 90])
    expect(finding.actor.name).toBe('(2 identities)')
  })

  it('takes the reports of its rules away, unless one that names them generates', () => {
    const reporting = [...SET.rules, ...SET.correlations].filter(({ reports }) => reports)
    expect(reporting.map(({ ref }) => ref.id).sort()).toEqual([
      'failure',
      'many-objects',
      'many-reads',
      'reads-then-failure',
    ])
  })

  it('cannot tell what its rules cannot tell, with their reasons', () => {
    const set = compiled(RULES.replace('{ verb: get }', '{ requestObject.kind: Pod }'))
    const { findings, tallies } = correlate([{ second: 0 }, { second: 1 }, { second: 2 }], set)
    expect(findings).toEqual([])
    const at = set.correlations.findIndex(({ ref }) => ref.id === 'many-reads')
    expect(tallies[at]).toEqual({ findings: 0, cannotTell: 1, reasons: { level: 1 } })
  })

  it('places nothing that has no time', () => {
    const deeds = [0, 1, 2].map((second) => ({ second, time: '' }))
    const { findings, tallies } = correlate(deeds)
    expect(findings).toEqual([])
    // Each of them might have completed a window, of chained correlations as well.
    expect(tallies).toEqual(
      SET.correlations.map(() => ({ findings: 0, cannotTell: 3, reasons: { missing: 3 } })),
    )
  })

  it.each([
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00.000000Z',
    '2113-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('places nothing at a time that no window knows: %s', (time) => {
    const deeds = [0, 1, 2].map((second) => ({ second, time }))
    expect(ids(correlate(deeds))).toEqual([])
    const others = [0, 20, 40].map((second) => ({ second }))
    expect(ids(correlate([...deeds, ...others]))).toEqual(['many-reads'])
  })

  it(`names LIMIT.correlationEventsMax events at most, and counts all`, () => {
    const text = RULES.replace('gte: 3', `gte: ${LIMIT.correlationEventsMax + 50}`)
    const many = Array.from({ length: LIMIT.correlationEventsMax + 50 }, (_, at) => ({
      second: at / 100,
    }))
    const finding = only(correlate(many, compiled(text)), 'many-reads')
    expect(finding.events.length).toBe(LIMIT.correlationEventsMax)
    expect(finding.correlation?.matches).toBe(LIMIT.correlationEventsMax + 50)
  })

  it('names the same events whatever the order in which those of one instant come', () => {
    const many = LIMIT.correlationEventsMax + 50
    const set = compiled(RULES.replace('gte: 3', `gte: ${many}`))
    const time = timeText(START_US)
    const before = Array.from({ length: many }, (_, second) => ({ second, time }))
    const after = before.map((deed) => ({ ...deed, second: deed.second + many }))
    const later = after.map((deed) => ({ ...deed, time: timeText(START_US + 1_000_000) }))
    const finding = only(correlate([...before, ...later], set), 'many-reads')
    expect(only(correlate([...later.reverse(), ...before.reverse()], set), 'many-reads')).toEqual(
      finding,
    )
  })

  it('keeps LIMIT.correlationFindingsMax findings whole, and counts all', () => {
    const set = compiled(RULES.replace('gte: 3', 'gte: 1'))
    const users = Array.from({ length: LIMIT.correlationFindingsMax + 10 }, (_, at) => ({
      second: at,
      user: `user-${at}`,
    }))
    const again = Array.from({ length: 40 }, (_, at) => ({ second: at / 100, user: 'user-0' }))
    const { findings, tallies, losses } = correlate([...users, ...again], set)
    // Many findings share LIMIT.correlationEventsAllMax: of the window, and of what follows.
    const share = LIMIT.correlationEventsAllMax / LIMIT.correlationFindingsMax
    expect(Math.max(...findings.map(({ events }) => events.length))).toBe(1 + share)
    const at = set.correlations.findIndex(({ ref }) => ref.id === 'many-reads')
    expect(tallies[at]?.findings).toBe(users.length)
    expect(findings.length).toBe(LIMIT.correlationFindingsMax)
    expect(losses.findingsDropped).toBe(10)
  })

  it('judges the earliest when LIMIT.correlationQueueBytesMax are waiting: in order nothing is lost', () => {
    const room = LIMIT.correlationQueueBytesMax / 4096
    const burst = (second: number): readonly Deed[] =>
      [0, 1, 2].map((more) => ({ second: second + more, name: `n${more}` }))
    const inOrder = Array.from({ length: 200 }, (_, at) => burst(at * 100)).flat()
    expect(ids(correlate(inOrder, SET, room))).toEqual(ids(correlate(inOrder)))
    const late = correlate([...inOrder, ...burst(50)], SET, room)
    expect(late.losses.hitsLate).toBe(3)
  })

  it('is the same whatever the order of arrival', () => {
    const deed = fc.record({
      second: fc.integer({ min: 0, max: 200 }),
      user: fc.constantFrom('alice', 'bob'),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      code: fc.constantFrom(200, 500),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(deed, { maxLength: 30, selector: (one) => JSON.stringify(one) }),
        fc.infiniteStream(fc.nat()),
        (deeds, shuffle) => {
          const mixed = deeds
            .map((one) => [shuffle.next().value, one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one)
          expect(correlate(mixed)).toEqual(correlate(deeds))
        },
      ),
      { numRuns: 60 },
    )
  })
})

it('a group that cannot be told is a group of its own, and tells nothing', () => {
  const text = RULES.replace('group-by: [user.username]', 'group-by: [responseStatus.reason]')
  const { correlations, rules } = compiled(text.replace(/summary:.*/, ''))
  const feeds = new CorrelationFeeds(rules, correlations)
  const facts = testFacts(testEvent({ unknown: PART.responseStatus, responseStatus: undefined }))
  const rule = rules.findIndex(({ ref }) => ref.id === 'read')
  const signal = toSignal(rules, { rule, truth: 1 }, facts, asItIs)
  const counted = feeds.count([signal], facts, 'o', asItIs)
  const hits = counted === undefined ? [] : feeds.hitsOf(counted)
  expect(hits.map(({ truth }) => truth)).toContain(2)
})

it('of an act with more than LIMIT.correlationActValuesMax values none can be told', () => {
  const { correlations, rules } = compiled(
    RULES.replace('field: objectRef.name', 'field: sourceIPs').replace(/summary:.*/, ''),
  )
  const feeds = new CorrelationFeeds(rules, correlations)
  const rule = rules.findIndex(({ ref }) => ref.id === 'read')
  const valuesOf = (length: number): unknown => {
    const sourceIPs = Array.from({ length }, (_, at) => `10.0.${at >> 8}.${at & 255}`)
    const facts = testFacts(testEvent({ sourceIPs }))
    const signal = toSignal(rules, { rule, truth: 1 }, facts, asItIs)
    return feeds.count([signal], facts, 'o', asItIs)?.values.sourceIPs?.is.length
  }
  expect(valuesOf(LIMIT.correlationActValuesMax)).toBe(LIMIT.correlationActValuesMax)
  expect(valuesOf(LIMIT.correlationActValuesMax + 1)).toBeUndefined()
})
