import { hash } from 'node:crypto'
import type { Issue } from '../base/issue.ts'
import { YES } from '../base/truth.ts'
import { type DecodeSink, decodeBlock } from '../decode/decode.ts'
import { findDuplicateKeysWithin } from '../decode/duplicate-keys.ts'
import {
  type ActRecord,
  actKey,
  contentDigest,
  NO_CONTENT,
  type SettledActs,
  type Signal,
} from '../detect/act.ts'
import { BlockActs } from '../detect/block-acts.ts'
import type { CompiledRule } from '../detect/compile.ts'
import type { CorrelationFeeds } from '../detect/feeds.ts'
import { type Bucket, RuleIndex } from '../detect/rule-index.ts'
import { toSignal, type Verdict } from '../detect/signal.ts'
import { type EnrichOptions, enrich } from '../enrich/enrich.ts'
import { type AuditEvent, type Source, STAGE_RANK } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { BlockStats, type Stats } from './block-stats.ts'
import { maskOf, refOf } from './event-ref.ts'
import { IssueTray } from './issue-tray.ts'

/** One block of one input, as it goes to a worker. */
export interface BlockJob {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the first byte, in the decompressed content. */
  readonly offset: number
  readonly source: Source
  readonly fingerprint: string
  /**
   * The only block of its file: stages of its acts may well lie in other files (webhook bodies).
   */
  readonly alone: boolean
}

/** What a block says: everything that the fold and the report need, and no parsed event. */
export interface BlockResult {
  readonly records: readonly ActRecord[]
  readonly settled: readonly SettledActs[]
  readonly stats: Stats
  readonly issues: readonly Issue[]
  readonly issueCounts: Readonly<Record<string, number>>
}

/** What to judge with, and which events. */
export interface AnalyzeOptions {
  readonly rules: readonly CompiledRule[]
  readonly feeds: CorrelationFeeds
  readonly enrich: EnrichOptions
  readonly since: string | undefined
  readonly until: string | undefined
  readonly strict: boolean
}

/**
 * Sees every event of a block as it is decoded, whatever the rules say of it: to store it.
 * `content` gives the digest of its bytes, which is made once for all who ask.
 */
export type OnFacts = (facts: Facts, content: () => string) => void

/** Decodes, enriches and judges blocks. It keeps an index of rules, and nothing of the events. */
export class Analyzer {
  readonly #options: AnalyzeOptions
  readonly #index: RuleIndex

  constructor(options: AnalyzeOptions) {
    this.#options = options
    this.#index = new RuleIndex(options.rules)
  }

  analyze(job: BlockJob, onFacts?: OnFacts): BlockResult {
    const block = new BlockWork(job, this.#options, this.#index, onFacts)
    decodeBlock(job.bytes, job.offset, job.source, { strict: this.#options.strict }, block)
    return block.done()
  }

  /** For every rule the events of its kind, by rank of stage. */
  eligible(): readonly Uint32Array[] {
    return this.#index.eligible()
  }
}

/** The work on one block, from its events to what they say. */
class BlockWork implements DecodeSink {
  readonly #job: BlockJob
  readonly #options: AnalyzeOptions
  readonly #index: RuleIndex
  readonly #since: number
  readonly #until: number
  readonly #stats = new BlockStats()
  readonly #issues = new IssueTray()
  readonly #acts = new BlockActs()
  readonly #records: ActRecord[] = []
  /** Where records begin that were looked through for duplicate keys. */
  readonly #lookedAt = new Set<number>()
  /** By rank and a hint of the signals. */
  readonly #settled = new Map<string, readonly Alike[]>()
  readonly #onFacts: OnFacts | undefined
  /** Of the event at hand, once somebody asked. */
  #facts: Facts | undefined
  #content: { readonly event: AuditEvent; readonly digest: string } | undefined

  constructor(
    job: BlockJob,
    options: AnalyzeOptions,
    index: RuleIndex,
    onFacts: OnFacts | undefined,
  ) {
    this.#job = job
    this.#onFacts = onFacts
    this.#options = options
    this.#index = index
    this.#since = options.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(options.since)
    this.#until = options.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(options.until)
  }

  event(event: AuditEvent): void {
    if (!this.#inWindow(event)) return
    this.#stats.add(event)
    this.#onFacts?.(this.#factsOf(event), () => this.#contentOf(event))
    const bucket = this.#index.bucketFor(event)
    if (bucket.rules.length === 0) return
    if (STAGE_RANK[event.stage] < STAGE_RANK.Panic) this.#acts.wait(event)
    else this.#judge(event, bucket, this.#acts.settle(event)?.events ?? NONE)
  }

  issue(issue: Issue): void {
    this.#issues.add(issue)
  }

  shape(name: string): void {
    this.#stats.addShape(name)
  }

  done(): BlockResult {
    for (const { latest, events } of this.#acts.unsettled()) {
      const earlier = events.filter((event) => event !== latest)
      this.#judge(latest, this.#index.bucketOf(latest), earlier)
    }
    return {
      records: this.#records,
      settled: [...this.#settled.values()].flat().map((one) => ({
        ...one,
        digests: one.digests.join(''),
      })),
      stats: this.#stats.done(),
      issues: this.#issues.kept(),
      issueCounts: this.#issues.counts,
    }
  }

  #inWindow(event: AuditEvent): boolean {
    if (this.#since === Number.NEGATIVE_INFINITY && this.#until === Number.POSITIVE_INFINITY) {
      return true
    }
    const time = Date.parse(event.requestReceivedTimestamp)
    // Of an event without a time nobody can say that it lies outside.
    return Number.isNaN(time) || (time >= this.#since && time < this.#until)
  }

  /** Judges the latest stage of an act; the earlier ones only lend their places. */
  #judge(event: AuditEvent, bucket: Bucket, earlier: readonly AuditEvent[]): void {
    const facts = this.#factsOf(event)
    const verdicts: Verdict[] = []
    this.#index.judge(bucket, facts, (rule, truth, blindTo) =>
      verdicts.push({ rule, truth, blindTo }),
    )
    if (verdicts.length > 0) this.#record(facts, verdicts, earlier)
    else if (this.#settlesElsewhere(event, earlier)) this.#record(facts, verdicts, earlier)
  }

  /** Each fact is computed once for whoever sees the event. */
  #factsOf(event: AuditEvent): Facts {
    if (this.#facts?.event !== event) this.#facts = enrich(event, this.#options.enrich)
    return this.#facts
  }

  #contentOf(event: AuditEvent): string {
    if (this.#content?.event !== event) {
      const digest = contentDigest(rawIn(this.#job, event), event.origin.within ?? 0)
      this.#content = { event, digest }
    }
    return this.#content.digest
  }

  /**
   * Whether the start of this act may wait in another block, to be told that all rules say "no".
   */
  #settlesElsewhere(event: AuditEvent, earlier: readonly AuditEvent[]): boolean {
    if (event.stage === 'RequestReceived') return false
    const started = earlier.some((other) => other.stage === 'RequestReceived')
    return !started && (this.#job.alone || this.#acts.mayHaveStartedBefore(event))
  }

  #record(facts: Facts, verdicts: readonly Verdict[], earlier: readonly AuditEvent[]): void {
    const { event } = facts
    const key = actKey(event)
    const { rules, feeds } = this.#options
    const mask = maskOf(event)
    const signals = verdicts.map((one) => toSignal(rules, one, facts, mask))
    const counted = feeds.count(signals, facts, key, mask)
    const isMatch = counted !== undefined || signals.some((signal) => signal.truth === YES)
    if (signals.some(({ finding }) => finding !== undefined)) this.#lookForDuplicateKeys(event)
    const rank = STAGE_RANK[event.stage]
    const content = signals.length === 0 ? NO_CONTENT : this.#contentOf(event)
    // Only findings and hits show their events; of what is not final a later stage may make one.
    if (!isMatch && rank >= STAGE_RANK.Panic) {
      this.#settle(rank, signals, key + content)
      return
    }
    const events = signals.length === 0 ? NONE : [...earlier, event]
    const refs = events.map((one) => refOf(one, this.#job.fingerprint))
    const counts = counted === undefined ? {} : { counted }
    this.#records.push({ key, rank, content, events: refs, signals, ...counts })
  }

  /** The bytes of a finding are looked through once, however many events they hold. */
  #lookForDuplicateKeys(event: AuditEvent): void {
    const { offset } = event.origin
    if (this.#lookedAt.has(offset)) return
    this.#lookedAt.add(offset)
    for (const issue of duplicateKeys(this.#job, event)) this.#issues.add(issue)
  }

  #settle(rank: number, signals: readonly Signal[], digests: string): void {
    const name = `${rank} ${signals.length} ${signals[0]?.rule} ${signals.at(-1)?.rule}`
    const some = this.#settled.get(name) ?? []
    const known = some.find((one) => isAlike(one.signals, signals))
    if (known !== undefined) known.digests.push(digests)
    else this.#settled.set(name, [...some, { rank, signals, digests: [digests] }])
  }
}

/** Whether two lists of cannot-tells say the same. */
const isAlike = (a: readonly Signal[], b: readonly Signal[]): boolean =>
  a.length === b.length &&
  a.every((one, at) => {
    const other = b[at]
    if (one.rule !== other?.rule) return false
    return one.reasons === other.reasons || one.reasons.join() === other.reasons.join()
  })

const NONE: readonly AuditEvent[] = []

/** Acts on which all rules say the same. */
interface Alike {
  readonly rank: number
  readonly signals: readonly Signal[]
  readonly digests: string[]
}

const rawIn = (job: BlockJob, event: AuditEvent): Uint8Array => {
  const from = event.origin.offset - job.offset
  return job.bytes.subarray(from, from + event.origin.length)
}

const duplicateKeys = (job: BlockJob, event: AuditEvent): readonly Issue[] =>
  findDuplicateKeysWithin(rawIn(job, event)).map((key) => ({
    code: 'decode/duplicate-key',
    message: `the key ${key} is written more than once; the last one counts, as in the API server`,
    at: {
      file: event.origin.source.file,
      offset: event.origin.offset,
      length: event.origin.length,
    },
  }))

/** Identity of rules by content, for the report's head. */
export const contentOf = (files: readonly { file: string; text: string }[]): string =>
  hash('sha256', JSON.stringify(files.map(({ text }) => text).sort())).slice(0, 12)
