import type { FilePosition, GapKind, LogSource } from '../model/delivery.ts'

/** A source that runs: it hands on deliveries by itself, and stops when it is closed. */
export interface RunningSource {
  readonly name: string
  /** Why it is not ready; undefined when it is. */
  notReady(): string | undefined
  /** What it has come to, for metrics and `deckwatch sources`. */
  status(): readonly SourceStatus[]
  /** Stops taking, waits for what is in hand. */
  close(): Promise<void>
}

/** How one log source is doing. */
export interface SourceStatus {
  readonly source: LogSource
  /** Events and bytes are those of deliveries; µs since 1970. */
  readonly deliveries: number
  readonly bytes: number
  readonly lastArrivedUs: number | undefined
  /** Bodies that came again, byte for byte. */
  readonly duplicates: number
  /** Bytes that lie in files and are not read yet. */
  readonly lagBytes: number | undefined
  /**
   * Seconds until rotation deletes what is not read, at the present rate. Undefined: not a file, or
   * too little was seen.
   */
  readonly budgetSeconds: number | undefined
  readonly gaps: Readonly<Partial<Record<GapKind, number>>>
}

/**
 * Up to where files are kept, from the store and the write-ahead log, in the order in which they
 * were: the last one of a log is where reading it stopped.
 */
export type Positions = readonly FilePosition[]
