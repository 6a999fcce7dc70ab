import { unreachable } from '../../base/assert.ts'
import type { Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { sigmaIssues } from '../issues.ts'
import type { Condition } from '../parse/condition.ts'
import type { Detection, Search, SearchItem } from '../parse/detection.ts'
import type { SigmaFilter } from '../parse/filter.ts'
import type { Lists } from '../parse/list.ts'
import type { SigmaRule } from '../parse/rule.ts'
import type { Schema, SchemaField } from '../schema.ts'
import { isFiltered } from './filters.ts'
import { leaves } from './leaves.ts'
import { describeLogsource, isForLog } from './logsource.ts'
import { type Modifiers, readModifiers } from './modifiers.ts'
import type { Leaf, Plan, Test } from './plan.ts'
import { type Planning, refuse, resolveField } from './planning.ts'
import { planValues } from './values.ts'

/** What a rule is planned with besides the fields there are. */
export interface PlanContext {
  /** What placeholders stand for. */
  readonly lists?: Lists
  /** Filters of all rules: those whose scope the rule is in are added to it. */
  readonly filters?: readonly SigmaFilter[]
}

/** A plan, or why there is none. */
export interface PlannedRule {
  readonly plan: Plan | undefined
  readonly issues: readonly Issue[]
  /** Why the rule is not used, in words: for the correlations that name it. */
  readonly refused: string | undefined
}

/**
 * Resolves a rule against the fields there are. What cannot be evaluated is refused: an issue and
 * no plan. A rule for another log is set aside with a warning. Severities are in issues.ts; a plan
 * comes with warnings only.
 */
export const planRule = (
  rule: SigmaRule,
  schema: Schema,
  context: PlanContext = {},
): PlannedRule => {
  const { logsource, place: at } = rule
  if (schema.logsource !== undefined && !isForLog(schema.logsource, logsource)) {
    const [theirs, ours] = [logsource, schema.logsource].map(describeLogsource)
    const message = `the rule is for another log source, ${theirs}, and not for ${ours}`
    const issue: Issue = { code: 'sigma/other-logsource', message, at }
    return { plan: undefined, issues: [issue], refused: message }
  }
  const { plan, issues } = planDetection(rule.detection, schema, context.lists)
  if (plan === undefined) return { plan, issues, refused: faultIn(issues)?.message }
  const filters = (context.filters ?? []).filter((filter) => isFiltered(rule, filter))
  const added = filters.map((filter) => planFilter(filter, schema, context.lists))
  const plans = added.flatMap((filter) => filter.plan ?? [])
  return {
    plan: combine('and', [plan, ...plans]),
    issues: [...issues, ...added.flatMap((filter) => filter.issues)],
    refused: undefined,
  }
}

/** A plan, or none, and what is said of it. */
interface Planned {
  readonly plan: Plan | undefined
  readonly issues: readonly Issue[]
}

/** A filter that is added to many rules is planned once. */
const planFilter = (filter: SigmaFilter, schema: Schema, lists: Lists | undefined): Planned => {
  const known = FILTERS.get(filter)
  if (known !== undefined && known.schema === schema && known.lists === lists) return known
  const planned = { schema, lists, ...planNewFilter(filter, schema, lists) }
  FILTERS.set(filter, planned)
  return planned
}

interface PlannedFilter extends Planned {
  readonly schema: Schema
  readonly lists: Lists | undefined
}

const FILTERS = new WeakMap<SigmaFilter, PlannedFilter>()

/** A filter that cannot be used takes nothing away: the rule finds more, and never less. */
const planNewFilter = (filter: SigmaFilter, schema: Schema, lists: Lists | undefined): Planned => {
  const { plan, issues } = planDetection(filter.detection, schema, lists, filter.title)
  if (plan !== undefined) return { plan, issues }
  const first = faultIn(issues)
  const message = `the filter ${filter.title} cannot be used, and rules go without it: ${first?.message}`
  const at = first?.at ?? filter.place
  return { plan, issues: [{ code: 'sigma/filter-not-used', message, at }] }
}

/** What keeps it from being used: warnings do not. */
const faultIn = (issues: readonly Issue[]): Issue | undefined =>
  issues.find(({ code }) => sigmaIssues[code]?.severity === 'error')

/** The same for a detection alone; its selections are shown as parts of `within`. */
export const planDetection = (
  detection: Detection,
  schema: Schema,
  lists: Lists = NO_LISTS,
  within?: string,
): Planned => {
  const issues: Issue[] = []
  const selections = new Map<string, Plan>()
  for (const { name, search } of detection.selections.values()) {
    const selection = within === undefined ? name : `${within}: ${name}`
    const plan = planSearch({ schema, issues, selection, lists }, search)
    if (plan !== undefined) selections.set(name, plan)
  }
  if (selections.size < detection.selections.size) return { plan: undefined, issues }
  const sizes = new Map([...selections].map(([name, plan]) => [name, leaves(plan).length]))
  if (countTests(detection.condition, sizes) > LIMIT.ruleTestsMax) {
    const message = `the condition asks more than ${LIMIT.ruleTestsMax} tests`
    issues.push({ code: 'sigma/bad-condition', message, at: detection.place })
    return { plan: undefined, issues }
  }
  return { plan: planCondition(detection.condition, selections), issues }
}

const NO_LISTS: Lists = new Map()

/** How many tests the plan would have: a selection counts as often as it is named. */
const countTests = (condition: Condition, sizes: ReadonlyMap<string, number>): number => {
  if (condition.kind === 'selection') return sizes.get(condition.name) ?? 0
  if (condition.kind === 'not') return countTests(condition.of, sizes)
  return condition.of.reduce((sum, part) => sum + countTests(part, sizes), 0)
}

const planCondition = (condition: Condition, selections: ReadonlyMap<string, Plan>): Plan => {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return combine(
        condition.kind,
        condition.of.map((part) => planCondition(part, selections)),
      )
    case 'not':
      return { kind: 'not', of: planCondition(condition.of, selections) }
    case 'selection': {
      const plan = selections.get(condition.name)
      if (plan === undefined) throw new Error(`bug: the selection ${condition.name} has no plan`)
      return plan
    }
    default:
      return unreachable(condition)
  }
}

const planSearch = (planning: Planning, search: Search): Plan | undefined => {
  switch (search.kind) {
    case 'item':
      return planMap(planning, [search])
    case 'all':
      return planMap(planning, search.of)
    case 'any': {
      const parts = search.of.map((part) => planSearch(planning, part))
      const plans = parts.filter((part) => part !== undefined)
      return plans.length === parts.length ? combine('or', plans) : undefined
    }
    default:
      return unreachable(search)
  }
}

/** The tests of one map. Those on the same array of objects must hold for the same element. */
const planMap = (planning: Planning, items: readonly SearchItem[]): Plan | undefined => {
  const planned = items.map((item) => planItem(planning, item))
  const parts = planned.filter((part) => part !== undefined)
  if (parts.length < planned.length) return undefined
  const groups = new Map<string, Plan[]>()
  for (const { group, plan } of parts) {
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), plan])
  }
  const plans = parts.flatMap(({ group, plan }): readonly Plan[] => {
    if (group === undefined) return [plan]
    const of = groups.get(group)
    groups.delete(group)
    return of === undefined ? [] : [{ kind: 'some-element', group, of: combine('and', of) }]
  })
  return combine('and', plans)
}

interface PlannedItem {
  readonly plan: Plan
  readonly group: string | undefined
}

const planItem = (planning: Planning, item: SearchItem): PlannedItem | undefined => {
  const modifiers = readModifiers(item.modifiers)
  if (typeof modifiers === 'string') {
    return refuse(planning, 'sigma/unsupported-modifier', modifiers, item.place)
  }
  const field = item.field === '' ? KEYWORD : resolveField(planning, item.field, item.place)
  if (field === undefined) return undefined
  if (modifiers.all && item.values.length < 2) {
    const message = 'all needs a list of two values or more'
    return refuse(planning, 'sigma/unsupported-modifier', message, item.place)
  }
  const values = planValues(planning, item, field, modifiers)
  if (values === undefined) return undefined
  const plan = combineTests(values, modifiers, (test) => leafOf(planning, item, field, test))
  return { plan, group: field.group }
}

/** A keyword searches all text of the row. */
const KEYWORD: SchemaField = {
  name: '',
  type: 'text',
  list: true,
  group: undefined,
  column: undefined,
  values: undefined,
}

const combineTests = (
  values: readonly (readonly Test[])[],
  modifiers: Modifiers,
  toLeaf: (test: Test) => Leaf,
): Plan => {
  const plan = combine(
    'and',
    values.map((tests) => combine('or', tests.map(toLeaf))),
  )
  return modifiers.negated ? { kind: 'not', of: plan } : plan
}

const leafOf = (planning: Planning, item: SearchItem, field: SchemaField, test: Test): Leaf => ({
  kind: 'leaf',
  field: field.name,
  type: field.type,
  list: field.list,
  group: field.group,
  column: field.column,
  test,
  selection: planning.selection,
  place: item.place,
})

const combine = (kind: 'and' | 'or', parts: readonly Plan[]): Plan => {
  const of = parts.flatMap((part) => (part.kind === kind ? part.of : [part]))
  const [only] = of
  return only !== undefined && of.length === 1 ? only : { kind, of }
}
