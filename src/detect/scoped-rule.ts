import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, type FieldValue, UNKNOWN, YES } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { emitLeaf, emitPredicate, type Predicate } from '../sigma/emit/predicate.ts'
import { type Guard, guardsOf } from '../sigma/plan/guards.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../sigma/plan/plan.ts'
import { specialise } from '../sigma/plan/specialise.ts'
import { shareOf } from './guard-choice.ts'
import { factsAccess, keyAccess, type RequestKey } from './schema.ts'

/** What is left of a rule where some of its tests are answered beforehand. */
export interface Rest {
  /** Undefined: nothing, the rule says "yes". */
  readonly plan: Plan | undefined
  readonly test: Predicate<Facts>
  readonly guards: readonly Guard[]
  /** The fields that are still asked. */
  readonly fields: ReadonlySet<string>
}

/** Values of traits by field. */
export type TraitValues = ReadonlyMap<string, FieldValue>

/** No trait is known. */
export const NO_TRAITS: TraitValues = new Map()

/**
 * A rule as it is for one kind of request, and for events with some traits: tests of these are
 * answered beforehand. Kinds that give the same answers share what is left.
 */
export class ScopedRule {
  readonly #plan: Plan
  readonly #tests: readonly { readonly leaf: Leaf; readonly test: Predicate<Subject> }[]
  readonly #byAnswers = new Map<string, Rest | undefined>()

  constructor(plan: Plan) {
    this.#plan = plan
    this.#tests = leaves(plan)
      .filter((leaf) => leaf.group === undefined)
      .map((leaf) => ({ leaf, test: emitLeaf(leaf, readerOf) }))
  }

  /** Judges such requests; undefined when the rule says "no" to all of them. */
  forKey(key: RequestKey, traits: TraitValues = NO_TRAITS): Rest | undefined {
    const answers = new Map<Leaf, boolean>()
    const subject: Subject = { key, traits }
    let text = ''
    for (const { leaf, test } of this.#tests) {
      const truth = test(subject)
      if (truth !== UNKNOWN) answers.set(leaf, truth === YES)
      text += truth
    }
    if (this.#byAnswers.has(text)) return this.#byAnswers.get(text)
    const rest = toRest(specialise(this.#plan, (leaf) => answers.get(leaf)))
    if (this.#byAnswers.size < LIMIT.ruleAnswersMax) this.#byAnswers.set(text, rest)
    return rest
  }
}

interface Subject {
  readonly key: RequestKey
  readonly traits: TraitValues
}

/** Keywords search all text, so a kind of request never answers them. */
const readerOf = (field: string): ((subject: Subject) => FieldValue) => {
  if (field === '') return () => CANNOT_TELL
  const ofKey = keyAccess.value(field)
  return ({ key, traits }) => (traits.has(field) ? traits.get(field) : ofKey(key))
}

const toRest = (plan: Plan | boolean): Rest | undefined => {
  if (plan === false) return undefined
  if (plan === true) return { plan: undefined, test: () => YES, guards: [], fields: new Set() }
  const fields = new Set<string>()
  for (const { field, test } of leaves(plan)) {
    fields.add(field)
    if (test.kind === 'same') fields.add(test.other.field)
  }
  return { plan, test: emitPredicate(plan, factsAccess), guards: guardsOf(plan, shareOf), fields }
}
