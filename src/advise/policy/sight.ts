import { auditSchema } from '../../detect/schema.ts'
import type { LogDecision } from '../../kubernetes/audit-policy/cut-event.ts'
import { type Level, STAGE_RANK, type Stage } from '../../model/event.ts'
import { planKey } from '../../sigma/lint/plan-key.ts'
import { type Effort, mayHold } from '../../sigma/lint/satisfy.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { joined } from '../../sigma/plan/specialise.ts'
import { fieldsMissing, seenIn, type View } from './seen-plan.ts'

/**
 * How much of what a rule would say "yes" to it can see. `all` and `none` are certain; `some` is
 * whatever lies between, as far as can be shown. `never`: it says "yes" to no such request,
 * whatever is logged.
 */
export type Sight = 'all' | 'some' | 'none' | 'never'

/** What is seen, and the fields that cannot be told, or not always, where something is logged. */
export interface Seen {
  readonly sight: Sight
  readonly missing: readonly string[]
}

/** A kind of request: how it is asked, and the stages that it goes through. */
export interface RequestForm {
  readonly verb: string
  readonly stages: readonly Stage[]
  /** Whether its body is ever read: that of a failed authentication is not. */
  readonly isRead: boolean
}

/** How much a plan can see of such requests, of which all that is left to ask stands in it. */
export const sightOf = (
  plan: Plan | boolean,
  form: RequestForm,
  decision: LogDecision,
  effort: Effort,
): Seen => {
  const { omitStages } = decision
  const may = (goals: readonly PartGoal[]): boolean => goalsMayHold(goals, effort)
  const whole = wholeOf(plan, form, may)
  if (whole === false) return { sight: 'never', missing: [] }
  const stages = form.stages.filter((stage) => !omitStages.includes(stage))
  if (decision.level === 'None' || stages.length === 0) return { sight: 'none', missing: [] }
  const level = form.isRead ? decision.level : 'Metadata'
  const logged = { ...form, stages }
  const seen = shownBy(plan, logged, level)
  if (isSame(seen, whole)) return { sight: 'all', missing: [] }
  if (!may([{ plan: seen, wanted: true }])) {
    return { sight: 'none', missing: missingIn(plan, logged, level) }
  }
  const lost = [
    { plan: whole, wanted: true },
    { plan: seen, wanted: false },
  ]
  if (!may(lost)) return { sight: 'all', missing: [] }
  return { sight: 'some', missing: missingIn(plan, logged, level) }
}

type May = (goals: readonly PartGoal[]) => boolean

/**
 * The plan that holds where the rule says "yes" at the highest level; false: it never does. A rule
 * that is only for lower levels is looked at there.
 */
const wholeOf = (plan: Plan | boolean, form: RequestForm, may: May): Plan | boolean => {
  const levels = LEVELS.slice(0, form.isRead ? LEVELS.length : 1).toReversed()
  const asked = asks(plan, 'level') ? levels : levels.slice(0, 1)
  const wholes = asked.map((level) => shownBy(plan, form, level))
  return wholes.find((whole) => may([{ plan: whole, wanted: true }])) ?? false
}

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']

const asks = (plan: Plan | boolean, name: string): boolean =>
  typeof plan !== 'boolean' && leaves(plan).some(({ field }) => field === name)

/** The plan that holds where some event of the request at this level is a "yes". */
const shownBy = (plan: Plan | boolean, form: RequestForm, level: Level): Plan | boolean => {
  if (typeof plan === 'boolean') return plan
  const plans = viewsOf(plan, form, level).map((view) => seenIn(plan, view))
  const unique = new Map(plans.map((one) => [keyOf(one), one]))
  return joined('or', [...unique.values()])
}

/** A later stage shows all that an earlier one does, unless the rule asks for the stage itself. */
const viewsOf = (plan: Plan, { verb, stages }: RequestForm, level: Level): readonly View[] => {
  const last = stages.toSorted((a, b) => STAGE_RANK[b] - STAGE_RANK[a])[0]
  const looked = asks(plan, 'stage') || last === undefined ? stages : [last]
  return looked.map((stage) => ({ level, stage, verb }))
}

const missingIn = (plan: Plan | boolean, form: RequestForm, level: Level): readonly string[] => {
  if (typeof plan === 'boolean') return []
  const lists = viewsOf(plan, form, level).map((view) => fieldsMissing(plan, view))
  return [...new Set(lists.flat())].sort()
}

interface PartGoal {
  readonly plan: Plan | boolean
  readonly wanted: boolean
}

const goalsMayHold = (goals: readonly PartGoal[], effort: Effort): boolean => {
  const open = goals.flatMap(({ plan, wanted }) =>
    typeof plan === 'boolean' ? [] : [{ plan, wanted }],
  )
  const fails = goals.some(({ plan, wanted }) => typeof plan === 'boolean' && plan !== wanted)
  return !fails && mayHold(open, auditSchema, effort)
}

const keyOf = (plan: Plan | boolean): string =>
  typeof plan === 'boolean' ? String(plan) : planKey(plan)

const isSame = (a: Plan | boolean, b: Plan | boolean): boolean => keyOf(a) === keyOf(b)
