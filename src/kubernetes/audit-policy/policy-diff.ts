import { LIMIT } from '../../base/limit.ts'
import { decisionOf } from './evaluate.ts'
import { findRequest, type Wanted } from './find-request.ts'
import {
  type AuditPolicy,
  POLICY_LEVELS,
  POLICY_STAGES,
  type PolicyDecision,
  type PolicyRequest,
  type PolicyRule,
} from './policy.ts'
import { Effort } from './region/effort.ts'

/** Requests of which one policy logs something else than another. */
export interface PolicyDifference {
  readonly before: PolicyDecision
  readonly after: PolicyDecision
  /** One of them, decided so. */
  readonly request: PolicyRequest
  /** All of them: what the deciding rules match, and the earlier ones do not. */
  readonly wanted: Wanted
}

/** What two policies log differently. */
export interface PolicyDifferences {
  /** For each pair of an old and a new rule that decide alike requests differently. */
  readonly differences: readonly PolicyDifference[]
  /** Pairs of rules of which it could not be told: the search ended. 0: nothing is missing. */
  readonly untold: number
  /**
   * Where there is no difference: a request that is treated differently, but is about what no
   * cluster can have; see `Breadth`.
   */
  readonly remote: PolicyDifference | undefined
}

/**
 * The requests of which a new policy logs something else than an old one: none if and only if both
 * log the same of every request, as long as nothing is `untold`.
 */
export const requestsThatDiffer = (
  before: AuditPolicy,
  after: AuditPolicy,
  effort: Effort = new Effort(LIMIT.policyDiffSteps),
): PolicyDifferences => {
  const [pairs, each] = [pairsOf(before, after), { before, after, effort }]
  const found = pairs.map((pair) => differenceIn(pair, each, 'existing'))
  const differences = found.filter((one) => one !== undefined && one !== 'unknown')
  const untold = found.filter((one) => one === 'unknown').length
  if (differences.length + untold > 0) return { differences, untold, remote: undefined }
  for (const pair of pairs) {
    const remote = differenceIn(pair, each, 'any')
    if (remote !== undefined && remote !== 'unknown') return { differences, untold, remote }
  }
  return { differences, untold, remote: undefined }
}

/** What is logged of a request, apart from how a policy says it. */
export interface LoggedPart {
  readonly level: PolicyDecision['level']
  readonly stages: readonly string[]
  /** Undefined where nothing that is logged could have any. */
  readonly managedFields: boolean | undefined
}

/** What a decision lets be logged. Nothing at None, and nothing where every stage is left out. */
export const loggedPart = ({
  level,
  omitStages,
  omitManagedFields,
}: PolicyDecision): LoggedPart => {
  const stages = POLICY_STAGES.filter((stage) => !omitStages.includes(stage))
  if (level === 'None' || stages.length === 0) return NOTHING
  return { level, stages, managedFields: level === 'Metadata' ? undefined : !omitManagedFields }
}

/** Whether a decision lets more be logged than another, less, or some more and some less. */
export const changeOf = (
  before: PolicyDecision,
  after: PolicyDecision,
): 'same' | 'more' | 'less' | 'mixed' => {
  const [old, now] = [loggedPart(before), loggedPart(after)]
  const more = holdsMore(now, old)
  const less = holdsMore(old, now)
  return more ? (less ? 'mixed' : 'more') : less ? 'less' : 'same'
}

const NOTHING: LoggedPart = { level: 'None', stages: [], managedFields: undefined }

const holdsMore = (one: LoggedPart, other: LoggedPart): boolean =>
  POLICY_LEVELS.indexOf(one.level) > POLICY_LEVELS.indexOf(other.level) ||
  one.stages.some((stage) => !other.stages.includes(stage)) ||
  (one.managedFields === true && other.managedFields === false)

/** The rules that decide a request in the old and in the new policy; -1: none does. */
interface Pair {
  readonly before: PolicyDecision
  readonly after: PolicyDecision
}

const pairsOf = (before: AuditPolicy, after: AuditPolicy): readonly Pair[] => {
  const likeOld = firstLikeEach(before, after)
  const likeNew = firstLikeEach(after, before)
  return indexes(before).flatMap((i) =>
    indexes(after).flatMap((j) => {
      // An earlier rule that asks for just the same leaves nothing to this one.
      if (isBefore(likeOld[i], j) || isBefore(likeNew[j], i)) return []
      const pair = { before: decisionOf(before, i), after: decisionOf(after, j) }
      return changeOf(pair.before, pair.after) === 'same' ? [] : [pair]
    }),
  )
}

/** Of all rules, and last of none. */
const indexes = ({ rules }: AuditPolicy): readonly number[] => [...rules.keys(), -1]

const isBefore = (first: number | undefined, rule: number): boolean =>
  first !== undefined && (rule === -1 || first < rule)

/** For each rule of one policy the first of the other that asks for the same. */
const firstLikeEach = (one: AuditPolicy, other: AuditPolicy): readonly (number | undefined)[] => {
  const first = new Map([...other.rules.entries()].reverse().map(([at, rule]) => [keyOf(rule), at]))
  return one.rules.map((rule) => first.get(keyOf(rule)))
}

/** The same for rules that ask for the same in the same words, in whatever order. */
const keyOf = (rule: PolicyRule): string => {
  const known = KEYS.get(rule)
  if (known !== undefined) return known
  const { users, userGroups, verbs, resources, namespaces, nonResourceURLs } = rule
  const items = resources.map((item) =>
    JSON.stringify([item.group, sorted(item.resources), sorted(item.resourceNames)]),
  )
  const lists = [users, userGroups, verbs, namespaces, nonResourceURLs, items].map(sorted)
  const key = JSON.stringify(lists)
  KEYS.set(rule, key)
  return key
}

const KEYS = new WeakMap<PolicyRule, string>()

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort()

const differenceIn = (
  pair: Pair,
  policies: { readonly before: AuditPolicy; readonly after: AuditPolicy; readonly effort: Effort },
  breadth: 'existing' | 'any',
): PolicyDifference | 'unknown' | undefined => {
  const { before, after, effort } = policies
  const wanted: Wanted = {
    match: unique([...ruleOf(before, pair.before), ...ruleOf(after, pair.after)]),
    avoid: unique([...rulesBefore(before, pair.before), ...rulesBefore(after, pair.after)]),
    breadth,
  }
  const request = findRequest(wanted, effort)
  return request === undefined || request === 'unknown' ? request : { ...pair, request, wanted }
}

const ruleOf = ({ rules }: AuditPolicy, { rule }: PolicyDecision): readonly PolicyRule[] =>
  rule < 0 ? [] : rules.slice(rule, rule + 1)

const rulesBefore = ({ rules }: AuditPolicy, { rule }: PolicyDecision): readonly PolicyRule[] =>
  rule < 0 ? rules : rules.slice(0, rule)

const unique = (rules: readonly PolicyRule[]): readonly PolicyRule[] => [
  ...new Map(rules.map((rule) => [keyOf(rule), rule])).values(),
]
