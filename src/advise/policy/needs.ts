import type { CompiledRule, RuleSet } from '../../detect/compile.ts'
import { auditSchema } from '../../detect/schema.ts'
import { PART } from '../../model/blindness.ts'
import type { Level, Stage } from '../../model/event.ts'
import { findField, partBehind, stagesOf } from '../../model/fields.ts'
import { effortForRule, mayHold } from '../../sigma/lint/satisfy.ts'
import { correlationFields } from '../../sigma/plan/correlation-fields.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'
import { kindsOf, type NeededRequests } from './request-kinds.ts'
import { fieldsMissing, seenIn, type View } from './seen-plan.ts'

/** What a detection needs of the log, computed from its plan. */
export interface DetectionNeed {
  /** The least level at which every field of the rule can be there. */
  readonly level: Level
  /** The least level at which it can say "yes" at all. */
  readonly leastLevel: Level
  /** The stages at which it can say "yes". */
  readonly stages: readonly Stage[]
  /** The resources that it speaks of, sorted; empty: any. */
  readonly resources: readonly string[]
  readonly fields: readonly NeededField[]
}

/** A field that a detection reads. */
export interface NeededField {
  readonly name: string
  /** The least level at which it can be there. */
  readonly level: Level
  /** The stages at which it can be there. */
  readonly stages: readonly Stage[]
}

/** What each rule needs of the log, by rule id; a correlation needs what its rules need. */
export const needsOf = ({
  rules,
  correlations,
}: Pick<RuleSet, 'rules' | 'correlations'>): ReadonlyMap<string, DetectionNeed> => {
  const needs = new Map(rules.map((rule) => [rule.ref.id, needOf(rule)]))
  // Those that others are chained to come first.
  for (const { ref, plan } of correlations) {
    const below = plan.slots
      .map((slot) => needs.get(slot.rule))
      .filter((need) => need !== undefined)
    needs.set(ref.id, joinedNeed(below, correlationFields(plan)))
  }
  return needs
}

/** The kinds of request that a rule can say "yes" to; of a correlation, its rules. */
export const requestsOf = (
  id: string,
  { rules, correlations }: Pick<RuleSet, 'rules' | 'correlations'>,
): readonly NeededRequests[] => {
  const rule = rules.find(({ ref }) => ref.id === id)
  if (rule !== undefined) return kindsOf(rule.plan)
  const slots = correlations.find(({ ref }) => ref.id === id)?.plan.slots ?? []
  const all = slots.flatMap((slot) => requestsOf(slot.rule, { rules, correlations }))
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

/** The least level at which the field can be there; a keyword may be in any part. */
export const levelFor = (field: string): Level => {
  if (field === '') return 'RequestResponse'
  const found = findField(field)
  const part = found === undefined ? 0 : partBehind(found.field)
  if ((part & PART.responseObject) !== 0) return 'RequestResponse'
  return (part & PART.requestObject) !== 0 ? 'Request' : 'Metadata'
}

/** The levels of events, from the least to the most. */
export const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']

/** The stages that a request can be logged at, in their order. */
const STAGES: readonly Stage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

const needOf = (rule: CompiledRule): DetectionNeed => {
  const { plan } = rule
  const fields = [...new Set(leaves(plan).map((leaf) => leaf.field))]
  const resources = rule.needs.get('request.resource') ?? rule.needs.get('objectRef.resource')
  return {
    level: highest(fields.map(levelFor)),
    leastLevel: LEVELS.find((level) => canSayYes(plan, level, 'ResponseComplete')) ?? 'Metadata',
    stages: STAGES.filter((stage) => canSayYes(plan, 'RequestResponse', stage)),
    resources: [...(resources ?? [])].sort(),
    fields: fields.map(neededField),
  }
}

/** Of a request whose body holds the whole object. */
const canSayYes = (plan: Plan, level: Level, stage: Stage): boolean => {
  const view: View = { level, stage, verb: 'create' }
  // Where all is shown there is nothing to look for: rules are for something.
  if (fieldsMissing(plan, view).length === 0 && !leaves(plan).some(asksView)) return true
  const seen = seenIn(plan, view)
  if (typeof seen === 'boolean') return seen
  return mayHold([{ plan: seen, wanted: true }], auditSchema, effortForRule())
}

const asksView = ({ field }: Leaf): boolean => field === 'level' || field === 'stage'

const neededField = (name: string): NeededField => {
  const field = findField(name)?.field
  return { name, level: levelFor(name), stages: field === undefined ? STAGES : stagesOf(field) }
}

const highest = (levels: readonly Level[]): Level =>
  LEVELS[Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)))] ?? 'Metadata'

const joinedNeed = (
  below: readonly DetectionNeed[],
  ownFields: readonly string[],
): DetectionNeed => {
  const stages = new Set(below.flatMap((need) => need.stages))
  const fields = new Map(below.flatMap((need) => need.fields).map((one) => [one.name, one]))
  for (const name of ownFields) fields.set(name, neededField(name))
  const own = ownFields.map(levelFor)
  return {
    level: highest([...below.map(({ level }) => level), ...own]),
    leastLevel: highest([...below.map(({ leastLevel }) => leastLevel), ...own]),
    stages: STAGES.filter((stage) => stages.has(stage)),
    resources: [...new Set(below.flatMap(({ resources }) => resources))].sort(),
    fields: [...fields.values()],
  }
}
