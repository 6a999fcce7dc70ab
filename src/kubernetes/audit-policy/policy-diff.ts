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
import type { Breadth } from './possible-request.ts'
import { Effort } from './region/effort.ts'
import { mayMeet } from './region/ready-rule.ts'

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
   * Where there is no difference: a request that is treated differently all the same, but is an
   * odd one; see `Breadth`.
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
  const search = (breadth: Breadth): SearchedPairs => searchPairs(before, after, breadth, effort)
  const { differences, untold } = search('existing')
  if (differences.length + untold > 0) return { differences, untold, remote: undefined }
  const odd = search('any')
  const [remote] = odd.differences
  return { differences, untold: remote === undefined ? odd.untold : 0, remote }
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

interface SearchedPairs {
  readonly differences: readonly PolicyDifference[]
  readonly untold: number
}

const searchPairs = (
  before: AuditPolicy,
  after: AuditPolicy,
  breadth: Breadth,
  effort: Effort,
): SearchedPairs => {
  const differences: PolicyDifference[] = []
  let untold = 0
  for (const pair of pairsOf(before, after)) {
    const found = differenceIn(pair, { before, after, effort }, breadth)
    if (found === 'unknown') untold += 1
    else if (found !== undefined) differences.push(found)
  }
  return { differences, untold }
}

/** The pairs that may decide a request, and decide it differently. */
function* pairsOf(before: AuditPolicy, after: AuditPolicy): Generator<Pair> {
  const likeOld = firstLikeEach(before, after)
  const likeNew = firstLikeEach(after, before)
  const decisions = indexes(after).map((rule) => decisionOf(after, rule))
  for (const i of indexes(before)) {
    const old = decisionOf(before, i)
    for (const now of decisions) {
      // An earlier rule that asks for just the same leaves nothing to this one.
      if (isBefore(likeOld[i], now.rule) || isBefore(likeNew[now.rule], i)) continue
      if (changeOf(old, now) !== 'same') yield { before: old, after: now }
    }
  }
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
  breadth: Breadth,
): PolicyDifference | 'unknown' | undefined => {
  const { before, after, effort } = policies
  const [old, now] = [ruleOf(before, pair.before), ruleOf(after, pair.after)]
  if (!effort.spend(1)) return 'unknown'
  if (!old.every((one) => now.every((other) => mayMeet(one, other)))) return undefined
  const wanted: Wanted = {
    match: unique([...old, ...now]),
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
