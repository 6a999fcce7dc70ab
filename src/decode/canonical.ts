import type { AuditEvent, ObjectRef, ResponseStatus, User } from '../model/event.ts'
import { redactBody, redactMessage, redactText } from './redact.ts'

/**
 * The event as an object of `audit.k8s.io/v1`, its secrets masked, whatever shape it came in. Keys
 * stand in the API server's order; what the event does not say is left out. Nothing in it is deeper
 * than `LIMIT.jsonDepthMax` and a few levels, so it can be written as JSON.
 */
export const toCanonical = (event: AuditEvent): Record<string, unknown> => {
  const body = (value: unknown): unknown => redactBody(value, event.objectRef)
  return defined({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: event.level,
    auditID: text(event.auditID),
    stage: event.stage,
    requestURI: text(event.requestURI),
    verb: text(event.verb),
    user: userOf(event.user),
    impersonatedUser: event.impersonatedUser && userOf(event.impersonatedUser),
    authenticationMetadata: event.impersonationConstraint && {
      impersonationConstraint: event.impersonationConstraint,
    },
    sourceIPs: event.sourceIPs?.map(redactText),
    userAgent: text(event.userAgent),
    objectRef: event.objectRef && objectRefOf(event.objectRef),
    responseStatus: event.responseStatus && statusOf(event.responseStatus, event.objectRef),
    requestObject: body(event.requestObject),
    responseObject: body(event.responseObject),
    requestReceivedTimestamp: event.requestReceivedTimestamp || undefined,
    stageTimestamp: event.stageTimestamp || undefined,
    annotations: event.annotations && textMap(event.annotations),
  })
}

const text = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : redactText(value)

const userOf = (user: User): Record<string, unknown> =>
  defined({
    username: text(user.username),
    uid: text(user.uid),
    groups: user.groups?.map(redactText),
    extra: user.extra && listMap(user.extra),
  })

const objectRefOf = (ref: ObjectRef): Record<string, unknown> =>
  defined({
    resource: text(ref.resource),
    namespace: text(ref.namespace),
    name: text(ref.name),
    uid: text(ref.uid),
    apiGroup: text(ref.apiGroup),
    apiVersion: text(ref.apiVersion),
    resourceVersion: text(ref.resourceVersion),
    subresource: text(ref.subresource),
  })

const statusOf = (status: ResponseStatus, ref: ObjectRef | undefined): Record<string, unknown> =>
  defined({
    status: text(status.status),
    message: status.message === undefined ? undefined : redactMessage(status.message, ref),
    reason: text(status.reason),
    code: status.code,
  })

const textMap = (map: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, redactText(value)]))

const listMap = (map: Readonly<Record<string, readonly string[]>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).map(([key, list]) => [key, list.map(redactText)]))

/** Without the members that are undefined. */
function defined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
