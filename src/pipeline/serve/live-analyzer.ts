import { createHmac, hash, randomBytes } from 'node:crypto'
import type { Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { bufferOf } from '../../base/slice.ts'
import { type RedactedBlock, redactBlock } from '../../decode/redact-raw.ts'
import { eventPlace } from '../../detect/act.ts'
import { compileRules } from '../../detect/compile.ts'
import { CorrelationFeeds } from '../../detect/feeds.ts'
import { type LogSource, logSourceName } from '../../model/delivery.ts'
import type { Source } from '../../model/event.ts'
import type { Facts } from '../../model/facts.ts'
import type { EventRef } from '../../model/finding.ts'
import { BlockPool } from '../../source/block-pool.ts'
import { Cutter, type Piece } from '../../source/cutter.ts'
import { leafOf } from '../../store/evidence/leaf.ts'
import { type Seal, sealFor } from '../../store/seal.ts'
import { Analyzer } from '../analyze.ts'
import { HealthCounter } from '../completeness/health-counter.ts'
import { refOf } from '../event-ref.ts'
import type { StoredEvent } from '../event-table.ts'
import { AuditIds } from './audit-ids.ts'
import { BatchPieces } from './batch-pieces.ts'
import { Leaves } from './leaves.ts'
import type { LiveBatch, LiveJob, LiveOptions, LiveResult } from './live-job.ts'
import { SeenContents } from './seen-contents.ts'

/** What stays when the rules change: the open batch, and what was seen. */
interface Kept {
  readonly events: BatchPieces
  readonly leaves: Map<string, Leaves>
  readonly seen: SeenContents
  readonly auditIds: AuditIds
}

/**
 * The work of the worker thread: masks the secrets of a delivery, decodes and judges it, and
 * gathers the rows of its batch.
 */
export class LiveAnalyzer {
  readonly #options: LiveOptions
  readonly #analyzer: Analyzer
  readonly #seal: Seal | undefined
  readonly #kept: Kept
  readonly #fingerprintOf = (secret: Uint8Array): string =>
    createHmac('sha256', this.#options.fingerprintKey)
      .update(secret)
      .digest('hex')
      .slice(0, FINGERPRINT_DIGITS)

  constructor(options: LiveOptions, kept: Kept = nothingKept(options.instance)) {
    const { rules, correlations } = compileRules(options.rules, options.lists)
    this.#options = options
    this.#kept = kept
    this.#seal = options.sealKey === undefined ? undefined : sealFor(options.sealKey, randomBytes)
    this.#analyzer = new Analyzer({
      rules,
      feeds: new CorrelationFeeds(rules, correlations),
      enrich: { proxies: options.proxies, clusterRanges: options.clusterRanges },
      since: undefined,
      until: undefined,
      strict: false,
    })
  }

  /** The same work by other rules. */
  with(options: LiveOptions): LiveAnalyzer {
    return new LiveAnalyzer(options, this.#kept)
  }

  /**
   * What a delivery says: at once, and of a huge body piece by piece, so that nobody has to hold
   * all that is found in it. Pieces are cut at the same places every time.
   */
  *analyze(job: LiveJob): Generator<LiveResult, void> {
    if (job.bytes.length <= LIMIT.analyzedBytesMax) {
      yield { ...this.#piece(job, { bytes: job.bytes, offset: 0 }, []), last: true }
      return
    }
    const skipped: Issue[] = []
    for (const { bytes, offset } of piecesOf(job, skipped)) {
      yield { ...this.#piece(job, { bytes, offset }, skipped.splice(0)), last: false }
    }
    const nothing = { bytes: new Uint8Array(), offset: job.bytes.length }
    yield { ...this.#piece(job, nothing, skipped), last: true }
  }

  #piece(
    { sequence, batch, delivery }: LiveJob,
    { bytes, offset: within }: Piece,
    issues: readonly Issue[],
  ): Omit<LiveResult, 'last'> {
    const masked = redactBlock(bytes, this.#fingerprintOf)
    const source = sourceOf(delivery)
    const isBody = delivery.kind === 'body'
    const fingerprint = isBody ? delivery.sha256 : delivery.fingerprint
    const health = new HealthCounter(fingerprint)
    const offset = within + (isBody ? 0 : delivery.offset)
    const storing = new Storing(this.#kept, this.#seal, {
      batch,
      way: delivery.source.way,
      arrivedUs: delivery.arrivedUs,
      fingerprint,
      bytes,
      offset,
      masked,
      source: delivery.source,
    })
    const block = this.#analyzer.analyze(
      // Stages of an act come in several deliveries: every one may hold the end of another's start.
      { bytes, offset, source, fingerprint, alone: true },
      (facts, content) => {
        health.add(facts)
        storing.add(facts, content())
      },
    )
    const { reused, canaries } = storing
    const all = { ...block, issues: [...block.issues, ...issues] }
    return { sequence, block: all, observation: health.done(), reused, canaries }
  }

  /** The rows of the batch that is open, which is closed by it. */
  close(number: number): LiveBatch {
    const { events, leaves } = this.#kept
    const shares = [...leaves.values()].map((one) => one.take())
    leaves.clear()
    return { number, pieces: events.take(number), shares }
  }
}

/** Whole records of a huge body, in order; what is too long for a record is an issue. */
function* piecesOf({ bytes, delivery }: LiveJob, issues: Issue[]): Generator<Piece, void> {
  const { file } = sourceOf(delivery)
  const cutter = new Cutter((offset, length) => {
    const message = `a record of ${length} bytes`
    issues.push({ code: 'source/record-too-long', message, at: { file, offset, length } })
  }, new BlockPool())
  const buffer = bufferOf(bytes)
  for (let from = 0; from < buffer.length; from += LIMIT.blockBytes) {
    yield* cutter.push(buffer.subarray(from, from + LIMIT.blockBytes))
  }
  yield* cutter.end()
}

/** Enough to recognise a secret by, and too little to search for one. */
const FINGERPRINT_DIGITS = 16

const nothingKept = (instance: string): Kept => ({
  events: new BatchPieces(instance),
  leaves: new Map(),
  seen: new SeenContents(LIMIT.contentsRememberedMax / 2),
  auditIds: new AuditIds(LIMIT.auditIdsRememberedMax / 2),
})

const sourceOf = (delivery: LiveJob['delivery']): Source => {
  const { cluster, server } = delivery.source
  return { cluster, server, file: delivery.kind === 'body' ? 'webhook' : delivery.path }
}

interface StoringOf {
  readonly batch: number
  readonly way: LogSource['way']
  readonly arrivedUs: number
  readonly fingerprint: string
  readonly bytes: Uint8Array
  readonly offset: number
  readonly masked: RedactedBlock
  readonly source: LogSource
}

/** Stores the events of one delivery. */
class Storing {
  readonly #of: StoringOf
  readonly #seal: Seal | undefined
  readonly #events: BatchPieces
  readonly #leaves: Leaves
  readonly #isCopy: (content: string) => boolean
  readonly #auditIds: AuditIds
  readonly reused: EventRef[] = []
  readonly canaries: string[] = []

  constructor(kept: Kept, seal: Seal | undefined, of: StoringOf) {
    this.#of = of
    this.#seal = seal
    this.#events = kept.events
    this.#auditIds = kept.auditIds
    this.#isCopy = kept.seen.of(of.source)
    this.#leaves = valueAt(kept.leaves, logSourceName(of.source), () => new Leaves(of.source))
  }

  add(facts: Facts, content: string): void {
    const { origin, auditID } = facts.event
    const { batch, bytes, offset, fingerprint, way, arrivedUs, masked } = this.#of
    const from = origin.offset - offset
    const to = from + origin.length
    const raw = bytes.subarray(from, to)
    const before = masked.changed(from, to) ? masked.original(from, to) : undefined
    const original = before && hash('sha256', before)
    if (
      this.#auditIds.isReused(facts.event, content) &&
      this.reused.length < LIMIT.namedPerDelivery
    ) {
      this.reused.push(refOf(facts.event, fingerprint))
    }
    const isNamed = auditID !== undefined && this.canaries.length < LIMIT.namedPerDelivery
    if (isNamed && CANARY.test(auditID)) this.canaries.push(auditID)
    const place = eventPlace(facts.event, fingerprint)
    const stored: StoredEvent = {
      way,
      arrivedUs,
      fingerprint,
      copy: this.#isCopy(content),
      raw,
      ...(original === undefined ? {} : { original }),
      ...(before === undefined || this.#seal === undefined
        ? {}
        : { sealed: sealed(this.#seal, before, place) }),
    }
    this.#events.add(batch, facts, stored)
    this.#leaves.add(leafOf({ place, maskedFrom: original, raw }))
  }
}

/** Bound to the event's id. */
const sealed = (seal: Seal, original: Uint8Array, place: string): Uint8Array =>
  seal(original, hash('sha256', place, 'buffer'))

/** The auditID of a canary, as it can be asked for: see `deckwatch source check`. */
const CANARY = /^deckwatch-canary-[0-9a-f-]{1,64}$/

const valueAt = <T>(map: Map<string, T>, key: string, make: () => T): T => {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
