import type { Truth } from '../base/truth.ts'
import { type AuditEvent, STAGE_RANK } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { actKey } from './act.ts'

/** A rule's number and what it says. */
export interface Verdict {
  readonly rule: number
  readonly truth: Truth
}

/** An act as far as one block shows it. */
export interface SeenAct {
  readonly key: string
  readonly rank: number
  /** Of the latest stage; none means that every rule says "no". */
  readonly verdicts: readonly Verdict[]
  readonly facts: Facts
  /** All its events that some rule could not dismiss, the deciding one included. */
  readonly events: readonly AuditEvent[]
}

/**
 * Joins the stages of requests within a block, so that a request whose last stage settles it costs
 * nothing further. A second event at the same stage is a record of its own: the fold compares bytes.
 */
export class BlockActs {
  readonly #acts = new Map<string, SeenAct>()
  readonly #apart: SeenAct[] = []

  add(facts: Facts, verdicts: readonly Verdict[]): void {
    const { event } = facts
    const key = actKey(event)
    const rank = STAGE_RANK[event.stage]
    const earlier = this.#acts.get(key)
    const events = verdicts.length === 0 ? [] : [event]
    const act = { key, rank, verdicts, facts, events }
    if (earlier === undefined) this.#acts.set(key, act)
    else if (earlier.rank === rank) this.#apart.push(act)
    else this.#acts.set(key, joined(earlier, act))
  }

  all(): Iterable<SeenAct> {
    return [...this.#acts.values(), ...this.#apart]
  }
}

const joined = (a: SeenAct, b: SeenAct): SeenAct => {
  const [latest, other] = a.rank > b.rank ? [a, b] : [b, a]
  return { ...latest, events: [...other.events, ...latest.events] }
}
