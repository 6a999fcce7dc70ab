import type { AuditEvent, ObjectRef, ResponseStatus, User } from '../model/event.ts'
import { redactEvent } from './redact.ts'

/**
 * The event as an object of `audit.k8s.io/v1`, its secrets masked, whatever shape it came in. Keys
 * stand in the API server's order; what the event does not say is left out. Nothing in it is deeper
 * than `LIMIT.jsonDepthMax` and a few levels, so it can be written as JSON.
 */
export const toCanonical = (event: AuditEvent): Record<string, unknown> => {
  const whole = defined({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: event.level,
    auditID: event.auditID,
    stage: event.stage,
    requestURI: event.requestURI,
    verb: event.verb,
    user: userOf(event.user),
    impersonatedUser: event.impersonatedUser && userOf(event.impersonatedUser),
    authenticationMetadata: event.impersonationConstraint && {
      impersonationConstraint: event.impersonationConstraint,
    },
    sourceIPs: event.sourceIPs,
    userAgent: event.userAgent,
    objectRef: event.objectRef && objectRefOf(event.objectRef),
    responseStatus: event.responseStatus && statusOf(event.responseStatus),
    requestObject: event.requestObject,
    responseObject: event.responseObject,
    requestReceivedTimestamp: event.requestReceivedTimestamp || undefined,
    stageTimestamp: event.stageTimestamp || undefined,
    annotations: event.annotations,
  })
  return redactEvent(whole)
}

const userOf = ({ username, uid, groups, extra }: User): Record<string, unknown> =>
  defined({ username, uid, groups, extra })

const objectRefOf = (ref: ObjectRef): Record<string, unknown> =>
  defined({
    resource: ref.resource,
    namespace: ref.namespace,
    name: ref.name,
    uid: ref.uid,
    apiGroup: ref.apiGroup,
    apiVersion: ref.apiVersion,
    resourceVersion: ref.resourceVersion,
    subresource: ref.subresource,
  })

const statusOf = ({ status, message, reason, code }: ResponseStatus): Record<string, unknown> =>
  defined({ status, message, reason, code })

/** Without the members that are undefined. */
function defined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
