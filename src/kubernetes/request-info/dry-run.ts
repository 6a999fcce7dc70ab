import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import { parseTarget, queryValues } from './target.ts'

/**
 * Whether nothing was to be stored. Only where the API server heeds `dryRun=All`: elsewhere (reads,
 * connections, reviews, tokens) the parameter is a decoration, and the request real.
 */
export const isDryRun = (event: AuditEvent): boolean | CannotTell => {
  if (!HEEDING.has(event.verb) || isUnheeded(event)) return false
  if (event.dryRun !== undefined) return event.dryRun
  if (event.requestURI === undefined) {
    return (event.unknown & PART.requestURI) === 0 ? false : CANNOT_TELL
  }
  const inQuery = hasDryRun(event.requestURI)
  return event.verb.startsWith('delete') ? isDryDelete(event, inQuery) : inQuery
}

const HEEDING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])
/** Subresources that connect, and those that hand out something instead of storing it. */
const UNHEEDING = new Set(['exec', 'attach', 'portforward', 'proxy', 'token'])
const REVIEWS = new Set(['authorization.k8s.io', 'authentication.k8s.io'])

const isUnheeded = (event: AuditEvent): boolean => {
  const at = event.objectRef
  if (at?.resource === undefined) return true
  return UNHEEDING.has(at.subresource ?? '') || REVIEWS.has(at.apiGroup ?? '')
}

const hasDryRun = (uri: string): boolean => {
  if (!uri.includes('?') || !(uri.includes('All') || uri.includes('%'))) return false
  return queryValues(parseTarget(uri)?.query ?? '', 'dryRun').includes('All')
}

/**
 * A delete reads its options from the body if there is one, and then not from the query.
 * Upstream: kubernetes/apiserver pkg/endpoints/handlers/delete.go, DeleteResource.
 */
const isDryDelete = (event: AuditEvent, inQuery: boolean): boolean | CannotTell => {
  const body = event.requestObject
  if (typeof body === 'object' && body !== null) {
    const asked: unknown = (body as { dryRun?: unknown }).dryRun
    return Array.isArray(asked) && asked.includes('All')
  }
  return inQuery && (event.unknown & PART.requestObject) !== 0 ? CANNOT_TELL : inQuery
}
