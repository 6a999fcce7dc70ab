import { hash } from 'node:crypto'
import { LIMIT } from '../src/base/limit.ts'
import { TimeQueue } from '../src/base/time-queue.ts'
import { YES } from '../src/base/truth.ts'
import { decodeBlock } from '../src/decode/decode.ts'
import { compileRules, type RuleSet } from '../src/detect/compile.ts'
import { RuleIndex } from '../src/detect/rule-index.ts'
import { enrich } from '../src/enrich/enrich.ts'
import type { AuditEvent, Source } from '../src/model/event.ts'
import { Correlator } from '../src/sigma/correlate/correlator.ts'
import type { Hit } from '../src/sigma/correlate/hit.ts'
import type { CorrelationType } from '../src/sigma/parse/correlation.ts'
import type { CorrelationPlan } from '../src/sigma/plan/correlation.ts'
import { type Corpus, MIXED, makeCorpus } from './corpus.ts'
import { FIGURES, type Measured } from './figure.ts'
import { compare } from './measure.ts'
import { makeRules, type RuleFile } from './rules.ts'

/** How much is measured. */
export interface CorrelationEffort {
  readonly corpusBytes: number
  readonly rounds: number
  readonly identities: number
  /** By what the flood, and the room for it, are smaller than a million keys a minute. */
  readonly floodDivisor: number
}

/** The figures of correlations: what they cost, and what a flood of keys does to them. */
export const measureCorrelations = (effort: CorrelationEffort): readonly Measured[] => [
  throughput(effort),
  distinctValues(effort),
  ...memory(effort.identities),
  flood(effort.floodDivisor),
]

const SOURCE: Source = { cluster: 'bench', server: 'a', file: 'a.log' }

/** 500 rules, with and without the twenty correlations that a tenth of the events count for. */
function throughput({ corpusBytes, rounds }: CorrelationEffort): Measured {
  const corpus = makeCorpus(MIXED, corpusBytes)
  const set = compileRules([...makeRules(480), ...correlatingRules()])
  if (set.correlations.length !== 20) throw new Error(`${set.issues[0]?.message}`)
  const index = new RuleIndex(set.rules)
  const hits = hitting(corpus, set, index)
  const found = compare(
    { yardstick: () => judging(corpus, index), subject: () => hitting(corpus, set, index) },
    rounds,
  )
  return {
    figure: FIGURES.correlating,
    value: 1 / found.timeRatio,
    deviation: found.deviation / found.timeRatio ** 2,
    rounds: found.rounds,
    refused: found.refused,
    note: `without them ${found.yardstickMs.toFixed(0)} ms; ${((hits / corpus.events) * 100).toFixed(1)} % hits`,
  }
}

/** Rules that each match a part of all events, by a part of what is as good as random in them. */
function correlatingRules(): readonly RuleFile[] {
  const prefixes = Array.from({ length: 26 }, (_, at) => (at * 9).toString(16).padStart(2, '0'))
  const rules = Array.from({ length: 20 }, (_, at) => {
    const own = prefixes.filter((_, prefix) => prefix % 20 === at)
    return [
      `title: base ${at}\nname: base${at}\nid: ${idOf(at)}`,
      'logsource: {product: kubernetes, service: audit}',
      `detection: {it: {auditID|startswith: [${own.map((prefix) => `'${prefix}'`).join(', ')}]}, condition: it}`,
    ].join('\n')
  })
  const correlations = rules.map((_, at) => {
    const other = (at + 1) % 20
    const parts = [
      `type: event_count, rules: [base${at}], condition: {gte: 10}`,
      `type: value_count, rules: [base${at}], condition: {field: objectRef.name, gte: 5}`,
      `type: temporal, rules: [base${at}, base${other}]`,
      `type: temporal_ordered, rules: [base${at}, base${other}]`,
    ]
    const head = `title: correlation ${at}\nid: ${idOf(100 + at)}`
    const shared = 'group-by: [user.username], timespan: 10m'
    return `${head}\ncorrelation: {${parts[at % 4]}, ${shared}}`
  })
  return [...rules, ...correlations].map((text, at) => ({ file: `c${at}.yaml`, text }))
}

function idOf(number: number): string {
  return `3f1d2c4e-7a65-4f0b-9d11-${number.toString(16).padStart(12, '0')}`
}

function judging(corpus: Corpus, index: RuleIndex): number {
  let said = 0
  forEach(corpus, (event) => {
    index.judge(index.bucketFor(event), enrich(event), () => {
      said += 1
    })
  })
  return said
}

/** How many hits there were. They go the way of a hunt, in the order of time. */
function hitting(corpus: Corpus, set: RuleSet, index: RuleIndex): number {
  const places = placesOf(set)
  const queue = new TimeQueue({
    bytesMax: LIMIT.correlationQueueBytesMax,
    chunkCharacters: 1e6,
    plainBytesMax: LIMIT.correlationQueueBytesMax / 4,
  })
  let count = 0
  let said = 0
  forEach(corpus, (event) => {
    index.judge(index.bucketFor(event), enrich(event), (rule, truth) => {
      said += 1
      const own = places.get(set.rules[rule]?.ref.id ?? '')
      if (truth !== YES || own === undefined) return
      count += 1
      const hits = own.map((place) => hitOf(event, place))
      queue.push(hits[0]?.timeUs ?? 0, JSON.stringify(hits))
    })
  })
  let verdicts = 0
  const plans = set.correlations.map(({ plan }) => plan)
  const onVerdict = (): void => {
    verdicts += 1
  }
  const options = { bytesMax: LIMIT.correlationStateBytesMax }
  const correlator = new Correlator(plans, onVerdict, options)
  for (const { text } of queue.take()) {
    const hits: readonly Hit[] = JSON.parse(text)
    for (const hit of hits) correlator.observe(hit)
  }
  correlator.finish()
  if (verdicts === 0 || queue.isFull || said === 0) throw new Error('nothing was correlated')
  return count
}

/** A correlation that a rule's matches count for, and as which of its rules. */
interface RulePlace {
  readonly correlation: number
  readonly slot: number
  readonly type: CorrelationType
}

function placesOf({ correlations }: RuleSet): ReadonlyMap<string, readonly RulePlace[]> {
  const places = new Map<string, RulePlace[]>()
  for (const [correlation, { plan }] of correlations.entries()) {
    for (const [slot, { rule }] of plan.slots.entries()) {
      const own = places.get(rule) ?? []
      places.set(rule, [...own, { correlation, slot, type: plan.type }])
    }
  }
  return places
}

function hitOf(event: AuditEvent, { correlation, slot, type }: RulePlace): Hit {
  const username = event.user.username ?? ''
  const name = event.objectRef?.name
  return {
    correlation,
    slot,
    key: hash('sha256', JSON.stringify([SOURCE.cluster, correlation, username])).slice(0, 32),
    group: [username],
    values: type === 'value_count' && name !== undefined ? [name] : [],
    up: [],
    truth: YES,
    timeUs: Date.parse(event.requestReceivedTimestamp ?? '') * 1_000,
    origin: event.auditID ?? '',
  }
}

function forEach({ bytes, events }: Corpus, judge: (event: AuditEvent) => void): void {
  let found = 0
  const sink = {
    event: (event: AuditEvent): void => {
      found += 1
      judge(event)
    },
    issue: (): void => {},
    shape: (): void => {},
  }
  decodeBlock(bytes, 0, SOURCE, { strict: false }, sink)
  if (found !== events) throw new Error(`decoded ${found} events, not ${events}`)
}

/** A rule that counts values, of which its window holds many or few. */
function distinctValues({ rounds }: CorrelationEffort): Measured {
  const plan = planOf('value_count', 20_000)
  const counting = (distinct: number): (() => number) => {
    const names = Array.from({ length: distinct }, (_, at) => `secret-${at}`)
    const hits = Array.from({ length: 200_000 }, (_, at): Hit => {
      return { ...hitAt(at * 1_000, keyOf(1)), values: [names[(at * 7) % distinct] ?? ''] }
    })
    return () => observed([plan], hits, 0)
  }
  const found = compare({ yardstick: counting(10), subject: counting(10_000) }, rounds)
  return {
    figure: FIGURES.distinctValues,
    value: 1 / found.timeRatio,
    deviation: found.deviation / found.timeRatio ** 2,
    rounds: found.rounds,
    refused: found.refused,
    note: `10 values ${(found.yardstickMs / 0.2).toFixed(0)} ns a hit`,
  }
}

function observed(
  plans: readonly CorrelationPlan[],
  hits: readonly Hit[],
  expected: number,
): number {
  let verdicts = 0
  const count = (): void => {
    verdicts += 1
  }
  const options = { bytesMax: LIMIT.correlationStateBytesMax }
  const correlator = new Correlator(plans, count, options)
  for (const hit of hits) correlator.observe(hit)
  correlator.finish()
  if (verdicts !== expected) throw new Error(`${verdicts} verdicts, not ${expected}`)
  return hits.length
}

/** Bytes for each identity that was seen once: of one correlation, and of each further one. */
function memory(identities: number): readonly Measured[] {
  const first = [planOf('event_count', 10)]
  const more = [planOf('event_count', 100), planOf('temporal', 0), planOf('temporal_ordered', 0)]
  const one = bytesOf(first, identities)
  const all = bytesOf([...first, ...more], identities)
  const further = (all - one) / more.length
  const common = { deviation: 0, rounds: 1, refused: false }
  const millions = `of ${identities / 1e6} M identities with one hit each`
  return [
    { figure: FIGURES.identity, value: one, ...common, note: `heap and external, ${millions}` },
    { figure: FIGURES.identityFurther, value: further, ...common, note: 'of three of other types' },
  ]
}

function bytesOf(plans: readonly CorrelationPlan[], identities: number): number {
  const before = settledMemory()
  const correlator = new Correlator(plans, () => {}, { bytesMax: 1e9 })
  for (let at = 0; at < identities; at += 1) {
    for (const correlation of plans.keys()) {
      correlator.observe({ ...hitAt(at * 10, keyOf(at)), correlation })
    }
  }
  correlator.finish()
  if (correlator.losses().evicted > 0) throw new Error('groups were given up')
  // What the last measurement left behind may be freed only now: never less than its own account.
  return Math.max(settledMemory() - before, correlator.bytes) / identities
}

function settledMemory(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** A group of ten hits in half an hour, while others with a hit each come in by the million. */
function flood(divisor: number): Measured {
  const bytesMax = LIMIT.correlationStateBytesMax / divisor
  const perMinute = 1_000_000 / divisor
  const found: string[] = []
  const plan = planOf('event_count', 10)
  const correlator = new Correlator([plan], ({ key }) => found.push(key), { bytesMax })
  const slow = keyOf(2 ** 31)
  let most = 0
  const rssBefore = process.memoryUsage.rss()
  let rss = rssBefore
  for (let minute = 0; minute < 30; minute += 1) {
    for (let at = 0; at < perMinute; at += 1) {
      const timeUs = minute * 60e6 + Math.floor((at * 60e6) / perMinute)
      if (at === 0 && minute % 3 === 0) correlator.observe(hitAt(timeUs, slow))
      correlator.observe(hitAt(timeUs, keyOf(minute * perMinute + at)))
    }
    most = Math.max(most, correlator.bytes)
    rss = Math.max(rss, process.memoryUsage.rss())
  }
  correlator.finish()
  if (found.length !== 1 || found[0] !== slow) throw new Error('the slow burn was not found')
  return {
    figure: FIGURES.keyFlood,
    value: most / bytesMax,
    deviation: 0,
    rounds: 1,
    refused: false,
    note: `found; ${(perMinute * 30) / 1e6} M keys, ${(most / 1e6).toFixed(0)} MB; the process grew by ${((rss - rssBefore) / 1e6).toFixed(0)} MB`,
  }
}

function planOf(type: CorrelationType, value: number): CorrelationPlan {
  const slots = type.startsWith('temporal') ? ['a', 'b'] : ['a']
  return {
    id: type,
    type,
    spanUs: 1_800_000_000,
    groupBy: ['user.username'],
    slots: slots.map((rule) => ({ rule, chained: false, groupBy: ['user.username'], fields: [] })),
    comparisons: type.startsWith('temporal') ? [] : [{ operator: 'gte', value }],
    percentile: undefined,
    expression: { kind: 'and', of: slots.map((_, slot) => ({ kind: 'slot', slot })) },
  }
}

function hitAt(afterUs: number, key: string): Hit {
  return {
    correlation: 0,
    slot: 0,
    key,
    group: [],
    values: [],
    up: [],
    truth: YES,
    timeUs: 1_700_000_000_000_000 + afterUs,
    origin: '',
  }
}

/** What digests look like; another for each number. */
function keyOf(number: number): string {
  let key = ''
  for (let word = 1; word <= 4; word += 1) {
    let mixed = Math.imul(number ^ (number >>> 16), 0x45d9f3b + 2 * word) ^ word
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0
    key += mixed.toString(16).padStart(8, '0')
  }
  return key
}
