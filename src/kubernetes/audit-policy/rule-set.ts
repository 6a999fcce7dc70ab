import { LIMIT } from '../../base/limit.ts'

/** A set of rules of a policy: a bit for each in their order, 32 a word. */
export type RuleSet = Int32Array

/** The set without any rule of a policy that has so many. */
export const noRule = (rules: number): RuleSet => new Int32Array(Math.ceil(rules / 32))

/** The set of all rules; bits beyond the last one are set too, and mean nothing. */
export const everyRule = (rules: number): RuleSet => noRule(rules).fill(-1)

/** Puts a rule into a set. */
export const addRule = (set: RuleSet, rule: number): void => {
  const word = rule >>> 5
  set[word] = (set[word] ?? 0) | (1 << (rule & 31))
}

/** A text that rules list, which ones do, and the set of the rules that it satisfies, if made. */
interface Listed {
  readonly rules: number[]
  set: RuleSet | undefined
}

/** For each text that rules list for one of their conditions: the rules that it satisfies. */
export class ListedRules {
  readonly #listed = new Map<string, Listed>()
  /** Those that list nothing, and so take anything. */
  readonly #open: RuleSet
  readonly #union: RuleSet
  #made: Listed[] = []

  /** `lists` has for each rule what it lists. */
  constructor(lists: readonly (readonly string[])[]) {
    this.#open = noRule(lists.length)
    this.#union = noRule(lists.length)
    for (const [rule, list] of lists.entries()) {
      if (list.length === 0) addRule(this.#open, rule)
      for (const text of list) this.#list(text, rule)
    }
  }

  /** The rules that a text satisfies; of undefined, those that take anything. */
  with(text: string | undefined): RuleSet {
    if (text === undefined) return this.#open
    const listed = this.#listed.get(text)
    return listed === undefined ? this.#open : (listed.set ?? this.#make(listed))
  }

  /** The rules that any of the texts satisfies, until the next call. */
  withAny(texts: readonly string[]): RuleSet {
    let found = this.#open
    for (const text of texts) {
      const one = this.with(text)
      if (one === this.#open || one === found) continue
      found = found === this.#open ? one : this.#join(found, one)
    }
    return found
  }

  /** The same as `withAny`, for ever. */
  withAnyKept(texts: readonly string[]): RuleSet {
    const found = this.withAny(texts)
    return found === this.#union ? found.slice() : found
  }

  #list(text: string, rule: number): void {
    const listed = this.#listed.get(text)
    if (listed === undefined) this.#listed.set(text, { rules: [rule], set: undefined })
    else listed.rules.push(rule)
  }

  /** Sets are made when they are asked for: of a policy of many rules all would be too large. */
  #make(listed: Listed): RuleSet {
    const set = this.#open.slice()
    for (const rule of listed.rules) addRule(set, rule)
    if (this.#made.length * set.length >= LIMIT.policySetWordsMax) {
      for (const made of this.#made) made.set = undefined
      this.#made = []
    }
    this.#made.push(listed)
    listed.set = set
    return set
  }

  #join(one: RuleSet, other: RuleSet): RuleSet {
    const union = this.#union
    for (let word = 0; word < union.length; word++) {
      union[word] = (one[word] ?? 0) | (other[word] ?? 0)
    }
    return union
  }
}
