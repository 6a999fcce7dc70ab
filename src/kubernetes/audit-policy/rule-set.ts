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

/** Whether a rule is in a set. */
export const hasRule = (set: RuleSet, rule: number): boolean =>
  ((set[rule >>> 5] ?? 0) & (1 << (rule & 31))) !== 0

/** For each text that rules list for one of their conditions: the rules that it satisfies. */
export class ListedRules {
  readonly #listing = new Map<string, RuleSet>()
  /** Those that list nothing, and so take anything. */
  readonly #open: RuleSet
  readonly #union: RuleSet

  /** `lists` has for each rule what it lists. */
  constructor(lists: readonly (readonly string[])[]) {
    this.#open = noRule(lists.length)
    this.#union = noRule(lists.length)
    lists.forEach((list, rule) => {
      if (list.length === 0) addRule(this.#open, rule)
    })
    lists.forEach((list, rule) => {
      for (const text of list) addRule(this.#setFor(text), rule)
    })
  }

  /** The rules that a text satisfies; of undefined, those that take anything. */
  with(text: string | undefined): RuleSet {
    return (text === undefined ? undefined : this.#listing.get(text)) ?? this.#open
  }

  /** The rules that any of the texts satisfies, until the next call. */
  withAny(texts: readonly string[]): RuleSet {
    let found = this.#open
    for (const text of texts) {
      const listing = this.#listing.get(text)
      if (listing === undefined || listing === found) continue
      found = found === this.#open ? listing : this.#join(found, listing)
    }
    return found
  }

  #setFor(text: string): RuleSet {
    const known = this.#listing.get(text)
    if (known !== undefined) return known
    const made = this.#open.slice()
    this.#listing.set(text, made)
    return made
  }

  #join(one: RuleSet, other: RuleSet): RuleSet {
    const union = this.#union
    for (let word = 0; word < union.length; word++) {
      union[word] = (one[word] ?? 0) | (other[word] ?? 0)
    }
    return union
  }
}
