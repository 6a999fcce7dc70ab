import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, UNKNOWN, YES } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import { emitLeaf, emitPredicate, type Predicate } from '../sigma/emit/predicate.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../sigma/plan/plan.ts'
import { specialise } from '../sigma/plan/specialise.ts'
import { factsAccess, keyAccess, type RequestKey } from './schema.ts'

/**
 * A rule as it is for one kind of request: tests of the kind itself are answered beforehand. Kinds
 * that give the same answers share a predicate.
 */
export class ScopedRule {
  readonly #plan: Plan
  readonly #tests: ReadonlyMap<Leaf, Predicate<RequestKey>>
  readonly #byAnswers = new Map<string, Predicate<Facts> | undefined>()

  constructor(plan: Plan) {
    this.#plan = plan
    const asked = leaves(plan).filter((leaf) => leaf.group === undefined)
    this.#tests = new Map(asked.map((leaf) => [leaf, emitLeaf(leaf, keyReader)]))
  }

  /** Judges requests of that kind; undefined when the rule says "no" to all of them. */
  forKey(key: RequestKey): Predicate<Facts> | undefined {
    const answers = new Map<Leaf, boolean>()
    let text = ''
    for (const [leaf, test] of this.#tests) {
      const truth = test(key)
      if (truth !== UNKNOWN) answers.set(leaf, truth === YES)
      text += truth
    }
    if (this.#byAnswers.has(text)) return this.#byAnswers.get(text)
    const predicate = toPredicate(specialise(this.#plan, (leaf) => answers.get(leaf)))
    if (this.#byAnswers.size < LIMIT.ruleAnswersMax) this.#byAnswers.set(text, predicate)
    return predicate
  }
}

/** Keywords search all text, so a kind of request never answers them. */
const keyReader = (field: string): ReturnType<typeof keyAccess.value> =>
  field === '' ? () => CANNOT_TELL : keyAccess.value(field)

const toPredicate = (plan: Plan | boolean): Predicate<Facts> | undefined => {
  if (typeof plan !== 'boolean') return emitPredicate(plan, factsAccess)
  return plan ? () => YES : undefined
}
