import {
  type GroupResources,
  POLICY_LEVELS,
  type PolicyLevel,
  type PolicyRequest,
  type PolicyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { describeRequest } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendBefore, mendRule } from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'

/** Rules for sessions in pods that take one of the two verbs by which they are opened. */
export const sessionLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    const missing = VERBS.filter((verb) => !rule.verbs.includes(verb))
    const items = rule.resources.flatMap(sessionsOf)
    if (rule.level === 'None' || missing.length !== 1 || items.length === 0) return []
    const asked = { ...rule, verbs: missing, resources: items }
    const lower = decidedLower(context, asked, rule.level)
    return lower === undefined ? [] : [halfLint(context, rule, index, { ...lower, asked, items })]
  })

/** By WebSocket a session is a get, by SPDY a create. */
const VERBS = ['get', 'create']

const SESSIONS = ['pods/exec', 'pods/attach', 'pods/portforward']

/** The sessions that an item lists by name. */
const sessionsOf = (item: GroupResources): readonly GroupResources[] => {
  const resources = item.resources.filter((pattern) => SESSIONS.includes(pattern))
  return item.group === '' && resources.length > 0 ? [{ ...item, resources }] : []
}

interface Lower {
  readonly example: PolicyRequest
  readonly level: PolicyLevel
}

/** A request like those asked about that is logged at a lower level. */
const decidedLower = (
  context: LintContext,
  asked: PolicyRule,
  level: PolicyLevel,
): Lower | undefined => {
  const { rules } = context
  const unmatched = context.find([asked], rules)
  if (unmatched !== undefined && unmatched !== 'unknown') {
    return { example: unmatched, level: 'None' }
  }
  for (const [at, other] of rules.entries()) {
    // Who is named in a rule of level None is hidden on purpose.
    const isMeant = other.level === 'None' && other.users.length + other.userGroups.length > 0
    if (rank(other.level) >= rank(level) || isMeant) continue
    const example = context.find([asked, other], rules.slice(0, at))
    if (example !== undefined && example !== 'unknown') return { example, level: other.level }
  }
  return undefined
}

const rank = (level: PolicyLevel): number => POLICY_LEVELS.indexOf(level)

const halfLint = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  {
    example,
    level,
    asked,
    items,
  }: Lower & {
    readonly asked: PolicyRule
    readonly items: readonly GroupResources[]
  },
): PolicyLint => {
  const names = items.flatMap(({ resources }) => resources)
  const isAll = names.length === rule.resources.flatMap(({ resources }) => resources).length
  const mended = { ...rule, verbs: [...rule.verbs, ...asked.verbs] }
  return lint({
    code: 'policy-lint/half-of-exec',
    message: `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} opened by get or create, and the rule lists only one of them`,
    at: context.at('rules', index, 'verbs'),
    rule: index,
    effect: `The API server logs ${describeRequest(example)} at ${level}, not ${rule.level}: which verb it is, the client decides.`,
    example,
    mend: isAll
      ? mendRule(index, [mended])
      : mendBefore({ policy: context.policy, name: context.name(index) }, index, [asked]),
  })
}
