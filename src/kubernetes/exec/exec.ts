import type { AuditEvent } from '../../model/event.ts'
import type { ExecFacts } from '../../model/facts.ts'
import { parseTarget, queryFlag, queryValues, type Target } from '../request-info/target.ts'

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
  if (inPod) return ofPod(target?.query ?? queryIn(event.requestURI))
  return target && ofKubelet(target)
}

const queryIn = (uri: string): string => {
  const mark = uri.indexOf('?')
  return mark < 0 ? '' : uri.slice(mark + 1)
}

/** Upstream: kubernetes/api core/v1, PodExecOptions and PodAttachOptions. */
const ofPod = (query: string): ExecFacts =>
  facts(queryValues(query, 'command'), {
    container: queryValues(query, 'container')[0],
    stdin: queryFlag(query, 'stdin'),
    tty: queryFlag(query, 'tty'),
  })

/**
 * The kubelet's own paths behind /api/v1/nodes/NODE/proxy: `run`, `exec` or `attach`, then
 * /NAMESPACE/POD[/UID]/CONTAINER.
 * Upstream: kubernetes/kubernetes pkg/kubelet/server/server.go and kubelet/pkg/cri/streaming.
 */
const ofKubelet = (target: Target): ExecFacts | undefined => {
  const parts = target.path.split('/').filter((part) => part !== '')
  const verb = parts[5] ?? ''
  if (parts[4] !== 'proxy' || (verb !== 'run' && verb !== 'exec' && verb !== 'attach')) {
    return undefined
  }
  const rest = parts.slice(6)
  const container = rest.length >= 3 ? rest[rest.length - 1] : undefined
  const on = (name: string): boolean => queryValues(target.query, name)[0] === '1'
  const words =
    verb === 'run'
      ? (queryValues(target.query, 'cmd')[0]?.split(' ') ?? [])
      : queryValues(target.query, 'command')
  return facts(words, { container, stdin: on('input'), tty: on('tty') })
}

const facts = (
  words: readonly string[],
  session: Pick<ExecFacts, 'container' | 'stdin' | 'tty'>,
): ExecFacts => ({
  command: words.length === 0 ? undefined : words.join(' '),
  arguments: words,
  ...session,
})
