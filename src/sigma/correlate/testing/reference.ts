import { and, NO, not, or, type Truth, UNKNOWN, YES } from '../../../base/truth.ts'
import type { Comparison } from '../../parse/correlation.ts'
import type { CorrelationPlan, SlotExpression } from '../../plan/correlation.ts'
import type { CorrelationVerdict, Hit } from '../hit.ts'

/**
 * The slow, obvious version of what correlations mean: straight from the rules of SPEC.md,
 * over all hits at every instant. It shares no code with the correlator.
 */
export const referenceVerdicts = (
  plans: readonly CorrelationPlan[],
  hits: readonly Hit[],
  valuesMax: number,
): readonly CorrelationVerdict[] => {
  const all = [...hits]
  const verdicts: CorrelationVerdict[] = []
  for (const [correlation, plan] of plans.entries()) {
    const own = all.filter((hit) => hit.correlation === correlation)
    for (const key of [...new Set(own.map((hit) => hit.key))].sort()) {
      const group = own.filter((hit) => hit.key === key)
      const found = verdictsOf(plan, group, valuesMax)
      verdicts.push(...found)
      for (const { hit, truth, atUs } of found) {
        for (const place of hit.up) {
          const sure = place.known === false ? UNKNOWN : truth
          all.push({ ...place, truth: sure, timeUs: atUs, origin: hit.origin })
        }
      }
    }
  }
  return verdicts.sort(
    (a, b) => a.atUs - b.atUs || a.correlation - b.correlation || compareTexts(a.key, b.key),
  )
}

/** What an instant says, with what was counted. */
interface Judgement {
  readonly truth: Truth
  readonly matches: number
  readonly unknowns: number
  readonly fromUs: number
}

const verdictsOf = (
  plan: CorrelationPlan,
  group: readonly Hit[],
  valuesMax: number,
): readonly CorrelationVerdict[] => {
  const verdicts: CorrelationVerdict[] = []
  const judged: { readonly atUs: number; readonly truth: Truth }[] = []
  const last = plan.type === 'temporal_ordered' ? plan.slots.length - 1 : undefined
  for (const atUs of [...new Set(group.map((hit) => hit.timeUs))].sort((a, b) => a - b)) {
    const now = group.filter(
      (hit) => hit.timeUs === atUs && (last === undefined || hit.slot === last),
    )
    if (now.length === 0) continue
    const judgement = judge(plan, group, atUs, valuesMax)
    const matched = now.some((hit) => hit.truth === YES)
    const truth = judgement.truth === YES && !matched ? UNKNOWN : judgement.truth
    if (truth === NO) continue
    const open = judged.some(
      (earlier) =>
        atUs - earlier.atUs <= plan.spanUs && (truth === UNKNOWN || earlier.truth === YES),
    )
    judged.push({ atUs, truth })
    if (open) continue
    const completing = now.filter((hit) => truth === UNKNOWN || hit.truth === YES)
    const [hit] = completing.sort(
      (a, b) => compareTexts(a.origin, b.origin) || a.slot - b.slot || a.truth - b.truth,
    )
    if (hit === undefined) throw new Error('no hit completes the window')
    const { correlation, key } = hit
    verdicts.push({ ...judgement, correlation, key, truth, atUs, hit })
  }
  return verdicts
}

const judge = (
  plan: CorrelationPlan,
  group: readonly Hit[],
  atUs: number,
  valuesMax: number,
): Judgement => {
  const cell = byCells(plan) ? plan.spanUs / 32 : 1
  const quantised = (timeUs: number): number => Math.floor(timeUs / cell) * cell
  const window = group
    .filter((hit) => hit.timeUs <= atUs && quantised(hit.timeUs) > quantised(atUs) - plan.spanUs)
    .map((hit) => ({ ...hit, timeUs: quantised(hit.timeUs) }))
  switch (plan.type) {
    case 'event_count':
    case 'value_count':
      return judgeCount(plan, window, atUs)
    case 'temporal':
      return judgeTemporal(plan, window, atUs)
    case 'temporal_ordered':
      return judgeOrdered(plan, window, atUs)
    default:
      return judgeNumbers(plan, window, atUs, valuesMax)
  }
}

const byCells = ({ type, comparisons }: CorrelationPlan): boolean => {
  if (type === 'value_sum' || type === 'value_avg') return true
  if (type !== 'event_count' && type !== 'value_count') return false
  return comparisons.some(({ value }) => value > 32)
}

/** One thing that counts. */
interface Unit {
  readonly timeUs: number
  readonly sure: boolean
}

const judgeCount = (plan: CorrelationPlan, window: readonly Hit[], atUs: number): Judgement => {
  const most = plan.type === 'event_count' && byCells(plan) ? Infinity : enough(plan.comparisons)
  const units = plan.type === 'event_count' ? eventUnits(window) : valueUnits(window)
  const sure = latest(
    units.filter((unit) => unit.sure),
    most,
  )
  const matched =
    plan.type === 'event_count'
      ? sure
      : latest(
          valueUnits(window.filter(isMatch)).filter((unit) => unit.sure),
          most,
        )
  const all = latest(units, most)
  const truth = compareAll(plan.comparisons, matched.length, all.length)
  const counted = truth === YES ? matched : all
  return {
    truth,
    matches: matched.length,
    unknowns: all.length - matched.length,
    fromUs: Math.min(atUs, ...counted.map(({ timeUs }) => timeUs)),
  }
}

const isMatch = (hit: Hit): boolean => hit.truth === YES

/** The least count that decides every comparison, and with it all greater ones. */
const enough = (comparisons: readonly Comparison[]): number =>
  Math.max(
    1,
    ...comparisons.map(({ operator, value }) =>
      operator === 'gte' || operator === 'lt' ? Math.ceil(value) : Math.floor(value) + 1,
    ),
  )

const latest = (units: readonly Unit[], most: number): readonly Unit[] =>
  [...units].sort((a, b) => b.timeUs - a.timeUs).slice(0, most)

const eventUnits = (window: readonly Hit[]): readonly Unit[] =>
  window.map((hit) => ({ timeUs: hit.timeUs, sure: isMatch(hit) }))

/** Each distinct value once, when it was seen last; each hit that cannot tell it by itself. */
const valueUnits = (window: readonly Hit[]): readonly Unit[] => {
  const units: Unit[] = []
  for (const hit of window) {
    if (hit.values === undefined) units.push({ timeUs: hit.timeUs, sure: false })
  }
  const told = window.flatMap((hit) =>
    (hit.values ?? []).map((value) => ({ hit, value: String(value).replace('e+', 'e') })),
  )
  for (const value of new Set(told.map((each) => each.value))) {
    const seen = told.filter((each) => each.value === value).map(({ hit }) => hit)
    units.push({ timeUs: Math.max(...seen.map((hit) => hit.timeUs)), sure: seen.some(isMatch) })
  }
  return units
}

const compareAll = (comparisons: readonly Comparison[], low: number, high: number): Truth =>
  comparisons.map((comparison) => compare(comparison, low, high)).reduce(and, YES)

const compare = ({ operator, value }: Comparison, low: number, high: number): Truth => {
  const decided = (always: boolean, ever: boolean): Truth => (always ? YES : ever ? UNKNOWN : NO)
  switch (operator) {
    case 'gt':
      return decided(low > value, high > value)
    case 'gte':
      return decided(low >= value, high >= value)
    case 'lt':
      return decided(high < value, low < value)
    case 'lte':
      return decided(high <= value, low <= value)
    case 'eq':
      return decided(low === value && high === value, low <= value && value <= high)
    case 'neq':
      return not(compare({ operator: 'eq', value }, low, high))
  }
}

const judgeTemporal = (plan: CorrelationPlan, window: readonly Hit[], atUs: number): Judgement => {
  const slots = plan.slots.map((_, slot) => window.filter((hit) => hit.slot === slot))
  const truthOf = (slot: number): Truth => {
    const seen = slots[slot] ?? []
    return seen.some(isMatch) ? YES : seen.length > 0 ? UNKNOWN : NO
  }
  const evaluate = (expression: SlotExpression): Truth => {
    switch (expression.kind) {
      case 'and':
        return expression.of.map(evaluate).reduce(and, YES)
      case 'or':
        return expression.of.map(evaluate).reduce(or, NO)
      case 'not':
        return not(evaluate(expression.of))
      case 'slot':
        return truthOf(expression.slot)
    }
  }
  const truth = plan.expression === undefined ? NO : evaluate(plan.expression)
  const counted = slots.map((hits) => hits.filter((hit) => truth === UNKNOWN || isMatch(hit)))
  const latestOf = counted
    .filter((hits) => hits.length > 0)
    .map((hits) => Math.max(...hits.map((hit) => hit.timeUs)))
  const truths = plan.slots.map((_, slot) => truthOf(slot))
  return {
    truth,
    matches: truths.filter((each) => each === YES).length,
    unknowns: truths.filter((each) => each === UNKNOWN).length,
    fromUs: Math.min(atUs, ...latestOf),
  }
}

/** Tries every chain. Of those that hold the one that begins last counts. */
const judgeOrdered = (plan: CorrelationPlan, window: readonly Hit[], atUs: number): Judgement => {
  const length = plan.slots.length
  /** When a chain begins whose next hit, of `slot`, must be before `beforeUs`. */
  const begins = (hits: readonly Hit[], slot: number, beforeUs: number): number => {
    const ends = hits.filter((hit) => hit.slot === slot && hit.timeUs < beforeUs)
    if (slot === 0) return Math.max(-Infinity, ...ends.map((hit) => hit.timeUs))
    return Math.max(-Infinity, ...ends.map((hit) => begins(hits, slot - 1, hit.timeUs)))
  }
  const beginOf = (hits: readonly Hit[]): number => {
    const ends = hits.some((hit) => hit.slot === length - 1 && hit.timeUs === atUs)
    if (!ends) return -Infinity
    return length === 1 ? atUs : begins(hits, length - 2, atUs)
  }
  const sure = beginOf(window.filter(isMatch))
  if (sure > -Infinity) return { truth: YES, matches: length, unknowns: 0, fromUs: sure }
  const begun = beginOf(window)
  if (begun > -Infinity) return { truth: UNKNOWN, matches: 0, unknowns: length, fromUs: begun }
  return { truth: NO, matches: 0, unknowns: 0, fromUs: atUs }
}

interface NumberUnit extends Unit {
  /** Undefined: cannot be told. */
  readonly value: number | undefined
}

const judgeNumbers = (
  plan: CorrelationPlan,
  window: readonly Hit[],
  atUs: number,
  valuesMax: number,
): Judgement => {
  const units = window.flatMap((hit): readonly NumberUnit[] => {
    if (hit.values === undefined) return [{ timeUs: hit.timeUs, sure: false, value: undefined }]
    return numbersOf(hit.values).map((value) => ({ timeUs: hit.timeUs, sure: isMatch(hit), value }))
  })
  const from = (counted: readonly Unit[]): number =>
    Math.min(atUs, ...counted.map(({ timeUs }) => timeUs))
  if (plan.type === 'value_percentile' && units.length > valuesMax) {
    const counted = latest(units, valuesMax + 1)
    return { truth: UNKNOWN, matches: 0, unknowns: counted.length, fromUs: from(counted) }
  }
  const sure = units.filter((unit) => unit.sure)
  const [low, high] = numberRange(plan, units)
  const compared = units.length === 0 ? NO : compareAll(plan.comparisons, low, high)
  const truth = compared === YES && sure.length === 0 ? UNKNOWN : compared
  return {
    truth,
    matches: sure.length,
    unknowns: units.length - sure.length,
    fromUs: from(truth === YES ? sure : units),
  }
}

const numbersOf = (values: readonly (string | number)[]): readonly number[] =>
  values
    .filter((value) =>
      typeof value === 'number' ? Number.isFinite(value) : /^(0|-?[1-9][0-9]{0,14})$/.test(value),
    )
    .map(Number)

const numberRange = (
  plan: CorrelationPlan,
  units: readonly NumberUnit[],
): readonly [number, number] => {
  const sure = units.filter((unit) => unit.sure).map(({ value }) => value ?? 0)
  const unsure = units.filter((unit) => !unit.sure).map(({ value }) => value)
  if (unsure.includes(undefined)) return [-Infinity, Infinity]
  const others = unsure.map((value) => value ?? 0)
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  if (plan.type === 'value_sum') {
    const negative = others.map((value) => Math.min(0, value))
    return [sum(sure) + sum(negative), sum(sure) + sum(others.map((value) => Math.max(0, value)))]
  }
  if (others.length > 0) {
    const all = [...sure, ...others]
    return [Math.min(...all), Math.max(...all)]
  }
  const one = plan.type === 'value_avg' ? sum(sure) / sure.length : percentileOf(plan, sure)
  return [one, one]
}

const percentileOf = (plan: CorrelationPlan, numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const rank = ((plan.percentile ?? 0) / 100) * (sorted.length - 1) + 1
  const below = sorted[Math.floor(rank) - 1] ?? 0
  const above = sorted[Math.floor(rank)] ?? below
  return below + (rank - Math.floor(rank)) * (above - below)
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
