import type { Issue } from '../../base/issue.ts'
import { type FieldValue, YES } from '../../base/truth.ts'
import { auditSchema } from '../../detect/schema.ts'
import { partsHidden } from '../../model/blindness.ts'
import type { Level, Stage } from '../../model/event.ts'
import { findField, partBehind } from '../../model/fields.ts'
import { emitLeaf } from '../../sigma/emit/predicate.ts'
import { effortForRule, mayHold } from '../../sigma/lint/satisfy.ts'
import type { Leaf, Plan } from '../../sigma/plan/plan.ts'
import { onceEach, type RuleLint, textsIn } from './lint-context.ts'
import type { Use } from './uses.ts'

/** Rules that ask for a level or a stage, or take what is not shown for what is not there. */
export const visibilityLints: RuleLint = ({ rule, uses }) => [
  ...onceEach(uses.flatMap((use) => [...filters(use), ...confused(use), ...absences(use)])),
  ...cannotHold(rule.plan, uses),
]

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']
const STAGES: readonly Stage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

const filters = ({ leaf }: Use): readonly Issue[] => {
  const { field, place: at } = leaf
  if (field === 'level') {
    const message = 'the level says how much was logged, not what happened'
    return [{ code: 'lint/level-filter', message, at }]
  }
  if (field !== 'stage') return []
  const message = 'the stages of a request are joined before it is judged'
  return [{ code: 'lint/stage-filter', message, at }]
}

const confused = ({ leaf }: Use): readonly Issue[] => {
  const others: readonly string[] =
    leaf.field === 'level' ? STAGES : leaf.field === 'stage' ? LEVELS : []
  const texts = textsIn(leaf)
  const wrong = others.filter((name) => texts.includes(name.toLowerCase()))
  if (wrong.length === 0) return []
  const kind = leaf.field === 'level' ? 'stage' : 'level'
  const message = `${wrong.join(', ')} is a ${kind}, not a ${leaf.field}`
  return [{ code: 'lint/level-or-stage', message, at: leaf.place }]
}

/** A patch shows what it changes: what it does not name may be there. */
const absences = ({ leaf, speaksFor, company }: Use): readonly Issue[] => {
  const { field, test, place: at } = leaf
  if (!field.startsWith('requestObject.')) return []
  const asksAbsence = test.kind === 'null' || (test.kind === 'exists' && !test.value)
  const asksPresence = test.kind === 'exists' && test.value
  if (speaksFor ? !asksAbsence : !asksPresence) return []
  const verbs = company.find((other) => other.field === 'verb' && other.test.kind === 'equals')
  if (verbs !== undefined && !textsIn(verbs).includes('patch')) return []
  const message = `a patch names only what it changes: that it lacks ${field} proves nothing`
  return [{ code: 'lint/absence-as-proof', message, at }]
}

/** The levels and stages that a rule asks for may be those at which its fields are never told. */
const cannotHold = (plan: Plan, uses: readonly Use[]): readonly Issue[] => {
  const asks = uses.find(({ leaf }) => leaf.field === 'level' || leaf.field === 'stage')
  const effort = effortForRule()
  const may = (one: Plan): boolean => mayHold([{ plan: one, wanted: true }], auditSchema, effort)
  if (asks === undefined || !may(plan)) return []
  const seen = [undefined, ...LEVELS].flatMap((level) => STAGES.map((stage) => ({ level, stage })))
  if (seen.some((event) => may(seenAt(plan, true, event)))) return []
  const hidden = uses.filter(({ leaf, speaksFor }) => speaksFor && leastSeen(leaf))
  const names = [...new Set(hidden.map(({ leaf }) => leaf.field))]
  const message = `at the levels and stages it asks for, ${names.join(', ')} cannot be told`
  return [{ code: 'lint/cannot-be-told', message, at: asks.leaf.place }]
}

const leastSeen = (leaf: Leaf): boolean => (hiddenPart(leaf) & ALL_HIDDEN) !== 0

const ALL_HIDDEN = partsHidden('Metadata', 'RequestReceived', false)

interface Seen {
  /** Undefined: the log does not say, as some providers' do not. */
  readonly level: Level | undefined
  readonly stage: Stage
}

const YES_PLAN: Plan = { kind: 'and', of: [] }
const NO_PLAN: Plan = { kind: 'or', of: [] }

/** What can still be "yes" of a plan (or of its negation) for events of one level and stage. */
const seenAt = (plan: Plan, wanted: boolean, event: Seen): Plan => {
  switch (plan.kind) {
    case 'leaf':
      return leafAt(plan, wanted, event)
    case 'not':
      return seenAt(plan.of, !wanted, event)
    case 'some-element':
      if (!wanted) return { kind: 'not', of: plan }
      return { ...plan, of: seenAt(plan.of, true, event) }
    case 'and':
    case 'or': {
      const kind = (plan.kind === 'and') === wanted ? 'and' : 'or'
      return { kind, of: plan.of.map((part) => seenAt(part, wanted, event)) }
    }
  }
}

const leafAt = (leaf: Leaf, wanted: boolean, event: Seen): Plan => {
  if (leaf.field === 'level' || leaf.field === 'stage') {
    const values: Readonly<Record<string, FieldValue>> = { ...event }
    const truth = emitLeaf(leaf, (name) => () => values[name])(undefined)
    return (truth === YES) === wanted ? YES_PLAN : NO_PLAN
  }
  const asIs: Plan = wanted ? leaf : { kind: 'not', of: leaf }
  if ((hiddenPart(leaf) & hiddenAt(event)) === 0) return asIs
  // A derived field may be known to be absent where its body is hidden: the request is another.
  const isDirect = (findField(leaf.field)?.field.part ?? 0) !== 0
  const asksValue = leaf.test.kind !== 'null' && leaf.test.kind !== 'exists'
  return isDirect || (wanted && asksValue) ? NO_PLAN : asIs
}

/** Where the log does not say the level, it may have been any. */
const hiddenAt = ({ level, stage }: Seen): number =>
  level === undefined && stage !== 'RequestReceived' ? 0 : partsHidden(level, stage, false)

const hiddenPart = ({ field }: Leaf): number => {
  const found = findField(field)?.field
  return found === undefined ? 0 : partBehind(found)
}
