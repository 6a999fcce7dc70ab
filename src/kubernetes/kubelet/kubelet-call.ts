import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { KubeletCall, KubeletFacts } from '../../model/facts.ts'
import { parseTarget, type Target } from '../request-info/target.ts'

/**
 * What a request through the API server's proxy asks of a node: nodes/NODE/proxy/PATH.
 * Upstream: kubernetes/kubernetes pkg/registry/core/node/rest/proxy.go and
 * pkg/kubelet/server/server.go.
 */
export const kubeletOf = (event: AuditEvent): KubeletFacts | undefined | CannotTell => {
  const ref = event.objectRef
  if (ref?.resource !== 'nodes' || ref.apiGroup) return undefined
  if (ref.subresource !== 'proxy' && event.verb !== 'proxy') return undefined
  if (event.requestURI === undefined) {
    return (event.unknown & PART.requestURI) === 0 ? undefined : CANNOT_TELL
  }
  const target = parseTarget(event.requestURI)
  // A path that was cut or mended hides what was asked.
  if (target === undefined) return CANNOT_TELL
  const { node, path } = behindProxy(target)
  const known = callOf(path)
  // A kubelet may listen elsewhere: what it would take for a command counts as one.
  const call = isOtherPort(node) && !COMMANDS.has(known) ? 'other-port' : known
  return { call, path: `/${path.join('/')}` }
}

/**
 * The node that a request to nodes/proxy names, and the parts of the path that reaches it:
 * /api/v1/nodes/NODE/proxy/…, and of old /api/v1/proxy/nodes/NODE/….
 */
export const behindProxy = (target: Target): { node: string; path: readonly string[] } => {
  const parts = target.path.split('/').filter((part) => part !== '')
  const node = parts[parts[2] === 'proxy' ? 4 : 3] ?? ''
  return { node, path: cleaned(parts.slice(5)) }
}

/** As the API server joins the path behind `proxy` before it sends it on. */
const cleaned = (parts: readonly string[]): readonly string[] => {
  const kept: string[] = []
  for (const part of parts) {
    if (part === '..') kept.pop()
    else if (part !== '.') kept.push(part)
  }
  return kept
}

const KUBELET_PORT = '10250'

/** NAME, NAME:PORT or SCHEME:NAME:PORT. Upstream: apimachinery util/net, SplitSchemeNamePort. */
const isOtherPort = (node: string): boolean => {
  const parts = node.split(':')
  const port = parts.length > 1 ? parts[parts.length - 1] : ''
  return port !== '' && port !== KUBELET_PORT
}

/** By the first part of the kubelet's path. */
const CALLS: ReadonlyMap<string, KubeletCall> = new Map([
  ['run', 'run'],
  ['exec', 'exec'],
  ['attach', 'attach'],
  ['portForward', 'port-forward'],
  ['cri', 'cri'],
  ['checkpoint', 'checkpoint'],
  ['containerLogs', 'logs'],
  ['logs', 'logs'],
  ['debug', 'debug'],
  ['configz', 'read'],
  ['flagz', 'read'],
  ['healthz', 'read'],
  ['metrics', 'read'],
  ['pods', 'read'],
  ['runningpods', 'read'],
  ['spec', 'read'],
  ['stats', 'read'],
  ['statusz', 'read'],
])

const COMMANDS: ReadonlySet<KubeletCall> = new Set([
  'run',
  'exec',
  'attach',
  'port-forward',
  'cri',
  'checkpoint',
])

const callOf = (path: readonly string[]): KubeletCall => CALLS.get(path[0] ?? '') ?? 'other'
