import { findField } from '../model/fields.ts'
import { guardsOf } from '../sigma/plan/guards.ts'
import type { Leaf } from '../sigma/plan/plan.ts'
import { specialise } from '../sigma/plan/specialise.ts'
import type { CompiledRule } from './compile.ts'
import { earlyGuard, shareOf } from './guard-choice.ts'
import { isOfKey, verbAnswer } from './schema.ts'
import { type GuardedRule, Sieve } from './sieve.ts'
import type { FieldWords } from './words.ts'

/**
 * Rules that speak of no resource and that one cheap look at a field rules out for nearly all
 * events: instead of a place in every kind of request they have one sieve for each verb.
 */
export class RoamingRules {
  readonly #rules: readonly CompiledRule[]
  readonly #numbers: ReadonlySet<number>
  readonly #words: FieldWords
  readonly #byVerb = new Map<string, Sieve>()

  /** Of the rules with these numbers. */
  constructor(rules: readonly CompiledRule[], numbers: readonly number[], words: FieldWords) {
    this.#rules = rules
    this.#words = words
    this.#numbers = new Set(
      numbers.filter((at) => typeof guardedFor(rules, at, undefined) === 'object'),
    )
  }

  has(rule: number): boolean {
    return this.#numbers.has(rule)
  }

  /** Lets pass the rules that an event with this verb may concern. */
  sieve(verb: string): Sieve {
    // A client may send any verb: those that nobody knows share one sieve.
    const known = VERBS.includes(verb) ? verb : ''
    const found = this.#byVerb.get(known)
    if (found !== undefined) return found
    const given = known === '' ? undefined : known
    const guarded = [...this.#numbers].flatMap((at): readonly GuardedRule[] => {
      const one = guardedFor(this.#rules, at, given)
      if (one === 'no rule') return []
      const whole = one === 'no guard' ? guardedFor(this.#rules, at, undefined) : one
      return typeof whole === 'string' ? [] : [whole]
    })
    const sieve = new Sieve(guarded, this.#words)
    this.#byVerb.set(known, sieve)
    return sieve
  }
}

const VERBS = findField('verb')?.field.values ?? []

/** The rule as far as the verb does not answer it, if it is known. */
const guardedFor = (
  rules: readonly CompiledRule[],
  rule: number,
  verb: string | undefined,
): GuardedRule | 'no guard' | 'no rule' => {
  const { plan, test } = rules[rule] ?? {}
  if (plan === undefined || test === undefined) return 'no rule'
  const answer = (leaf: Leaf): boolean | undefined =>
    verb === undefined ? undefined : verbAnswer(leaf, verb)
  const rest = specialise(plan, answer)
  if (rest === false) return 'no rule'
  if (rest === true) return 'no guard'
  const guards = guardsOf(rest, shareOf)
  const guard = earlyGuard(guards.filter((one) => !one.some(({ field }) => isOfKey(field))))
  return guard === undefined ? 'no guard' : { rule, test, guard, sure: false, part: 0 }
}
