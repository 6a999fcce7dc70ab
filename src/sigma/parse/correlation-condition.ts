import type { Place } from '../../base/issue.ts'
import { type Condition, namesInCondition, parseCondition } from './condition.ts'
import type {
  Comparison,
  CorrelationCondition,
  CorrelationType,
  RuleReference,
} from './correlation.ts'
import type { YamlMap, YamlNode } from './document.ts'
import { itemsOf, nodeAt, type Reading, reportBad, reportMissing, textOf } from './reading.ts'
import { allOf, countOfRules } from './rule-counts.ts'

/** What is known of a correlation when its condition is read. */
export interface ConditionContext {
  readonly type: CorrelationType
  /** The percentile that the type already says. */
  readonly percentile: number | undefined
  /** Undefined: the document has no list, and the rules are those that its expression names. */
  readonly references: readonly RuleReference[] | undefined
  /** Where fields are written: those of the condition are added. */
  readonly places: Map<string, Place>
}

/** The rules of a correlation, and when it matches. */
export interface RulesAndCondition {
  readonly rules: readonly RuleReference[]
  readonly condition: CorrelationCondition
}

/** Comparisons by what rules call them, each with its words. */
export const COMPARISONS: Readonly<Record<Comparison['operator'], string>> = {
  gt: 'more than',
  gte: 'at least',
  lt: 'less than',
  lte: 'at most',
  eq: 'exactly',
  neq: 'anything but',
}

/** Reads the condition of a correlation. Undefined, with an issue, when it is refused. */
export const readCorrelationCondition = (
  reading: Reading,
  context: ConditionContext,
): RulesAndCondition | undefined => {
  const { type, references } = context
  const node = nodeAt(reading, 'condition')
  const temporal = type === 'temporal' || type === 'temporal_ordered'
  if (references === undefined && !(temporal && node?.kind === 'scalar')) {
    return reportMissing(reading, 'rules to correlate')
  }
  if (type !== 'temporal_ordered' && !areDistinct(reading, references ?? [])) return undefined
  if (temporal) return readTemporal(reading, context, node)
  if (references === undefined) return undefined
  if (node === undefined) return reportMissing(reading, 'condition of the correlation')
  if (node.kind !== 'map') {
    return reportBad(reading, `the condition of ${type} must be a map of comparisons`, node.place)
  }
  const condition = readValues(reading, context, node)
  return condition && { rules: references, condition }
}

const areDistinct = (reading: Reading, references: readonly RuleReference[]): boolean => {
  const seen = new Set<string>()
  for (const { name, place } of references) {
    if (seen.has(name)) {
      reportBad(reading, `the rule ${name} is named twice`, place)
      return false
    }
    seen.add(name)
  }
  return true
}

const readTemporal = (
  reading: Reading,
  { type, references = [] }: ConditionContext,
  node: YamlNode | undefined,
): RulesAndCondition | undefined => {
  const names = references.map(({ name }) => name)
  if (node === undefined) return { rules: references, condition: ofRules(allOf(names)) }
  if (node.kind === 'map') {
    const expression = readCountOfRules(reading, type, names, node)
    return expression && { rules: references, condition: ofRules(expression) }
  }
  const text = textOf(node)
  if (text === undefined) {
    return reportBad(reading, 'the condition must be an expression or comparisons', node.place)
  }
  const rules =
    references.length > 0
      ? references
      : namesInCondition(text).map((name) => ({ name, place: node.place }))
  const expression = parseExpression(reading, rules, text, node.place)
  if (expression === undefined) return undefined
  const inOrder = rules.map(({ name }) => name)
  if (type === 'temporal_ordered' && !isAll(expression, inOrder)) {
    const message = 'the condition of temporal_ordered can only be all its rules, in their order'
    return reportBad(reading, message, node.place)
  }
  return { rules, condition: ofRules(expression) }
}

const ofRules = (expression: Condition): CorrelationCondition => ({ kind: 'rules', expression })

const parseExpression = (
  reading: Reading,
  rules: readonly RuleReference[],
  text: string,
  place: Place,
): Condition | undefined => {
  const names = new Map(rules.map(({ name }) => [name, name]))
  const expression = parseCondition(text, names, place, reading.issues)
  if (expression === undefined) return undefined
  const used = new Set(namesOf(expression))
  const unused = rules.find(({ name }) => !used.has(name))
  if (unused === undefined) return expression
  return reportBad(reading, `the condition does not use the rule ${unused.name}`, unused.place)
}

const namesOf = (condition: Condition): readonly string[] => {
  if (condition.kind === 'selection') return [condition.name]
  return condition.kind === 'not' ? namesOf(condition.of) : condition.of.flatMap(namesOf)
}

/** Whether an expression is all of the names, in their order. */
const isAll = (expression: Condition, names: readonly string[]): boolean => {
  const parts = expression.kind === 'and' ? expression.of : [expression]
  return (
    parts.length === names.length &&
    parts.every((part, at) => part.kind === 'selection' && part.name === names[at])
  )
}

/** A count of rules that match, as an expression. */
const readCountOfRules = (
  reading: Reading,
  type: CorrelationType,
  names: readonly string[],
  map: YamlMap,
): Condition | undefined => {
  const comparisons = readComparisons(reading, map, [])
  if (comparisons === undefined) return undefined
  const expression = countOfRules(names, comparisons)
  if (typeof expression === 'string') return reportBad(reading, expression, map.place)
  if (type !== 'temporal_ordered' || isAll(expression, names)) return expression
  return reportBad(reading, 'temporal_ordered needs all its rules', map.place)
}

const readValues = (
  reading: Reading,
  { type, percentile, places }: ConditionContext,
  map: YamlMap,
): CorrelationCondition | undefined => {
  const inner: Reading = { map, issues: reading.issues }
  const extra = type === 'event_count' ? [] : ['field']
  const asksPercentile = type === 'value_percentile' && percentile === undefined
  const comparisons = readComparisons(
    reading,
    map,
    asksPercentile ? [...extra, 'percentile'] : extra,
  )
  const fields = type === 'event_count' ? [] : readFields(inner, type, places)
  const rank = asksPercentile ? readPercentile(inner) : percentile
  const unranked = asksPercentile && rank === undefined
  if (comparisons === undefined || fields === undefined || unranked) return undefined
  return { kind: 'compare', comparisons, fields, percentile: rank }
}

const readComparisons = (
  reading: Reading,
  map: YamlMap,
  extra: readonly string[],
): readonly [Comparison, ...Comparison[]] | undefined => {
  const comparisons: Comparison[] = []
  for (const { key, keyPlace, value } of map.entries.values()) {
    if (extra.includes(key)) continue
    if (!isOperator(key)) {
      return reportBad(reading, `the condition cannot have ${JSON.stringify(key)}`, keyPlace)
    }
    const number = numberOf(value)
    if (number === undefined) return reportBad(reading, `${key} needs a number`, value.place)
    comparisons.push({ operator: key, value: number })
  }
  const [first, ...rest] = comparisons
  if (first !== undefined) return [first, ...rest]
  const words = Object.keys(COMPARISONS).join(', ')
  return reportBad(reading, `the condition needs one of ${words}`, map.place)
}

const isOperator = (key: string): key is Comparison['operator'] => Object.hasOwn(COMPARISONS, key)

/** A finite number, or the text of one: what pySigma takes. */
const numberOf = (node: YamlNode): number | undefined => {
  if (node.kind !== 'scalar') return undefined
  const { value } = node
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && PLAIN_DECIMAL.test(value) ? Number(value) : undefined
}

const PLAIN_DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$/

const readFields = (
  reading: Reading,
  type: CorrelationType,
  places: Map<string, Place>,
): readonly string[] | undefined => {
  const node = nodeAt(reading, 'field')
  if (node === undefined) return reportMissing(reading, `field, which ${type} needs`)
  const items = itemsOf(node)
  if (items.length === 0 || (items.length > 1 && type !== 'value_count')) {
    return reportBad(reading, `${type} needs one field`, node.place)
  }
  const fields: string[] = []
  for (const item of items) {
    const field = textOf(item)
    if (field === undefined) return reportBad(reading, 'field must be a name', item.place)
    places.set(field, item.place)
    fields.push(field)
  }
  return fields
}

/**
 * The specification's own example has none and asks for something else, how rare a value is: it is
 * refused rather than guessed at.
 */
const readPercentile = (reading: Reading): number | undefined => {
  const node = nodeAt(reading, 'percentile')
  if (node === undefined) {
    return reportMissing(reading, 'percentile: which one, from 0 to 100, is compared')
  }
  const value = numberOf(node)
  if (value !== undefined && value >= 0 && value <= 100) return value
  return reportBad(reading, 'percentile must be a number from 0 to 100', node.place)
}
