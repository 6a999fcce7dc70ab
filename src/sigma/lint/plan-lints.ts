import type { Issue, Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { leaves } from '../plan/leaves.ts'
import type { Plan } from '../plan/plan.ts'
import type { Schema } from '../schema.ts'
import { effortForRule, type Goal, mayHold } from './satisfy.ts'

/** What a plan can never do. `at` is the place of the whole. */
export const lintPlan = (plan: Plan, schema: Schema, at: Place): readonly Issue[] => {
  const effort = effortForRule()
  const may: May = (goals) => mayHold(goals, schema, effort)
  if (!may([{ plan, wanted: true }])) {
    const message = `can never match: ${contradiction(conjunctsOf(plan, true), may)}`
    return [{ code: 'lint/never-matches', message, at }]
  }
  if (!may([{ plan, wanted: false }])) {
    const message = 'is never "no match": every event that can be judged matches'
    return [{ code: 'lint/always-matches', message, at }]
  }
  return [...deadBranches(plan, may), ...idleFilters(plan, may)]
}

type May = (goals: readonly Goal[]) => boolean

/** The goals that must all hold for the plan to be as wanted. */
const conjunctsOf = (plan: Plan, wanted: boolean): readonly Goal[] => {
  if (plan.kind === 'not') return conjunctsOf(plan.of, !wanted)
  if (plan.kind !== (wanted ? 'and' : 'or')) return [{ plan, wanted }]
  return plan.of.flatMap((part) => conjunctsOf(part, wanted))
}

/** The fewest goals that contradict each other, found by leaving out one after the other. */
const contradiction = (goals: readonly Goal[], may: May): string => {
  const core = goals.slice(0, LIMIT.lintAlternativesMax).reduce<readonly Goal[]>((left, goal) => {
    const without = left.filter((one) => one !== goal)
    return may(without) ? left : without
  }, goals)
  const tests = core.flatMap(({ plan, wanted }) =>
    leaves(plan).map((leaf) => `${wanted ? '' : 'not '}${leaf.selection} (${nameOf(leaf.field)})`),
  )
  const named = [...new Set(tests)]
  if (named.length === 1) return `${named[0]} cannot hold`
  return `${named.slice(0, NAMED_MAX).join(', ')} exclude each other`
}

/** More names than this help nobody. */
const NAMED_MAX = 6

const nameOf = (field: string): string => (field === '' ? 'a keyword' : field)

/** Alternatives of the plan that cannot hold when all the rest does. */
const deadBranches = (plan: Plan, may: May): readonly Issue[] =>
  alternativesOf(plan, true, (part) => part)
    .slice(0, LIMIT.lintAlternativesMax)
    .filter(({ whole }) => !may([{ plan: whole(), wanted: true }]))
    .map(({ part }) => {
      const [leaf] = leaves(part)
      const fields = [...new Set(leaves(part).map(({ field }) => nameOf(field)))]
      const what = `${leaf?.selection} (${fields.slice(0, NAMED_MAX).join(', ')})`
      const message = `${what} can never hold together with the rest of the rule`
      return { code: 'lint/dead-branch', message, at: leaf?.place ?? {} }
    })

/** An alternative, and the plan with it alone in the place of all. */
interface Alternative {
  readonly part: Plan
  readonly whole: () => Plan
}

const alternativesOf = (
  plan: Plan,
  wanted: boolean,
  rebuild: (part: Plan) => Plan,
): readonly Alternative[] => {
  switch (plan.kind) {
    case 'leaf':
      return []
    case 'not':
      return alternativesOf(plan.of, !wanted, (of) => rebuild({ kind: 'not', of }))
    case 'some-element':
      return alternativesOf(plan.of, wanted, (of) => rebuild({ ...plan, of }))
    case 'and':
    case 'or': {
      const own = plan.kind === 'or' && wanted ? plan.of : []
      const inner = plan.of.flatMap((part, at) =>
        alternativesOf(part, wanted, (made) =>
          rebuild({ kind: plan.kind, of: plan.of.with(at, made) }),
        ),
      )
      return [...own.map((part) => ({ part, whole: () => rebuild(part) })), ...inner]
    }
  }
}

/** Negated parts that the rest of the plan excludes by itself. */
const idleFilters = (plan: Plan, may: May): readonly Issue[] => {
  const goals = conjunctsOf(plan, true)
  return goals
    .filter(({ wanted }) => !wanted)
    .slice(0, LIMIT.lintAlternativesMax)
    .filter((filter) => {
      const rest = goals.filter((one) => one !== filter)
      return !may([...rest, { plan: filter.plan, wanted: true }])
    })
    .map(({ plan: part }) => {
      const [leaf] = leaves(part)
      const what = `${leaf?.selection} (${nameOf(leaf?.field ?? '')})`
      const message = `the filter ${what} excludes nothing: it cannot hold where the rest does`
      return { code: 'lint/idle-filter', message, at: leaf?.place ?? {} }
    })
}
