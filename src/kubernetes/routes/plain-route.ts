import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Known, RouteFacts } from '../../model/facts.ts'
import {
  below,
  type Document,
  elements,
  fieldsOf,
  flag,
  member,
  REST,
  text,
  texts,
} from '../submission/document.ts'
import { type Submission, submissionOf } from '../submission/submission.ts'

/**
 * Which hosts a request lets traffic in for without TLS.
 * Upstream: kubernetes/api networking/v1 (Ingress), kubernetes-sigs/gateway-api apis/v1 (Gateway,
 * ListenerSet, HTTPRoute, GRPCRoute), istio/api networking/v1 (Gateway), openshift/api route/v1
 * (Route).
 */
export const routeOf = (event: AuditEvent): RouteFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource === undefined || ref.subresource) return undefined
  const kind = KINDS.get(`${ref.apiGroup ?? ''}/${ref.resource}`)
  if (kind === undefined) return undefined
  const written = submissionOf(event, [kind.kind])
  if (written === undefined || written === CANNOT_TELL) return written
  const spec = specBehind(written, kind)
  return { plainHosts: spec === undefined ? undefined : kind.plainHosts(spec) }
}

interface Kind {
  readonly kind: string
  /** The members of the spec that decide. */
  readonly members: readonly string[]
  readonly plainHosts: (spec: Document) => Known<readonly string[]>
}

/**
 * The spec as a whole; of a patch the one that came of it, if the patch touched what decides.
 * Undefined: it did not.
 */
const specBehind = ({ whole, object, result }: Submission, kind: Kind): Document => {
  const spec = member(object, 'spec')
  if (whole) return spec ?? {}
  const fields = fieldsOf(spec)
  const touches =
    spec === CANNOT_TELL ||
    (fields !== undefined &&
      (REST in fields || kind.members.some((key) => Object.hasOwn(fields, key))))
  if (!touches) return undefined
  if (result !== undefined) return member(result, 'spec') ?? {}
  // All three types of patch replace these lists as wholes; only together do they say it all.
  const told = kind.members.every((key) => Array.isArray(fields?.[key]))
  return told ? spec : CANNOT_TELL
}

/** Every host where nothing narrows it. */
const ANY = '*'

const ingressHosts = (spec: Document): Known<readonly string[]> => {
  const rules = elements(member(spec, 'rules'))
  const tls = elements(member(spec, 'tls'))
  if (rules === CANNOT_TELL || tls === CANNOT_TELL) return CANNOT_TELL
  const covered = new Set<string>()
  for (const entry of tls ?? []) {
    const hosts = texts(member(entry, 'hosts'))
    if (hosts === CANNOT_TELL) return CANNOT_TELL
    // Without hosts it is for all that the controller serves.
    for (const host of hosts === undefined || hosts.length === 0 ? [ANY] : hosts) {
      covered.add(host.toLowerCase())
    }
  }
  const served = (rules ?? []).map((rule) => text(member(rule, 'host')))
  if (served.includes(CANNOT_TELL)) return CANNOT_TELL
  const hosts = served.map((host) => (typeof host === 'string' && host !== '' ? host : ANY))
  const wanted = hosts.length === 0 ? [ANY] : hosts
  return plain(wanted.filter((host) => !isCovered(host.toLowerCase(), covered)))
}

/** For a rule without a host any entry will do, as far as can be told. */
const isCovered = (host: string, covered: ReadonlySet<string>): boolean => {
  if (covered.has(ANY) || covered.has(host)) return true
  if (host === ANY) return covered.size > 0
  const dot = host.indexOf('.')
  return dot > 0 && covered.has(`*${host.slice(dot)}`)
}

const listenerHosts = (spec: Document): Known<readonly string[]> => {
  const listeners = elements(member(spec, 'listeners'))
  if (listeners === undefined || listeners === CANNOT_TELL) return listeners
  const found: string[] = []
  for (const listener of listeners) {
    const protocol = text(member(listener, 'protocol'))
    const tls = member(listener, 'tls')
    const host = text(member(listener, 'hostname'))
    if ([protocol, tls, host].includes(CANNOT_TELL)) return CANNOT_TELL
    const open = protocol === 'HTTP' || (SECURED.has(String(protocol)) && tls === undefined)
    if (open) found.push(typeof host === 'string' && host !== '' ? host : ANY)
  }
  return plain(found)
}

const SECURED = new Set(['HTTPS', 'TLS'])

/** A route is as plain as the listener of the Gateway it hangs on; a redirect sends it away. */
const routeHosts = (spec: Document): Known<readonly string[]> => {
  const rules = elements(member(spec, 'rules'))
  if (rules === undefined || rules === CANNOT_TELL) return CANNOT_TELL
  return rules.length > 0 && rules.every(redirectsToTls) ? undefined : CANNOT_TELL
}

const redirectsToTls = (rule: Document): boolean => {
  const filters = elements(member(rule, 'filters'))
  if (filters === undefined || filters === CANNOT_TELL) return false
  return filters.some(
    (filter) => text(member(member(filter, 'requestRedirect'), 'scheme')) === 'https',
  )
}

/** The port of a server says the protocol; what only redirects to https lets nothing plain in. */
const serverHosts = (spec: Document): Known<readonly string[]> => {
  const servers = elements(member(spec, 'servers'))
  if (servers === undefined || servers === CANNOT_TELL) return servers
  const found: string[] = []
  for (const server of servers) {
    const protocol = text(below(server, ['port', 'protocol']))
    const redirects = flag(below(server, ['tls', 'httpsRedirect']))
    const hosts = texts(member(server, 'hosts'))
    if ([protocol, redirects, hosts].includes(CANNOT_TELL)) return CANNOT_TELL
    if (!PLAIN_PROTOCOLS.has(String(protocol).toUpperCase()) || redirects === true) continue
    // A host may stand behind the namespaces that it is for: `ns/host`.
    for (const host of Array.isArray(hosts) ? hosts : [])
      found.push(String(host).replace(/^.*\//, ''))
  }
  return plain(found)
}

const PLAIN_PROTOCOLS = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'])

/** A Route without tls, or one that takes plain requests beside it. */
const openShiftHosts = (spec: Document): Known<readonly string[]> => {
  const tls = member(spec, 'tls')
  const insecure = text(member(tls, 'insecureEdgeTerminationPolicy'))
  const host = text(member(spec, 'host'))
  if (tls === CANNOT_TELL || insecure === CANNOT_TELL) return CANNOT_TELL
  if (tls !== undefined && insecure !== 'Allow') return undefined
  return [typeof host === 'string' && host !== '' ? host : ANY]
}

const plain = (hosts: readonly string[]): readonly string[] | undefined =>
  hosts.length === 0 ? undefined : [...new Set(hosts)]

const INGRESS: Kind = { kind: 'Ingress', members: ['rules', 'tls'], plainHosts: ingressHosts }

/** By group and resource. `extensions` is where Ingress was before 1.22. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['networking.k8s.io/ingresses', INGRESS],
  ['extensions/ingresses', INGRESS],
  [
    'gateway.networking.k8s.io/gateways',
    { kind: 'Gateway', members: ['listeners'], plainHosts: listenerHosts },
  ],
  [
    'gateway.networking.k8s.io/listenersets',
    { kind: 'ListenerSet', members: ['listeners'], plainHosts: listenerHosts },
  ],
  [
    'gateway.networking.x-k8s.io/xlistenersets',
    { kind: 'XListenerSet', members: ['listeners'], plainHosts: listenerHosts },
  ],
  [
    'gateway.networking.k8s.io/httproutes',
    { kind: 'HTTPRoute', members: ['rules', 'parentRefs'], plainHosts: routeHosts },
  ],
  [
    'gateway.networking.k8s.io/grpcroutes',
    { kind: 'GRPCRoute', members: ['rules', 'parentRefs'], plainHosts: routeHosts },
  ],
  [
    'networking.istio.io/gateways',
    { kind: 'Gateway', members: ['servers'], plainHosts: serverHosts },
  ],
  [
    'route.openshift.io/routes',
    { kind: 'Route', members: ['tls', 'host'], plainHosts: openShiftHosts },
  ],
])
