import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { GrantRule, Known } from '../../model/facts.ts'
import {
  below,
  type Document,
  elements,
  fieldsOf,
  member,
  REST,
  says,
  texts,
} from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'

/** What a request that writes a Role or ClusterRole grants. */
export interface Grants {
  readonly rules: readonly GrantRule[] | CannotTell
  readonly aggregated: Known<boolean>
  /** The names behind `aggregate-to-` of labels that are set to true. */
  readonly aggregatesTo: Known<readonly string[]>
}

/** The rules that a request writes into a role, less those that grant nothing. */
export const grantsOf = (event: AuditEvent): Grants | undefined | CannotTell => {
  const kind = roleKindOf(event)
  if (kind === undefined) return undefined
  const written = submissionOf(event, [kind])
  if (written === undefined || written === CANNOT_TELL) return written
  return {
    rules: readRules(kind === 'ClusterRole' ? grantedBy(written) : member(written.object, 'rules')),
    aggregated: kind === 'ClusterRole' ? isAggregated(written) : undefined,
    aggregatesTo: kind === 'ClusterRole' ? targetsOf(written) : undefined,
  }
}

/** The group of RBAC's objects. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io'

const roleKindOf = (event: AuditEvent): string | undefined => {
  const ref = event.objectRef
  if (ref?.apiGroup !== RBAC_GROUP || ref.subresource) return undefined
  return ref.resource === 'roles'
    ? 'Role'
    : ref.resource === 'clusterroles'
      ? 'ClusterRole'
      : undefined
}

/**
 * The rules that are granted by it: a label that makes the role a part of another one grants those
 * it has, which only the answer shows.
 */
const grantedBy = (written: Submission): Document => {
  const { object, result, whole } = written
  if (whole || says(object, 'rules') || labelledTargets(object) === undefined) {
    return member(object, 'rules')
  }
  return result === undefined ? CANNOT_TELL : member(result, 'rules')
}

const readRules = (value: Document): readonly GrantRule[] | CannotTell => {
  const list = elements(value)
  if (list === undefined || list === CANNOT_TELL) return list ?? []
  return list.flatMap(readRule)
}

/**
 * A rule without verbs grants nothing, nor do resources without groups.
 * Upstream: kubernetes/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go, RuleAllows.
 */
const readRule = (rule: Document): readonly GrantRule[] => {
  const verbs = texts(member(rule, 'verbs'))
  const apiGroups = texts(member(rule, 'apiGroups'))
  const resources = texts(member(rule, 'resources'))
  const nonResourceURLs = texts(member(rule, 'nonResourceURLs'))
  const objects = someOf(apiGroups) && someOf(resources)
  if (!someOf(verbs) || !(objects || someOf(nonResourceURLs))) return []
  return [
    {
      verbs,
      apiGroups: objects ? apiGroups : undefined,
      resources: objects ? resources : undefined,
      resourceNames: objects ? texts(member(rule, 'resourceNames')) : undefined,
      nonResourceURLs,
    },
  ]
}

/** Whether there is, or may be, something in the list. */
const someOf = (list: Known<readonly string[]>): boolean =>
  list === CANNOT_TELL || (list !== undefined && list.length > 0)

/** A patch that does not speak of it says nothing. */
const isAggregated = (written: Submission): Known<boolean> => {
  const rule = member(written.object, 'aggregationRule')
  if (rule === CANNOT_TELL) return CANNOT_TELL
  if (rule === undefined && !written.whole && !says(written.object, 'aggregationRule')) {
    return undefined
  }
  const selectors = elements(member(rule, 'clusterRoleSelectors'))
  return selectors === CANNOT_TELL ? CANNOT_TELL : (selectors?.length ?? 0) > 0
}

const TARGET = 'rbac.authorization.k8s.io/aggregate-to-'

/**
 * A patch of the rules leaves the labels out: then they are those of the answer, or cannot be told.
 * A patch that touches neither says nothing.
 */
const targetsOf = (written: Submission): Known<readonly string[]> => {
  const own = labelledTargets(written.object)
  if (own !== undefined || written.whole || !says(written.object, 'rules')) return own
  return written.result === undefined ? CANNOT_TELL : labelledTargets(written.result)
}

/**
 * One label that is seen is enough; with labels that nobody knows beside them, none seen is not
 * none.
 */
const labelledTargets = (object: Document): Known<readonly string[]> => {
  const labels = below(object, ['metadata', 'labels'])
  const fields = fieldsOf(labels)
  if (fields === undefined) return labels === CANNOT_TELL ? CANNOT_TELL : undefined
  const keys = Object.keys(fields).filter((key) => key.startsWith(TARGET))
  const named = keys.filter((key) => fields[key] === 'true').map((key) => key.slice(TARGET.length))
  if (named.length > 0) return named
  return REST in fields || keys.some((key) => fields[key] === CANNOT_TELL) ? CANNOT_TELL : undefined
}
