import type { AuditEvent } from '../../model/event.ts'
import type { ExecFacts } from '../../model/facts.ts'
import { toolIn } from '../clients/client.ts'
import { behindProxy } from '../kubelet/kubelet-call.ts'
import { parseTarget, queryFlag, queryValues, type Target } from '../request-info/target.ts'
import { hostsIn, remoteHosts } from './hosts.ts'
import { plainCommand } from './plain-command.ts'

/** What an exec or attach runs, from its URI; undefined for any other request. */
export const execOf = (event: AuditEvent): ExecFacts | undefined => {
  const ref = event.objectRef
  if (ref === undefined || ref.apiGroup || event.requestURI === undefined) return undefined
  const inPod =
    ref.resource === 'pods' && (ref.subresource === 'exec' || ref.subresource === 'attach')
  const inNode = ref.resource === 'nodes' && ref.subresource === 'proxy'
  if (!inPod && !inNode) return undefined
  const target = parseTarget(event.requestURI)
  // What was recorded as an exec is one, even if a path that was cut or mended decodes no more.
  if (inPod) return ofPod(event, target?.query ?? queryIn(event.requestURI))
  return target && ofKubelet(event, target)
}

const queryIn = (uri: string): string => {
  const mark = uri.indexOf('?')
  return mark < 0 ? '' : uri.slice(mark + 1)
}

/** Upstream: kubernetes/api core/v1, PodExecOptions and PodAttachOptions. */
const ofPod = (event: AuditEvent, query: string): ExecFacts =>
  facts(event, queryValues(query, 'command'), {
    container: queryValues(query, 'container')[0],
    stdin: queryFlag(query, 'stdin'),
    tty: queryFlag(query, 'tty'),
  })

/**
 * The kubelet's own paths behind /api/v1/nodes/NODE/proxy: `run`, `exec` or `attach`, then
 * /NAMESPACE/POD[/UID]/CONTAINER.
 * Upstream: kubernetes/kubernetes pkg/kubelet/server/server.go and kubelet/pkg/cri/streaming.
 */
const ofKubelet = (event: AuditEvent, target: Target): ExecFacts | undefined => {
  const [verb, ...rest] = behindProxy(target).path
  if (verb !== 'run' && verb !== 'exec' && verb !== 'attach') return undefined
  const container = rest.length >= 3 ? rest[rest.length - 1] : undefined
  const on = (name: string): boolean => queryValues(target.query, name)[0] === '1'
  const words =
    verb === 'run'
      ? (queryValues(target.query, 'cmd')[0]?.split(' ') ?? [])
      : queryValues(target.query, 'command')
  return facts(event, words, { container, stdin: on('input'), tty: on('tty') })
}

const facts = (
  event: AuditEvent,
  words: readonly string[],
  session: Pick<ExecFacts, 'container' | 'stdin' | 'tty'>,
): ExecFacts => {
  const plain = words.length === 0 ? undefined : plainCommand(words)
  const hosts = plain === undefined ? [] : hostsIn(plain)
  return {
    command: words.length === 0 ? undefined : words.join(' '),
    arguments: words,
    plainCommand: plain,
    tool: plain && toolIn(plain),
    hosts,
    remoteHosts: remoteHosts(hosts),
    ...session,
    ...lifeOf(event),
  }
}

/** A session lives from ResponseStarted, if it was not refused, to the last stage. */
const lifeOf = (event: AuditEvent): Pick<ExecFacts, 'session' | 'durationSeconds'> => {
  const code = event.responseStatus?.code
  if (event.stage === 'RequestReceived' || code === undefined || code >= 400) {
    return { session: undefined, durationSeconds: undefined }
  }
  if (event.stage === 'ResponseStarted') return { session: 'live', durationSeconds: undefined }
  const ms = Date.parse(event.stageTimestamp) - Date.parse(event.requestReceivedTimestamp)
  return { session: 'ended', durationSeconds: Number.isFinite(ms) ? ms / 1000 : undefined }
}
