/**
 * What the world does to us (disk, network, a store that does not answer): expected, coded, and
 * handled in the shell by a retry or a stop. Bugs are not faults.
 */
export class Fault extends Error {
  /** `area/name`, such as `log/full`. */
  readonly code: string
  /** Whether the same may succeed later. */
  readonly transient: boolean

  constructor(code: string, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.transient = options.transient ?? false
  }
}

/** What else is known of a fault. */
export interface FaultOptions {
  readonly cause?: unknown
  readonly transient?: boolean
}
