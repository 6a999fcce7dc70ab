import { unreachable } from '../../base/assert.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Leaf, Plan, SomeElement } from '../plan/plan.ts'
import type { Schema, SchemaField } from '../schema.ts'
import { fieldMayHold, type Literal } from './field-values.ts'

/** A plan, and whether it is to hold or not to hold. */
export interface Goal {
  readonly plan: Plan
  readonly wanted: boolean
  /** That it cannot be told is enough as well. */
  readonly orUnknown?: boolean
}

/** What questions about a rule may cost together; counts down from `LIMIT.lintStepsMax`. */
export interface Effort {
  left: number
}

/** The effort that is spent on one rule. */
export const effortForRule = (): Effort => ({ left: LIMIT.lintStepsMax })

/**
 * Whether a row may exist for which all goals are as wanted. False is certain: no row gives "yes"
 * to all of them. True says nothing, also where the effort is spent before it is known. What
 * cannot be told helps no goal but one that is `orUnknown`: any other plan that is "yes" for a row
 * stays so whatever the row's unknown values turn out to be. So a field is unknown only where
 * nothing but such goals ask for it.
 */
export const mayHold = (goals: readonly Goal[], schema: Schema, effort: Effort): boolean =>
  explore({ schema, effort }, goals, [], [])

interface Search {
  readonly schema: Schema
  readonly effort: Effort
}

/** A goal that is settled by values of one field, or by the elements of one array. */
interface Known extends Goal {
  readonly plan: Leaf | SomeElement
}

/** Goals of which one is enough. */
type Choice = readonly Goal[]

/** Takes goals apart; what is left to choose is tried one by one. */
const explore = (
  search: Search,
  goals: readonly Goal[],
  known: readonly Known[],
  choices: readonly Choice[],
): boolean => {
  const parts = takeApart(goals)
  const all = [...known, ...parts.known]
  const open = [...choices, ...parts.choices]
  search.effort.left -= all.length + open.length + 1
  if (search.effort.left < 0) return true
  if (!isConsistent(search, all)) return false
  const [choice, ...others] = open.sort((a, b) => a.length - b.length)
  if (choice === undefined) return true
  return choice.some((goal) => explore(search, [goal], all, others))
}

/** What must be so, and what there is to choose between. */
const takeApart = (goals: readonly Goal[]): { known: Known[]; choices: Choice[] } => {
  const known: Known[] = []
  const choices: Choice[] = []
  const left = [...goals]
  for (let goal = left.pop(); goal !== undefined; goal = left.pop()) {
    const { plan, wanted, orUnknown = false } = goal
    switch (plan.kind) {
      case 'not':
        left.push({ plan: plan.of, wanted: !wanted, orUnknown })
        break
      case 'and':
      case 'or': {
        const of = plan.of.map((part): Goal => ({ plan: part, wanted, orUnknown }))
        if ((plan.kind === 'and') === wanted) left.push(...of)
        else choices.push(of)
        break
      }
      case 'leaf':
      case 'some-element':
        known.push({ plan, wanted, orUnknown })
        break
      default:
        unreachable(plan)
    }
  }
  return { known, choices }
}

const isConsistent = (search: Search, known: readonly Known[]): boolean => {
  const fields = new Map<string, Literal[]>()
  const groups = new Map<string, Known[]>()
  const told = new Set(known.flatMap((one) => (one.orUnknown === true ? [] : [nameOf(one)])))
  for (const one of known) {
    const { plan, wanted } = one
    if (!told.has(nameOf(one))) continue
    if (plan.kind === 'leaf') add(fields, plan.field, { leaf: plan, wanted })
    else add(groups, plan.group, one)
  }
  const fieldsHold = [...fields].every(([name, literals]) => {
    search.effort.left -= literals.length ** 2
    return search.effort.left < 0 || fieldMayHold(literals, closedValues(search.schema(name)))
  })
  return fieldsHold && [...groups.values()].every((asked) => elementsMayHold(search, asked))
}

/** The field that is asked, or the array of objects; no field has the name of an array. */
const nameOf = ({ plan }: Known): string => (plan.kind === 'leaf' ? plan.field : `${plan.group}[]`)

const closedValues = (field: SchemaField | undefined): readonly string[] | undefined =>
  field?.open === true ? undefined : field?.values

/** Each array needs an element for each plan that is to hold, and none for the others. */
const elementsMayHold = (search: Search, asked: readonly Known[]): boolean => {
  const inner = (wanted: boolean): Goal[] =>
    asked
      .filter((one) => one.wanted === wanted)
      .flatMap(({ plan, orUnknown = false }) =>
        plan.kind === 'some-element' ? [{ plan: plan.of, wanted, orUnknown }] : [],
      )
  const unwanted = inner(false)
  return inner(true).every((goal) => explore(search, [goal, ...unwanted], [], []))
}

const add = <T>(map: Map<string, T[]>, key: string, value: T): void => {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}
