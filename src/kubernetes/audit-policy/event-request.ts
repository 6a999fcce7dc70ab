import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import { type RequestInfo, readRequest } from '../request-info/request-info.ts'
import type { PolicyRequest, RequestedResource } from './policy.ts'

/** The request of a recorded event as a policy saw it, and what the record cannot say of it. */
export interface RecordedRequest {
  /** With the most likely value where something is unknown. */
  readonly request: PolicyRequest
  /**
   * Bits of `PART`. `groups`: of the user. `credential` or `impersonation`: who was authenticated.
   * `name`: of the object, which may be `request.resource.name` or empty. `requestURI`: the path of
   * a request that is not about an object, or the verb, which may be any of `verbs`.
   */
  readonly unknown: number
  /** The verbs that it may have had; one, but for an AdmissionReview. */
  readonly verbs: readonly string[]
}

/**
 * What a policy was asked about the request of an event. All but the verb and the user is read
 * from requestURI: `objectRef` is filled in from the body later on. See SPEC.md.
 */
export const policyRequestOf = (event: AuditEvent): RecordedRequest => {
  const info = infoOf(event)
  return info === undefined ? fromObjectRef(event) : fromTarget(event, info)
}

const infoOf = ({ requestURI, verb }: AuditEvent): RequestInfo | undefined =>
  requestURI === undefined
    ? undefined
    : readRequest(METHODS.get(verb) ?? verb.toUpperCase(), requestURI)

/** A method that gives the verb, where the path says nothing else. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['list', 'GET'],
  ['watch', 'GET'],
  ['create', 'POST'],
  ['update', 'PUT'],
  ['deletecollection', 'DELETE'],
])

const fromTarget = (event: AuditEvent, info: RequestInfo): RecordedRequest => {
  const { group, resource, subresource, namespace, name } = { ...info, group: info.apiGroup }
  const about = info.isResource ? { group, resource, subresource, namespace, name } : undefined
  // The target of a CONNECT may be an authority without a path, and is logged as the path `/`.
  const hidden = event.verb === 'connect' && info.path === '/' ? PART.requestURI : 0
  return recorded(event, about, info.path, hidden, [event.verb])
}

const fromObjectRef = (event: AuditEvent): RecordedRequest => {
  const { verb, objectRef: ref } = event
  if (ref?.resource === undefined) {
    return recorded(event, undefined, '', PART.requestURI, verbsOf(event))
  }
  const subresource = ref.subresource ?? ''
  const name = ref.name ?? ''
  // The name of what is created is in the body; that of what a subresource belongs to in the URL.
  const fromBody = verb === 'create' && subresource === '' && name !== ''
  const group = ref.apiGroup ?? ''
  const about = { group, resource: ref.resource, subresource, namespace: ref.namespace ?? '', name }
  const verbs = verbsOf(event)
  const hidden = (fromBody ? PART.name : 0) | (verbs.length > 1 ? PART.requestURI : 0)
  return recorded(event, about, '', hidden, verbs)
}

const recorded = (
  event: AuditEvent,
  resource: RequestedResource | undefined,
  path: string,
  hidden: number,
  verbs: readonly string[],
): RecordedRequest => {
  const { username, groups, uid } = event.user
  // A failed authentication is logged with an empty user; who is authenticated has groups at least.
  const nobody = username === undefined && groups === undefined && uid === undefined
  const user = nobody ? undefined : { name: username ?? '', groups: groups ?? [] }
  const request = { user, verb: event.verb, resource, path }
  return { request, unknown: hidden | whoIsHidden(event), verbs }
}

const whoIsHidden = ({ provider, user, unknown }: AuditEvent): number => {
  const groups = unknown & PART.groups
  if (provider === 'native') return groups
  // An AdmissionReview names the impersonated user, and does not say that it does.
  if (provider === 'admission') return groups | PART.impersonation
  // A cloud may leave out who was refused.
  return user.username === undefined ? groups | PART.credential : groups
}

/** An AdmissionReview has operations: each stands for several verbs. */
const verbsOf = ({ provider, verb, objectRef }: AuditEvent): readonly string[] => {
  if (provider !== 'admission') return [verb]
  if (verb === 'update') return ['update', 'patch']
  if (verb === 'delete') return ['delete', 'deletecollection']
  return CONNECTIONS.has(objectRef?.subresource ?? '') ? CONNECTING : [verb]
}

const CONNECTIONS = new Set(['exec', 'attach', 'portforward', 'proxy'])
const CONNECTING: readonly string[] = ['create', 'get', 'update', 'patch', 'delete', '']
