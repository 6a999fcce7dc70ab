import { CANNOT_TELL, type CannotTell, type FieldValue, type Scalar } from '../base/truth.ts'
import type { Facts } from '../model/facts.ts'
import type { Predicate } from '../sigma/emit/predicate.ts'
import { textOfScalar } from '../sigma/match/scalar.ts'
import type { Clue, Guard } from '../sigma/plan/guards.ts'
import { factsAccess } from './schema.ts'
import type { FieldWords, Words } from './words.ts'

/** A rule as it is for some events, and the guard that is asked before it. */
export interface GuardedRule {
  /** Its number in the rule set. */
  readonly rule: number
  readonly test: Predicate<Facts>
  readonly guard: Guard | undefined
  /** What the guard reads is all that is left to ask: where it cannot be told, the rule cannot. */
  readonly sure: boolean
  /** The part of the event that the guard reads. */
  readonly part: number
}

/** Rules whose guards let an event pass. One is used again for every event. */
export class Candidates {
  /** To be asked. */
  readonly rules: GuardedRule[] = []
  /** Those that cannot tell, and need not be asked. */
  readonly blind: GuardedRule[] = []
  /** A rule may pass by several clues: by number the event that it last passed for. */
  readonly #passed: Uint32Array
  #event = 0

  constructor(rules: number) {
    this.#passed = new Uint32Array(rules)
  }

  clear(): void {
    // Most events have none, and to cut an array costs, even an empty one.
    if (this.rules.length > 0) this.rules.length = 0
    if (this.blind.length > 0) this.blind.length = 0
    this.#event = (this.#event + 1) >>> 0
    if (this.#event === 0) this.#passed.fill(0)
  }

  addAll(rules: readonly GuardedRule[]): void {
    for (const rule of rules) this.rules.push(rule)
  }

  /** Adds those that are not there yet. */
  addNew(rules: readonly GuardedRule[]): void {
    const passed = this.#passed
    for (const one of rules) {
      if (passed[one.rule] === this.#event) continue
      passed[one.rule] = this.#event
      this.rules.push(one)
    }
  }

  addBlind(rules: readonly GuardedRule[]): void {
    for (const rule of rules) this.blind.push(rule)
  }

  /** Puts others of the same number in the place of the rules to be asked, or nothing. */
  replace(others: ReadonlyMap<number, GuardedRule>): void {
    let kept = 0
    for (const { rule } of this.rules) {
      const other = others.get(rule)
      if (other !== undefined) this.rules[kept++] = other
    }
    this.rules.length = kept
  }
}

/** Lets pass the rules that an event may concern: each field is read once for all its guards. */
export class Sieve {
  readonly #open: readonly GuardedRule[]
  readonly #groups: readonly GuardedGroup[]

  constructor(rules: readonly GuardedRule[], words: FieldWords) {
    const byField = new Map<string, CluedRule[]>()
    for (const rule of rules) {
      for (const clue of rule.guard ?? []) {
        const same = byField.get(clue.field)
        if (same === undefined) byField.set(clue.field, [{ rule, clue }])
        else same.push({ rule, clue })
      }
    }
    this.#open = rules.filter(({ guard }) => guard === undefined)
    this.#groups = [...byField].map(([field, same]) => new GuardedGroup(same, words.of(field)))
  }

  /** Adds the rules that may say anything but "no" of the event. */
  pass(facts: Facts, into: Candidates): void {
    into.addAll(this.#open)
    for (const group of this.#groups) group.pass(facts, into)
  }
}

interface CluedRule {
  readonly rule: GuardedRule
  readonly clue: Clue
}

/** Rules with a clue in the same field. */
class GuardedGroup {
  readonly #rules: readonly GuardedRule[]
  readonly #sure: readonly GuardedRule[]
  readonly #unsure: readonly GuardedRule[]
  readonly #words: Words
  readonly #byWord = new Map<number, GuardedRule[]>()
  readonly #present: readonly GuardedRule[]
  readonly #absent: readonly GuardedRule[]
  readonly #hasParts: boolean
  /** The values to look at: of the event, or of each element; undefined is no element. */
  readonly #read: (facts: Facts) => FieldValue
  readonly #elements: ((facts: Facts) => readonly unknown[] | undefined | CannotTell) | undefined
  readonly #readElement: (element: unknown) => FieldValue

  constructor(clued: readonly CluedRule[], words: Words) {
    const rules = clued.map(({ rule }) => rule)
    this.#rules = rules
    this.#sure = rules.filter(({ sure }) => sure)
    this.#unsure = rules.filter(({ sure }) => !sure)
    this.#words = words
    this.#present = clued.filter(({ clue }) => clue.present).map(({ rule }) => rule)
    this.#absent = clued.filter(({ clue }) => clue.absent).map(({ rule }) => rule)
    let hasParts = false
    for (const { rule, clue } of clued) {
      for (const needle of clue.needles) {
        if (needle.place !== 'whole') hasParts = true
        const word = words.numberOf(needle)
        const same = this.#byWord.get(word)
        if (same === undefined) this.#byWord.set(word, [rule])
        else if (same.at(-1) !== rule) same.push(rule)
      }
    }
    this.#hasParts = hasParts
    const { field = '', group } = clued[0]?.clue ?? {}
    this.#read = group === undefined ? factsAccess.value(field) : () => undefined
    this.#elements = group === undefined ? undefined : factsAccess.elements(group)
    this.#readElement = group === undefined ? () => undefined : factsAccess.elementValue(field)
  }

  pass(facts: Facts, into: Candidates): void {
    if (this.#elements === undefined) {
      const value = this.#read(facts)
      if (value === CANNOT_TELL) this.#passBlind(into)
      else this.#look(value, into)
      return
    }
    const elements = this.#elements(facts)
    if (elements === CANNOT_TELL) this.#passBlind(into)
    else for (const element of elements ?? []) this.#look(this.#readElement(element), into)
  }

  #passBlind(into: Candidates): void {
    into.addBlind(this.#sure)
    into.addNew(this.#unsure)
  }

  #look(value: FieldValue, into: Candidates): void {
    if (typeof value === 'string') this.#lookAt(value, into)
    else if (value === undefined) into.addNew(this.#absent)
    else if (value === CANNOT_TELL) into.addNew(this.#rules)
    else if (isList(value)) for (const member of value) this.#lookAtMember(member, into)
    else this.#lookAtMember(value, into)
  }

  #lookAtMember(value: Scalar, into: Candidates): void {
    const text = textOfScalar(value)
    // Null is a value for some tests, and none for others.
    if (text === undefined) into.addNew(this.#rules)
    else this.#lookAt(text, into)
  }

  #lookAt(text: string, into: Candidates): void {
    if (this.#present.length > 0) into.addNew(this.#present)
    if (this.#byWord.size === 0) return
    for (const word of this.#words.in(text, this.#hasParts)) {
      const rules = this.#byWord.get(word)
      if (rules !== undefined) into.addNew(rules)
    }
  }
}

const isList = (value: Scalar | readonly Scalar[]): value is readonly Scalar[] =>
  Array.isArray(value)
