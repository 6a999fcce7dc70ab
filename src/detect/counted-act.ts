import type { Truth } from '../base/truth.ts'
import type { Reason } from '../model/blindness.ts'
import type { Subject } from './evidence.ts'

/** An act as correlations see it: small, plain data, that waits as JSON for its turn in time. */
export interface CountedAct {
  /**
   * When its request was received, in µs since 1970. Undefined: it says no time that windows know,
   * and no correlation that counts it can tell what it would have completed.
   */
  readonly timeUs: number | undefined
  /** Why it says no time. */
  readonly untimed?: Reason
  /** The digest of the act. */
  readonly origin: string
  readonly cluster: string
  /** The rules that count somewhere and did not say "no", by number. */
  readonly rules: readonly {
    readonly rule: number
    readonly truth: Truth
    /** Why it cannot be told; empty for a match. */
    readonly reasons: readonly Reason[]
  }[]
  /** Of each field that their correlations read. */
  readonly values: Readonly<Record<string, CountedValue>>
  readonly subject: Subject
}

/** The values of a field; none where the event has none. Null: it cannot be told. */
export type CountedValue = {
  readonly is: readonly (string | number)[]
  /** How a single value is shown, where that differs: masked, or cut. */
  readonly as?: string
} | null
