import { hash } from 'node:crypto'
import { assert } from '../../base/assert.ts'
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
import {
  type LateQuestion,
  LiveCorrelation,
  type LiveCorrelationHooks,
  type LiveCorrelationOptions,
} from './live-correlation.ts'
import { type StoredSignal, toStoredSignal } from './stored-signal.ts'

/** Correlations of several types, chained and not. */
export const RULES: string = `
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

/** The rules of a text. */
export const compiled = (text: string): RuleSet => compileRules([{ file: 'rules.yaml', text }])

/** The correlations of `RULES`. */
export const SET: RuleSet = compiled(RULES)

/** When everything begins. */
export const START_US: number = microsecondsOf('2026-11-20T10:00:00.000000Z') ?? 0

/** µs. */
export const SECOND = 1_000_000

/** A request. */
export interface Deed {
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

/** What a deed counts as. */
export const countOf = (deed: Deed, set: RuleSet = SET): ActCount | undefined => {
  const at = (): readonly string[] => (deed.hasBody === true ? ['Pod'] : [])
  const facts = testFacts(eventOf(deed), { at })
  const signals = [...set.rules.entries()]
    .map(([rule, { test }]) => ({ rule, truth: test(facts) }))
    .filter(({ truth }) => truth !== NO)
    .map((verdict) => toSignal(set.rules, verdict, facts, asItIs))
  const counted = feedsOf(set).count(
    signals,
    facts,
    hash('sha256', JSON.stringify(deed)).slice(0, 32),
    asItIs,
  )
  if (counted === undefined) return undefined
  const { origin: act, cluster, timeUs } = counted
  return { act, cluster, timeUs, entries: [{ counted, events: [refOf(deed)] }] }
}

const FEEDS = new WeakMap<RuleSet, CorrelationFeeds>()

const feedsOf = (set: RuleSet): CorrelationFeeds => {
  const feeds = FEEDS.get(set) ?? new CorrelationFeeds(set.rules, set.correlations)
  FEEDS.set(set, feeds)
  return feeds
}

/** What a hunt finds in deeds. */
export const hunted = (deeds: readonly Deed[]): readonly Finding[] => {
  const fold = new CorrelationFold(SET)
  for (const deed of deeds) {
    for (const { counted, events } of countOf(deed)?.entries ?? []) fold.add(counted, events)
  }
  return fold.finish().findings
}

/** What is set for a `Live`. */
export type LiveOptions = LiveCorrelationOptions & {
  readonly set?: RuleSet
  /** The store answers at the next tick only. */
  readonly slowStore?: boolean
}

/** A request, and the log that it stands in. */
interface Delivered {
  readonly deed: Deed
  readonly log?: string
}

/** What of a batch is stored before the process dies, in this order: all, or less. */
export type StoredPart = 'nothing' | 'findings' | 'signals' | 'batch'

/** One who is told and stores what is told, through processes that are killed and started again. */
export class Live {
  findings: Map<string, Finding> = new Map()
  readonly log: string[] = []
  nowUs: number = START_US
  correlation: LiveCorrelation
  readonly #options: LiveOptions
  /** Every signal that there was, and those that the store has. */
  #signals = new Map<string, StoredSignal>()
  #storedSignals: ReadonlyMap<string, StoredSignal> = new Map()
  #judged: ReadonlyMap<string, number> = new Map()
  /** What the log says of that. */
  #reopened: ReadonlyMap<string, number>[] = []
  #told: readonly Finding[] = []
  /** What came after the last batch, and how much of that was read. */
  #since: Delivered[] = []
  #read = 0
  #isBehind = false
  #questions: LateQuestion[] = []

  constructor(options: LiveOptions = {}) {
    this.#options = options
    this.correlation = this.#another()
  }

  add(deed: Deed): void {
    this.arrive({ deed })
    this.read()
  }

  /** It came to light by itself: no log brings it again. */
  comeToLight(deed: Deed): void {
    this.#take(deed)
  }

  /** It is kept, and not read yet. */
  arrive(delivered: Delivered): void {
    this.#since.push(delivered)
  }

  /** Reads so much of what was kept. */
  read(most: number = Number.POSITIVE_INFINITY): void {
    for (const { deed, log } of this.#since.slice(this.#read, this.#read + most)) {
      this.#read += 1
      this.#take(deed)
      if (log !== undefined) this.heard(log, deed.second, deed.cluster)
    }
    if (!this.#isBehind || this.#read < this.#since.length) return
    this.#isBehind = false
    this.correlation.caughtUp()
  }

  heard(log: string, second: number, cluster = 'c'): void {
    this.correlation.heard(cluster, log, START_US + second * SECOND, this.nowUs)
  }

  tick(second?: number): void {
    if (second !== undefined) this.nowUs = START_US + second * SECOND
    this.correlation.tick(this.nowUs)
    if (this.#options.slowStore === true) this.#answerAll()
    for (const question of this.correlation.late()) {
      this.log.push('asked')
      this.#questions.push(question)
    }
    if (this.#options.slowStore !== true) this.#answerAll()
  }

  /** What was read is stored; with less than the whole batch the process has to be killed. */
  store(part: StoredPart = 'batch'): void {
    if (part === 'nothing') return
    const judged = this.correlation.judged()
    this.#reopened.push(this.correlation.takeReopened())
    this.#told = [...this.findings.values()]
    if (part === 'findings') return
    this.#storedSignals = new Map(this.#signals)
    if (part === 'signals') return
    this.#judged = judged
    this.correlation.committed(judged)
    this.#since = this.#since.slice(this.#read)
    this.#read = 0
    // What came to light before the batch was closed is behind it in the log.
    this.#reopened = this.#reopened.slice(-1)
  }

  /** Nothing waits to be read: what came to light since the last batch is stored without one. */
  settle(): void {
    if (this.#since.length > 0) return
    const { isSettled } = this.correlation
    this.store('signals')
    if (isSettled) this.#reopened = []
  }

  /** Killed: what came after the last batch comes again. */
  kill(coversFromUs = 0): void {
    this.#questions = []
    this.findings = new Map(this.#told.map((finding) => [finding.id, finding]))
    this.#signals = new Map(this.#storedSignals)
    this.correlation = this.#another()
    const judged = new Map(this.#judged)
    for (const [cluster, fromUs] of this.#reopened.flatMap((one) => [...one])) {
      judged.set(cluster, Math.min(fromUs, judged.get(cluster) ?? fromUs))
    }
    const covers = new Map([...judged.keys()].map((cluster) => [cluster, coversFromUs]))
    const signals = [...this.#signals.values()].filter(
      ({ timeUs, cluster }) => timeUs >= coversFromUs && judged.has(cluster),
    )
    this.correlation.restore(
      signals,
      { judged, coversFromUs: covers, told: this.#told },
      this.nowUs,
    )
    this.#read = 0
    this.#isBehind = true
  }

  /** Nothing comes any more. */
  end(): void {
    for (let n = 0; n < 6; n += 1) {
      this.nowUs += 3600 * SECOND
      this.tick()
    }
  }

  /** The ids of the correlations that findings are of. */
  ids(): readonly string[] {
    return [...this.findings.values()].map(({ rule }) => rule.id).sort()
  }

  #take(deed: Deed): void {
    const count = countOf(deed, this.#set)
    if (count === undefined) return
    const signal = toStoredSignal(this.#set.rules, count)
    if (signal !== undefined) this.#signals.set(signal.act, signal)
    this.correlation.add(count, undefined, this.nowUs)
  }

  get #set(): RuleSet {
    return this.#options.set ?? SET
  }

  #answerAll(): void {
    for (const question of this.#questions) {
      this.correlation.answerLate(question, this.#answer(question), this.nowUs)
    }
    this.#questions = []
  }

  #answer({ fromUs, toUs, clusters, rules: asked }: LateQuestion): readonly StoredSignal[] {
    const isAsked = ({ rules }: StoredSignal): boolean =>
      rules.length === 0 || rules.some((rule) => asked.includes(rule))
    return [...this.#signals.values()].filter(
      (one) =>
        one.timeUs >= fromUs &&
        one.timeUs <= toUs &&
        clusters.includes(one.cluster) &&
        isAsked(one),
    )
  }

  #another(): LiveCorrelation {
    const hooks: LiveCorrelationHooks = {
      found: (finding, isUpdate) => {
        this.findings.set(finding.id, finding)
        this.log.push(`${isUpdate ? 'update' : 'found'} ${finding.rule.id}`)
      },
      withdrawn: (id) => {
        assert(this.findings.delete(id), 'only what was told is taken back')
        this.log.push('withdrawn')
      },
    }
    return new LiveCorrelation(this.#set, hooks, this.#options)
  }
}

/** What findings show, in an order of their own. */
export const shown = (findings: Iterable<Finding>): unknown =>
  [...findings]
    .map((finding) => ({ ...finding, events: finding.events.map(({ id }) => id).sort() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
