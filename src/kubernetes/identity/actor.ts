import { Recall } from '../../base/recall.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Actor, ActorKind } from '../../model/facts.ts'
import { CONTROL_PLANE_USERS, CONTROLLER_NAMESPACE, CONTROLLERS } from './builtin-identities.ts'

/**
 * Who acts in effect. Only names and groups that the API server itself established count; what a
 * client calls itself (userAgent) never does.
 */
export const actorOf = (event: AuditEvent): Actor => {
  const impersonated = event.impersonatedUser !== undefined
  const user = event.impersonatedUser ?? event.user
  const name = user.username === '' ? undefined : user.username
  const account = name === undefined ? undefined : ACCOUNTS.of(name)
  const kind = account === undefined ? kindOf(name, user.groups) : 'serviceaccount'
  return {
    kind,
    name,
    groups: user.groups,
    namespace: account?.namespace,
    serviceAccount: account?.name,
    // A controller never impersonates, and nobody becomes one by doing so: see the case
    // `impersonated-controller`.
    builtin: !impersonated && (kind === 'controlplane' || isController(account)),
    impersonated,
  }
}

/** A ServiceAccount's namespace and name. */
export interface AccountName {
  readonly namespace: string
  readonly name: string
}

/**
 * Splits `system:serviceaccount:NAMESPACE:NAME`; undefined for any other user.
 * Upstream: kubernetes/apiserver pkg/authentication/serviceaccount/util.go, SplitUsername.
 */
export const serviceAccountOf = (username: string): AccountName | undefined => {
  if (!username.startsWith(ACCOUNT)) return undefined
  const parts = username.slice(ACCOUNT.length).split(':')
  const [namespace = '', name = ''] = parts
  return parts.length === 2 && LABEL.test(namespace) && SUBDOMAIN.test(name)
    ? { namespace, name }
    : undefined
}

/** A log has few users, and they are asked of nearly every event. */
const ACCOUNTS = new Recall(serviceAccountOf)

const ACCOUNT = 'system:serviceaccount:'
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/

const kindOf = (name: string | undefined, groups: readonly string[] | undefined): ActorKind => {
  if (name === undefined) return 'unauthenticated'
  if (name === 'system:anonymous') return 'anonymous'
  if (name.startsWith('system:node:') && isNodeGroup(groups)) return 'node'
  return CONTROL_PLANE_USERS.has(name) ? 'controlplane' : 'human'
}

/**
 * The name alone makes no node; where a log shows no groups it has to do.
 * Upstream: kubernetes/kubernetes pkg/auth/nodeidentifier/default.go, NodeIdentity.
 */
const isNodeGroup = (groups: readonly string[] | undefined): boolean =>
  groups === undefined || groups.includes('system:nodes')

const isController = (account: AccountName | undefined): boolean =>
  account !== undefined &&
  account.namespace === CONTROLLER_NAMESPACE &&
  CONTROLLERS.has(account.name)
