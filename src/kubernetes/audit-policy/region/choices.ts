import { addRule, noRule, type RuleSet } from '../rule-set.ts'
import type { Effort } from './effort.ts'
import type { ReadyRule } from './ready-rule.ts'

/** A value for a part of a request, and which of the rules to avoid it does not avoid. */
export interface Choice<Value> {
  readonly value: Value
  readonly hits: RuleSet
}

/** Steps that it takes to ask all of some rules about one request. */
export const stepsOf = (rules: readonly ReadyRule[]): number =>
  rules.reduce((sum, { steps }) => sum + steps, 0)

/** The values with what they hit. Undefined when the effort ended. */
export const hitsOf = <Value>(
  values: readonly Value[],
  avoid: readonly ReadyRule[],
  takes: (rule: ReadyRule, value: Value) => boolean,
  effort: Effort,
): readonly Choice<Value>[] | undefined => {
  if (!effort.spend(values.length * (1 + stepsOf(avoid)))) return undefined
  return values.map((value) => {
    const hits = noRule(avoid.length)
    avoid.forEach((rule, index) => {
      if (takes(rule, value)) addRule(hits, index)
    })
    return { value, hits }
  })
}

/**
 * The values with what they hit, without those that are no better than another: what the other
 * hits, they hit too. Undefined when the effort ended.
 */
export const choicesOf = <Value>(
  values: readonly Value[],
  avoid: readonly ReadyRule[],
  takes: (rule: ReadyRule, value: Value) => boolean,
  effort: Effort,
): readonly Choice<Value>[] | undefined => {
  const choices = hitsOf(values, avoid, takes, effort)
  return choices && bestOf(choices, effort)
}

/** The choices without those that are no better than another. */
export const bestOf = <Value>(
  choices: readonly Choice<Value>[],
  effort: Effort,
): readonly Choice<Value>[] | undefined => {
  const best: Choice<Value>[] = []
  const sorted = choices
    .map((choice) => ({ choice, size: sizeOf(choice.hits) }))
    .sort((a, b) => a.size - b.size)
  for (const { choice, size } of sorted) {
    if (!effort.spend(best.length)) return undefined
    if (best.some(({ hits }) => isWithin(hits, choice.hits))) continue
    best.push(choice)
    if (size === 0) break
  }
  return best
}

/**
 * A value of each that hit no rule together; of the rules, only those in a set count. Undefined
 * when there are none, `unknown` when the effort ended.
 */
export const combine = <One, Other>(
  ones: readonly Choice<One>[],
  others: readonly Choice<Other>[],
  counted: RuleSet,
  effort: Effort,
): readonly [One, Other] | 'unknown' | undefined => {
  if (!isClear(common(ones, counted), common(others, counted))) return undefined
  for (const one of ones) {
    const left = one.hits.map((word, index) => word & (counted[index] ?? 0))
    if (!effort.spend(others.length)) return 'unknown'
    const other = others.find(({ hits }) => isClear(hits, left))
    if (other !== undefined) return [one.value, other.value]
  }
  return undefined
}

/** What all choices hit. */
const common = (choices: readonly Choice<unknown>[], counted: RuleSet): RuleSet =>
  choices.reduce(
    (all, { hits }) => all.map((word, index) => word & (hits[index] ?? 0)),
    counted.slice(),
  )

/** Whether no rule is in both sets. */
const isClear = (one: RuleSet, other: RuleSet): boolean => {
  for (let word = 0; word < one.length; word++) {
    if (((one[word] ?? 0) & (other[word] ?? 0)) !== 0) return false
  }
  return true
}

const isWithin = (small: RuleSet, large: RuleSet): boolean => {
  for (let word = 0; word < small.length; word++) {
    if (((small[word] ?? 0) & ~(large[word] ?? 0)) !== 0) return false
  }
  return true
}

const sizeOf = (set: RuleSet): number => {
  let size = 0
  for (let word of set) for (; word !== 0; word &= word - 1) size++
  return size
}
