import type { BodyDelivery, LinesDelivery, LogSource } from '../../model/delivery.ts'
import type { EventRef } from '../../model/finding.ts'
import type { SourceObservation } from '../../model/source-health.ts'
import type { Rows } from '../../store/store.ts'
import type { BlockResult } from '../analyze.ts'
import type { RuleFile } from '../hunt-options.ts'

/** A delivery on its way to the worker. */
export interface LiveJob {
  readonly sequence: number
  /** The batch it belongs to. */
  readonly batch: number
  readonly delivery: BodyDelivery | LinesDelivery
  /** The only view of its buffer. Secrets in it are masked in place. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What a delivery, or a piece of it, says: for the fold, and for the health of its source. */
export interface LiveResult {
  readonly sequence: number
  /** Nothing more comes of this delivery. */
  readonly last: boolean
  readonly block: BlockResult
  readonly observation: SourceObservation
  /** Events under the auditID of an earlier one, with other bytes: the first of them. */
  readonly reused: readonly EventRef[]
  /** Ids of canary events: somebody waits to hear of them. */
  readonly canaries: readonly string[]
}

/** What of one log source is in a batch: the evidence, and up to where it was read. */
export interface SourceShare {
  readonly source: LogSource
  readonly events: number
  /** 32 bytes for each event, in order of position: see store/evidence. */
  readonly leaves: Uint8Array<ArrayBuffer>
}

/** A batch that is complete: its rows, ready to be inserted. */
export interface LiveBatch {
  readonly number: number
  /** In pieces of a bounded size, by position: what the store takes at a time. */
  readonly pieces: readonly Rows[]
  readonly shares: readonly SourceShare[]
}

/** What the worker judges and stores with. */
export interface LiveOptions {
  readonly rules: readonly RuleFile[]
  readonly lists: readonly RuleFile[]
  readonly proxies: readonly string[]
  readonly clusterRanges: readonly string[]
  /** PEM of the X25519 key that originals of masked events are sealed for. */
  readonly sealKey: string | undefined
  /** Of the data directory: a column of every event. */
  readonly instance: string
  /** Keys the digests of masked values. */
  readonly fingerprintKey: Uint8Array
}

/** What the worker is told. */
export type LiveOrder =
  | { readonly kind: 'delivery'; readonly job: LiveJob }
  | { readonly kind: 'close'; readonly batch: number }
  | { readonly kind: 'rules'; readonly options: LiveOptions }

/** What it answers, in the order of what it was told. */
export type LiveAnswer =
  | { readonly kind: 'result'; readonly result: LiveResult }
  | { readonly kind: 'batch'; readonly batch: LiveBatch }
  | { readonly kind: 'rules' }
