import type { AuditPolicy } from '../../kubernetes/audit-policy/policy.ts'
import { Simulation, type SimulationResult } from './simulate.ts'
import type { LoggedSize, RecordedEvent } from './simulate-record.ts'
import type { Amount } from './simulate-totals.ts'

/** What two policies would have logged of the same recorded events. */
export interface LogComparison {
  readonly before: SimulationResult
  readonly after: SimulationResult
  /** Events that only the old policy logs, and their bytes then. */
  readonly gone: Amount
  /** Events that only the new policy logs, and their bytes then. */
  readonly added: Amount
  /** Events that both log, the new one with less in them; the bytes are what is saved. */
  readonly smaller: Amount
  /** Events that both log, the new one with more in them; the bytes are what comes on top. */
  readonly larger: Amount
}

/** Replays recorded events through two policies at once. What it keeps is bounded. */
export class LogComparer {
  readonly #before: Simulation
  readonly #after: Simulation
  readonly #gone = { events: 0, bytes: 0 }
  readonly #added = { events: 0, bytes: 0 }
  readonly #smaller = { events: 0, bytes: 0 }
  readonly #larger = { events: 0, bytes: 0 }

  constructor(before: AuditPolicy, after: AuditPolicy) {
    this.#before = new Simulation(before)
    this.#after = new Simulation(after)
  }

  /** Counts an event. */
  add(recorded: RecordedEvent): void {
    this.#compare(this.#before.add(recorded), this.#after.add(recorded))
  }

  result(): LogComparison {
    return {
      before: this.#before.result(),
      after: this.#after.result(),
      gone: { ...this.#gone },
      added: { ...this.#added },
      smaller: { ...this.#smaller },
      larger: { ...this.#larger },
    }
  }

  #compare(before: LoggedSize | undefined, after: LoggedSize | undefined): void {
    if (before === undefined) {
      if (after !== undefined) count(this.#added, after.bytes)
    } else if (after === undefined) count(this.#gone, before.bytes)
    // Levels differ in length, so that a record of the same size is the same record.
    else if (before.bytes > after.bytes) count(this.#smaller, before.bytes - after.bytes)
    else if (before.bytes < after.bytes) count(this.#larger, after.bytes - before.bytes)
  }
}

const count = (amount: { events: number; bytes: number }, bytes: number): void => {
  amount.events += 1
  amount.bytes += bytes
}
