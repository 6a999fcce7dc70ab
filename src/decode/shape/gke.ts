import { PART } from '../../model/blindness.ts'
import { cleaned, isObject } from '../members.ts'
import type { JsonRecord, Shape } from './shape.ts'

/**
 * An entry of Google Cloud Logging for the service `k8s.io`. It names no groups, no credential, no
 * URI and no audit id; `status.code` is gRPC's. Entries of `container.googleapis.com` are about
 * the cloud's own API. BigQuery calls the payload `protopayload_auditlog`.
 */
export const gke: Shape = {
  name: 'gke',
  about: 'GKE entries of Cloud Logging (`protoPayload`), also as BigQuery exports them.',
  proof: 'sample',
  open: (record) => {
    const payload = record.protoPayload ?? record.protopayload_auditlog
    if (!isObject(payload) || typeof payload.methodName !== 'string') return undefined
    const method = methodOf(payload.methodName)
    if (method === undefined) return { kind: 'cloud-api' }
    const status = statusOf(payload, method.verb)
    const { members } = cleaned({
      verb: method.verb,
      stage: stageOf(record.operation),
      user: { username: payload.authenticationInfo?.principalEmail },
      sourceIPs: textList(payload.requestMetadata?.callerIp),
      userAgent: payload.requestMetadata?.callerSuppliedUserAgent,
      objectRef: objectRefOf(String(payload.resourceName ?? ''), method.path),
      responseStatus: status,
      requestReceivedTimestamp: record.timestamp,
      stageTimestamp: record.timestamp,
      annotations: annotationsOf(record.labels),
    })
    const bodies = { request: bodyOf(payload.request), response: bodyOf(payload.response) }
    const forbidden = members.annotations?.['authorization.k8s.io/decision'] === 'forbid'
    const said =
      // Of a request that authorization refused the body was never read: there is none.
      (forbidden ? PART.requestObject : 0) |
      (members.sourceIPs === undefined ? 0 : PART.sourceIPs) |
      (members.annotations === undefined ? 0 : PART.annotations) |
      (bodies.request === undefined ? 0 : PART.requestObject) |
      (bodies.response === undefined ? 0 : PART.responseObject) |
      (status === undefined ? 0 : PART.responseStatus)
    return { kind: 'event', provider: 'gke', members, bodies, unknown: UNSAID & ~said }
  },
}

const UNSAID =
  PART.requestObject |
  PART.responseObject |
  PART.responseStatus |
  PART.annotations |
  PART.groups |
  PART.credential |
  PART.sourceIPs |
  PART.requestURI |
  PART.auditID |
  PART.impersonation

interface Method {
  readonly verb: string
  /** What follows the version and precedes the verb: the resource, and perhaps its subresource. */
  readonly path: readonly string[]
}

/** `io.k8s.core.v1.pods.status.patch`, or `io.k8s.get` for what is no resource. */
function methodOf(name: string): Method | undefined {
  const words = name.split('.')
  const version = words.findIndex((word) => /^v[0-9]+((alpha|beta)[0-9]+)?$/.test(word))
  const verb = words.at(-1)
  if (verb === undefined || !VERBS.has(verb)) return undefined
  if (version > 0) return { verb, path: words.slice(version + 1, -1) }
  return name.startsWith('io.k8s.') ? { verb, path: [] } : undefined
}

/** Kubernetes' own verbs: the cloud's methods begin with a capital (`CreateCluster`). */
const VERBS: ReadonlySet<string> = new Set([
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['proxy', 'head', 'options', 'post', 'put'],
])

/** `core/v1/namespaces/NS/pods/NAME/status`; `path` tells the resource from the subresource. */
function objectRefOf(text: string, path: readonly string[]): JsonRecord | undefined {
  const [resource, ...sub] = path
  if (resource === undefined) return undefined
  const [group, version, ...rest] = text.split('/')
  const subresource = sub.length > 0 ? sub.join('/') : undefined
  const namespaced = rest[0] === 'namespaces' && resource !== 'namespaces'
  const own = namespaced ? rest.slice(2) : rest
  const name = own[0] === resource ? own[1] : undefined
  return {
    resource,
    subresource,
    namespace: namespaced ? rest[1] : resource === 'namespaces' ? name : undefined,
    name,
    apiGroup: group === 'core' || group === '' ? undefined : group,
    apiVersion: version,
  }
}

/** A long operation has a first entry and a last one. */
const stageOf = (operation: unknown): string =>
  isObject(operation) && operation.first === true && operation.last !== true
    ? 'ResponseStarted'
    : 'ResponseComplete'

function statusOf(payload: JsonRecord, verb: string): JsonRecord | undefined {
  const status = payload.status
  if (!isObject(status)) return undefined
  const grpc = status.code ?? 0
  if (typeof grpc !== 'number') return undefined
  const code = grpc === 0 ? (verb === 'create' ? 201 : 200) : (HTTP_OF_GRPC[grpc] ?? grpc)
  return { code, message: status.message }
}

/** Upstream: googleapis google/rpc/code.proto, "HTTP Mapping". */
const HTTP_OF_GRPC: Readonly<Record<number, number>> = {
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
}

function annotationsOf(labels: unknown): JsonRecord | undefined {
  if (!isObject(labels)) return undefined
  const texts = Object.entries(labels).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts)
}

/** The object without the name of its protobuf type. */
function bodyOf(body: unknown): unknown {
  if (!isObject(body)) return body ?? undefined
  const { '@type': _, ...object } = body
  return object
}

const textList = (value: unknown): readonly unknown[] | undefined =>
  value === undefined ? undefined : [value]
