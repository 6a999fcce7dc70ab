import { hash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { NO } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import { compileRules, type RuleSet } from '../compile.ts'
import { CorrelationFold } from '../correlate.ts'
import { CorrelationFeeds } from '../feeds.ts'
import { toSignal } from '../signal.ts'
import { testEvent, testFacts } from '../testing.ts'
import { microsecondsOf, timeText } from '../time.ts'
import type { ActCount } from './act-count.ts'
import { LiveCorrelation } from './live-correlation.ts'
import type { StoredSignal } from './stored-signal.ts'

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
  timespan: 3m
  generate: true
---
title: a body
name: body
logsource: { product: kubernetes, service: audit }
detection: { s: { requestObject.kind: Pod }, condition: s }
---
title: Few reads, while there is no body
id: few-reads
correlation:
  type: temporal
  rules: [read, failure, body]
  group-by: [user.username]
  timespan: 20s
  condition: read and failure and not body
---
title: One or two names
id: few-names
name: few_names
correlation:
  type: value_count
  rules: [failure]
  group-by: [user.username]
  timespan: 30s
  condition: { field: objectRef.name, eq: 2 }
---
title: Names again and again
id: names-again
correlation:
  type: event_count
  rules: [few_names, many_reads]
  group-by: [objectRef.name]
  timespan: 2m
  condition: { gte: 2 }
`

const compiled = (text: string): RuleSet => compileRules([{ file: 'rules.yaml', text }])

const SET = compiled(RULES)

const START_US = microsecondsOf('2026-11-20T10:00:00.000000Z') ?? 0

const SECOND = 1_000_000

interface Deed {
  readonly second: number
  readonly user?: string
  readonly name?: string
  readonly code?: number
  readonly cluster?: string
  /** Undefined: the log does not say. */
  readonly hasBody?: boolean | undefined
}

const eventOf = (deed: Deed): AuditEvent => {
  const { second, user = 'alice', name = 'web', code = 200, cluster = 'c', hasBody } = deed
  const event = testEvent()
  if (event.objectRef === undefined || event.responseStatus === undefined) throw new Error('bug')
  return {
    ...event,
    user: { ...event.user, username: user },
    objectRef: { ...event.objectRef, name },
    responseStatus: { ...event.responseStatus, code },
    requestReceivedTimestamp: timeText(START_US + second * SECOND),
    ...(hasBody === undefined ? {} : { unknown: 0, requestObject: { kind: hasBody ? 'Pod' : '' } }),
    origin: { ...event.origin, source: { ...event.origin.source, cluster } },
  }
}

const refOf = (deed: Deed): EventRef => ({
  id: JSON.stringify(deed),
  auditID: undefined,
  stage: 'ResponseComplete',
  time: '',
  server: 's',
  file: 'audit.log',
  offset: deed.second,
  length: 1,
})

const asItIs = (_field: string, text: string): string => text

const countOf = (deed: Deed, set: RuleSet = SET): ActCount | undefined => {
  const facts = testFacts(eventOf(deed))
  const signals = [...set.rules.entries()]
    .map(([rule, { test }]) => ({ rule, truth: test(facts) }))
    .filter(({ truth }) => truth !== NO)
    .map((verdict) => toSignal(set.rules, verdict, facts, asItIs))
  const feeds = new CorrelationFeeds(set.rules, set.correlations)
  const counted = feeds.count(
    signals,
    facts,
    hash('sha256', JSON.stringify(deed)).slice(0, 32),
    asItIs,
  )
  if (counted === undefined) return undefined
  const { origin: act, cluster, timeUs } = counted
  return { act, cluster, timeUs, entries: [{ counted, events: [refOf(deed)] }] }
}

const hunted = (deeds: readonly Deed[]): readonly Finding[] => {
  const fold = new CorrelationFold(SET)
  for (const deed of deeds) {
    for (const { counted, events } of countOf(deed)?.entries ?? []) fold.add(counted, events)
  }
  return fold.finish().findings
}

/** A process that lives on after the one before was killed, with what had been stored by then. */
class Live {
  readonly findings = new Map<string, Finding>()
  readonly log: string[] = []
  readonly stored = new Map<string, StoredSignal>()
  nowUs = START_US
  #judged: ReadonlyMap<string, number> = new Map()
  correlation: LiveCorrelation = this.#another()

  add(deed: Deed, set: RuleSet = SET): void {
    const count = countOf(deed, set)
    if (count !== undefined) this.correlation.add(count, undefined, this.nowUs)
  }

  tick(): void {
    this.correlation.tick(this.nowUs)
    this.answer()
  }

  answer(): void {
    for (const question of this.correlation.late()) {
      const { fromUs, toUs } = question
      const found = [...this.stored.values()].filter(
        ({ timeUs }) => timeUs >= fromUs && timeUs <= toUs,
      )
      this.log.push('asked')
      this.correlation.answerLate(question, found, this.nowUs)
    }
  }

  store(): void {
    for (const signal of this.correlation.signals()) this.stored.set(signal.act, signal)
    this.#judged = this.correlation.judged()
  }

  /** Stored were the signals, and what had been told. */
  restart(): void {
    this.store()
    const [judged, told] = [this.#judged, [...this.findings.values()]]
    this.correlation = this.#another()
    this.correlation.restore(this.stored.values(), { judged, coversFromUs: 0, told }, this.nowUs)
  }

  /** Nothing comes any more. */
  end(): void {
    for (let n = 0; n < 3; n += 1) {
      this.nowUs += 3600 * SECOND
      this.tick()
    }
  }

  #another(): LiveCorrelation {
    return new LiveCorrelation(SET, {
      found: (finding, isUpdate) => {
        this.findings.set(finding.id, finding)
        this.log.push(`${isUpdate ? 'update' : 'found'} ${finding.rule.id}`)
      },
      withdrawn: (id) => {
        expect(this.findings.delete(id)).toBe(true)
        this.log.push('withdrawn')
      },
    })
  }
}

const shown = (findings: Iterable<Finding>): unknown =>
  [...findings]
    .map((finding) => ({ ...finding, events: finding.events.map(({ id }) => id).sort() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

const deedsOf = fc.uniqueArray(
  fc.record({
    second: fc.integer({ min: 0, max: 400 }),
    user: fc.constantFrom('alice', 'bob'),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    code: fc.constantFrom(200, 500),
    hasBody: fc.constantFrom(false, false, false, true, undefined),
    cluster: fc.constantFrom('c', 'c', 'd'),
  }),
  { maxLength: 40, selector: (one) => JSON.stringify(one) },
)

/** When each deed arrives: some seconds late, within a bound. */
const arrivals = (
  deeds: readonly Deed[],
  delays: Iterator<number>,
  lateMax: number,
): readonly { readonly deed: Deed; readonly atUs: number }[] =>
  deeds
    .map((deed) => {
      const delay = (delays.next().value ?? 0) % (lateMax * 1000 + 1)
      return { deed, atUs: START_US + deed.second * SECOND + delay * 1000 }
    })
    .sort((a, b) => a.atUs - b.atUs)

const run = (
  arriving: readonly { readonly deed: Deed; readonly atUs: number }[],
  random: Iterator<number>,
  restarts: boolean,
): Live => {
  const live = new Live()
  const next = (): number => random.next().value ?? 0
  for (const { deed, atUs } of arriving) {
    while (live.nowUs + 7 * SECOND < atUs && next() % 4 !== 0) {
      live.nowUs += (next() % 7) * SECOND
      live.tick()
    }
    live.nowUs = Math.max(live.nowUs, atUs)
    live.add(deed)
    const latest = START_US + deed.second * SECOND
    live.correlation.heard(deed.cluster ?? 'c', `log ${next() % 2}`, latest, live.nowUs)
    if (next() % 2 === 0) live.tick()
    if (restarts && next() % 8 === 0) live.restart()
  }
  live.end()
  return live
}

const tot: Record<string, number> = {}
afterAll(() => console.log(JSON.stringify(tot)))
describe('what was told and not taken back', () => {
  const inAnyOrder = (lateMax: number, restarts: boolean): void => {
    fc.assert(
      fc.property(deedsOf, fc.infiniteStream(fc.nat()), (deeds, random) => {
        const live = run(arrivals(deeds, random, lateMax), random, restarts)
        expect(shown(live.findings.values())).toEqual(shown(hunted(deeds)))
        for (const f of live.findings.values()) tot[f.rule.id] = (tot[f.rule.id] ?? 0) + 1
      }),
      { numRuns: Number(process.env.RUNS ?? 200) },
    )
  }

  it('is what a hunt finds in the same acts, that come within the bound', () =>
    inAnyOrder(2, false))

  it('is that too if acts come later than anything was waited for', () => inAnyOrder(300, false))

  it('is that too over restarts', () => inAnyOrder(2, true))

  it('is that too over restarts, with late acts', () => inAnyOrder(300, true))
})
