import type { AuditEvent } from '../../model/event.ts'
import type { RequestFacts } from '../../model/facts.ts'
import { isDryRun } from './dry-run.ts'
import { isLongRunning } from './request-info.ts'
import { parseTarget } from './target.ts'

/** What the event says of its request: the object from objectRef, the rest from requestURI. */
export const requestFactsOf = (event: AuditEvent): RequestFacts => {
  const ref = event.objectRef
  const kind = ref?.resource === '' ? undefined : ref?.resource
  const path = pathOf(event.requestURI)
  return {
    resource:
      kind === undefined ? undefined : ref?.subresource ? `${kind}/${ref.subresource}` : kind,
    apiGroup: kind === undefined ? undefined : (ref?.apiGroup ?? ''),
    path,
    scope: kind === undefined ? 'none' : scopeOf(event),
    write: WRITES.has(event.verb),
    dryRun: isDryRun(event),
    longRunning: isLongRunning(event.verb, ref?.subresource ?? '', path ?? ''),
  }
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])
const ABOUT_ONE = new Set(['create', 'get', 'update', 'patch', 'delete'])

const pathOf = (uri: string | undefined): string | undefined => {
  if (uri === undefined) return undefined
  if (uri.startsWith('/') && !uri.includes('%')) {
    const mark = uri.indexOf('?')
    return mark < 0 ? uri : uri.slice(0, mark)
  }
  return parseTarget(uri)?.path
}

/** A create is about one object, although its name is known only once the body was read. */
const scopeOf = (event: AuditEvent): RequestFacts['scope'] => {
  if (event.objectRef?.name || ABOUT_ONE.has(event.verb)) return 'object'
  return event.objectRef?.namespace ? 'namespace' : 'cluster'
}
