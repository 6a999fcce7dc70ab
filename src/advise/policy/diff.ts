import { LIMIT } from '../../base/limit.ts'
import { patternMatches } from '../../kubernetes/audit-policy/evaluate.ts'
import {
  type AuditPolicy,
  POLICY_LEVELS,
  type PolicyDecision,
  type PolicyRequest,
} from '../../kubernetes/audit-policy/policy.ts'
import {
  changeOf,
  type PolicyDifference,
  requestsThatDiffer,
} from '../../kubernetes/audit-policy/policy-diff.ts'

import { Effort } from '../../kubernetes/audit-policy/region/effort.ts'
import { type RequestScope, scopeOf } from '../../kubernetes/audit-policy/request-scope.ts'
import { groupKind, typesOfGroup } from '../../kubernetes/known-types/known-types.ts'
import type { KnownType } from '../../kubernetes/known-types/parse-type.ts'
import type { RuleRef } from '../../model/finding.ts'
import { type CoverageState, type PolicyCoverage, STATES } from './coverage.ts'

/** What a new policy logs differently than an old one, in meaning. */
export interface PolicyDiff {
  /** What is answered first; of that what is logged less, and of that what changes most. */
  readonly classes: readonly DiffClass[]
  /** Pairs of rules of which it could not be told: the search ended. */
  readonly untold: number
  /**
   * Where there is no class: a request that is treated differently all the same, but is an odd one;
   * see `Breadth`.
   */
  readonly remote: PolicyDifference | undefined
}

/** Requests that an old rule decided and a new one decides otherwise. */
export interface DiffClass {
  readonly change: 'less' | 'more' | 'mixed'
  readonly before: PolicyDecision
  readonly after: PolicyDecision
  readonly scope: RequestScope
  /** False: no known API server has an answer to any of them but 404 and 405. */
  readonly isAnswered: boolean
  /** One of them. */
  readonly request: PolicyRequest
}

/** What a new policy logs differently than an old one. */
export const diffPolicies = (before: AuditPolicy, after: AuditPolicy): PolicyDiff => {
  const { differences, untold, remote } = requestsThatDiffer(before, after)
  const effort = new Effort(LIMIT.policyScopeSteps)
  const classes = differences.toSorted(byLoss).map((one): DiffClass => {
    const change = changeOf(one.before, one.after)
    const scope = scopeOf(one.wanted, effort)
    return {
      change: change === 'same' ? 'mixed' : change,
      before: one.before,
      after: one.after,
      scope,
      isAnswered: isAnswered(scope),
      request: one.request,
    }
  })
  const ordered = classes.toSorted((a, b) => Number(b.isAnswered) - Number(a.isAnswered))
  return { classes: ordered, untold, remote }
}

/** Whether some kind of object has one of the verbs asked, as far as kinds are known. */
const isAnswered = ({ objects, paths, leftOut }: RequestScope): boolean =>
  paths.length > 0 ||
  leftOut > 0 ||
  objects.some((scope) => {
    if (groupKind(scope.group) !== 'built-in') return true
    const types = typesOfGroup(scope.group).filter((type) => mayBe(scope.resource, type))
    const { verbs } = scope
    return types.some((type) => verbs.length === 0 || verbs.some((one) => type.verbs.includes(one)))
  })

const mayBe = (pattern: string, { resource, subresource }: KnownType): boolean =>
  patternMatches(pattern, { resource, subresource })

/** A detection that a new policy lets see more, or less. */
export interface CoverageChange {
  readonly rule: RuleRef
  readonly before: CoverageState
  readonly after: CoverageState
}

/** The detections that see less under the new policy, and those that see more. */
export const coverageChanges = (
  before: PolicyCoverage,
  after: PolicyCoverage,
): { readonly lost: readonly CoverageChange[]; readonly gained: readonly CoverageChange[] } => {
  const states = new Map(before.rules.map(({ rule, state }) => [rule.id, state]))
  const changes = after.rules.flatMap(({ rule, state }): readonly CoverageChange[] => {
    const old = states.get(rule.id)
    return old === undefined || old === state ? [] : [{ rule, before: old, after: state }]
  })
  const isLoss = (one: CoverageChange): boolean =>
    STATES.indexOf(one.after) < STATES.indexOf(one.before)
  return {
    lost: changes.filter(isLoss).sort(byState),
    gained: changes.filter((one) => !isLoss(one)).sort(byState),
  }
}

/** The worst first, then by detection. */
const byState = (one: CoverageChange, other: CoverageChange): number =>
  STATES.indexOf(one.after) - STATES.indexOf(other.after) ||
  (labelOf(one) < labelOf(other) ? -1 : 1)

const labelOf = ({ rule }: CoverageChange): string => `${rule.detection ?? ''} ${rule.title}`

const byLoss = (one: PolicyDifference, other: PolicyDifference): number =>
  ORDER.indexOf(changeOf(one.before, one.after)) -
    ORDER.indexOf(changeOf(other.before, other.after)) ||
  stepOf(other) - stepOf(one) ||
  placeOf(one.before) - placeOf(other.before) ||
  placeOf(one.after) - placeOf(other.after)

const ORDER = ['less', 'mixed', 'more', 'same']

/** Levels lost or gained. */
const stepOf = ({ before, after }: PolicyDifference): number =>
  Math.abs(POLICY_LEVELS.indexOf(after.level) - POLICY_LEVELS.indexOf(before.level))

/** What no rule decides comes last. */
const placeOf = ({ rule }: PolicyDecision): number => (rule < 0 ? Number.MAX_SAFE_INTEGER : rule)
