import type { UNKNOWN, YES } from '../../base/truth.ts'

/**
 * A match, or a cannot-tell, of one of a correlation's rules: all that a window needs to know of
 * it. Plain data, so that it travels between threads.
 */
export interface Hit extends Place {
  readonly truth: typeof YES | typeof UNKNOWN
  /** When, in µs since 1970: of an act, when its request was received. */
  readonly timeUs: number
  /**
   * What it came from (the digest of an act): of hits at the same time and place the least decides
   * which one completes a window, whatever the order they came in.
   */
  readonly origin: string
}

/** Where a hit counts. */
interface Place {
  /** Number of the correlation in its set. */
  readonly correlation: number
  /** Number of the rule among the correlation's. */
  readonly slot: number
  /** Digest of the group: 32 hexadecimal digits. */
  readonly key: string
  /** What the group is called: a value for each part, masked; null where the event has none. */
  readonly group: readonly (string | null)[]
  /**
   * What is counted or summed: several for a list. Empty: the event has no value. Undefined: it
   * cannot be told. Always empty for the types that ask no value.
   */
  readonly values: readonly (string | number)[] | undefined
  /** Where else it counts if it completes this correlation: one for each that is chained to it. */
  readonly up: readonly ChainedPlace[]
}

/** Where the completion of a correlation counts in its turn. */
export interface ChainedPlace extends Place {
  /** Whether the group can be told; if not, what counts there is a "cannot tell". */
  readonly known?: boolean
}

/** A correlation that began to hold for a group, or began to be "cannot tell". */
export interface CorrelationVerdict {
  readonly correlation: number
  readonly key: string
  readonly truth: typeof YES | typeof UNKNOWN
  /** The earliest counted hit of the window; where cells are counted, the start of its cell. */
  readonly fromUs: number
  /** When it began to hold: the time of the hit that completed it. */
  readonly atUs: number
  /**
   * Matches in the window, and hits that cannot be told. Of value_count distinct values, of the
   * other value types numbers, of the temporal types rules. Counted as far as it decides.
   */
  readonly matches: number
  readonly unknowns: number
  /** The hit that completed it. */
  readonly hit: Hit
}
