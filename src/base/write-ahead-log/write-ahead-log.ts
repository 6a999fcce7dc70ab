/** A record as it was appended. */
export interface LogRecord {
  /** Its number: 1 for the first one ever, and one more for each. */
  readonly sequence: number
  /** What the writer says it is. */
  readonly kind: number
  /** JSON text of the writer's. */
  readonly head: string
  readonly body: Uint8Array<ArrayBuffer>
}

/**
 * What a record is made of. The body may come in pieces, so that nobody has to join them; they may
 * be used again once `append` has settled. A record without a body (the boundaries of a batch, a
 * gap) may use room that is kept free for it: it is what lets a full log shrink again.
 */
export interface NewRecord {
  readonly kind: number
  readonly head: string
  readonly body: readonly Uint8Array[]
}

/**
 * Bytes that were found damaged when the log was opened: they are set aside, never passed over. No
 * bytes: records are missing.
 */
export interface LogDamage {
  readonly segment: string
  readonly fromByte: number
  readonly toByte: number
  readonly reason: string
  /** Numbers of the records that may have been in it: not before this one, and before that one. */
  readonly fromSequence: number
  readonly toSequence: number
}

/**
 * A durable queue on disk: numbered records in segments, each with a checksum. What is appended is
 * safe once the promise resolves (written and synced, many at a time); what is released is deleted.
 */
export interface WriteAheadLog {
  /** Of the first record that is not released, and of the next one to be appended. */
  readonly firstSequence: number
  readonly nextSequence: number
  /** Bytes on disk. */
  readonly bytes: number
  /** What this opening or an earlier one found damaged or left out, until `damageTold`. */
  readonly damage: readonly LogDamage[]
  /** Says that the damage was reported durably: it is not listed again. The bytes stay aside. */
  damageTold(): Promise<void>
  /**
   * Appends a record and gives its number once it is synced. Rejects with the Fault `log/full`
   * (transient) when the disk or `bytesMax` has no room, and with `log/broken` for ever after a
   * failed sync: what is on disk then must be read again by a new process.
   */
  append(record: NewRecord): Promise<number>
  /**
   * The durable records from a number on, in order; waits for more until the signal aborts or the
   * log is closed. Each body is the reader's own. A number that is left out was damaged.
   */
  follow(from: number, signal: AbortSignal): AsyncIterable<LogRecord>
  /** The durable records from a number on, up to what there is now. */
  read(from: number): AsyncIterable<LogRecord>
  /**
   * Says that nobody needs the records before this number any more: durable when it resolves. What
   * they hold is deleted at once when nothing else is left, and else within moments.
   */
  release(before: number): Promise<void>
  /**
   * Appends nothing under a number before this one. For a log that was lost, or put back from a
   * copy: whoever has its records up to here would take new ones under their numbers for the same.
   * What is left out is damage for that reason, also if the process ends before it is told.
   */
  advance(to: number, reason: string): Promise<void>
  close(): Promise<void>
}
