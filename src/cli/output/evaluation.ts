import type { EventDecision } from '../../kubernetes/audit-policy/decide-event.ts'
import type { PolicyDecision } from '../../kubernetes/audit-policy/policy.ts'
import type { AuditEvent } from '../../model/event.ts'

/** Whether an API server under this decision would have written the event of this stage. */
export const isLogged = (
  { stage }: Pick<AuditEvent, 'stage'>,
  { level, omitStages }: PolicyDecision,
): boolean => level !== 'None' && !omitStages.includes(stage)

/**
 * Whether it would have, as far as can be told: where every decision that is possible says the
 * same, it does not matter which rule decides.
 */
export const wouldBeLogged = (
  event: Pick<AuditEvent, 'stage'>,
  { possible }: EventDecision,
): boolean | undefined => {
  const answers = new Set(possible.map((one) => isLogged(event, one)))
  return answers.size === 1 ? answers.has(true) : undefined
}

/** Events that a rule decides. */
export interface RuleCount {
  readonly events: number
  /** Of these, events at stages that it does not omit, at another level than None. */
  readonly logged: number
}

/** Counts what a policy says of events. */
export class EvaluationTally {
  readonly #events: Float64Array
  readonly #logged: Float64Array
  #untold = 0
  #untoldLogged = 0
  #lacking = 0

  /** For a policy of so many rules. */
  constructor(rules: number) {
    this.#events = new Float64Array(rules + 1)
    this.#logged = new Float64Array(rules + 1)
  }

  add(event: AuditEvent, decided: EventDecision): void {
    const logged = wouldBeLogged(event, decided) === true ? 1 : 0
    if (decided.decision === undefined) {
      this.#untold++
      this.#untoldLogged += logged
      this.#lacking |= decided.unknown
      return
    }
    const { rule } = decided.decision
    const place = rule < 0 ? this.#events.length - 1 : rule
    this.#events[place] = (this.#events[place] ?? 0) + 1
    this.#logged[place] = (this.#logged[place] ?? 0) + logged
  }

  /** Of a rule, from 0; -1: what no rule matches. */
  of(rule: number): RuleCount {
    const place = rule < 0 ? this.#events.length - 1 : rule
    return { events: this.#events[place] ?? 0, logged: this.#logged[place] ?? 0 }
  }

  /** Events whose rule cannot be told, and the parts that they lack: bits of `PART`. */
  get untold(): RuleCount & { readonly lacking: number } {
    return { events: this.#untold, logged: this.#untoldLogged, lacking: this.#lacking }
  }

  /** All of them. */
  get total(): RuleCount {
    const sum = (all: Float64Array): number => all.reduce((a, b) => a + b, 0)
    return {
      events: sum(this.#events) + this.#untold,
      logged: sum(this.#logged) + this.#untoldLogged,
    }
  }
}
