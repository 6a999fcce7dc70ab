import { exactName } from './field-selector.ts'
import { isInt64 } from './int64.ts'
import { labelSelectorIsValid } from './label-selector.ts'
import { parseTarget, queryFlag, queryValues, type Target } from './target.ts'

/** How the API server reads a request before anything else. Texts that are absent are empty. */
export interface RequestInfo {
  readonly path: string
  readonly verb: string
  readonly isResource: boolean
  readonly apiPrefix: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** The path's parts from the resource on. */
  readonly parts: readonly string[]
  readonly query: string
  readonly longRunning: boolean
  /** Of list, watch and deletecollection: the selectors as text, undefined when not given. */
  readonly fieldSelector: string | undefined
  readonly labelSelector: string | undefined
}

/**
 * Reads a request from its method and target (or the requestURI of an event). Undefined: the API
 * server refuses it before the audit filter, so that no event exists.
 * Upstream: kubernetes/apiserver pkg/endpoints/request/requestinfo.go, NewRequestInfo.
 */
export const readRequest = (method: string, target: string): RequestInfo | undefined => {
  const split = targetOf(method, target)
  if (split === undefined) return undefined
  const place = locate(split.path)
  if (place === undefined) return finish(split, NOWHERE, method.toLowerCase())
  if (!place.isResource) return finish(split, { ...place, ...NOTHING }, method.toLowerCase())
  const special = SPECIAL_VERBS.has(place.rest[0] ?? '') ? place.rest[0] : undefined
  if (special !== undefined && place.rest.length < 2) return undefined
  const rest = special === undefined ? place.rest : place.rest.slice(1)
  const verb = special ?? VERB_OF_METHOD.get(method) ?? ''
  const info = finish(split, objectAt(place, rest, verb), verb)
  // A verb in the path leaves the selectors unread: see the case `watch-prefix-ignores-selectors`.
  return special === undefined
    ? info
    : { ...info, fieldSelector: undefined, labelSelector: undefined }
}

/**
 * Whether a request has an extra ResponseStarted stage. Upstream: genericfilters.BasicLongRunning.
 */
export const isLongRunning = (verb: string, subresource: string, path: string): boolean =>
  verb === 'watch' ||
  verb === 'proxy' ||
  LONG_SUBRESOURCES.has(subresource) ||
  path.startsWith('/debug/pprof/')

const SPECIAL_VERBS = new Set(['proxy', 'watch'])
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])
const LONG_SUBRESOURCES = new Set(['attach', 'exec', 'proxy', 'log', 'portforward'])
const WITH_SELECTORS = new Set(['list', 'watch', 'deletecollection'])
const VERB_OF_METHOD: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])

interface Place {
  readonly isResource: boolean
  readonly apiPrefix: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly rest: readonly string[]
}

interface Located extends Omit<Place, 'rest'> {
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  readonly parts: readonly string[]
}

const NOTHING = { namespace: '', resource: '', subresource: '', name: '', parts: [] }
const NOWHERE: Located = {
  isResource: false,
  apiPrefix: '',
  apiGroup: '',
  apiVersion: '',
  ...NOTHING,
}

/** The target of a CONNECT is an authority, and has no path. */
const targetOf = (method: string, target: string): Target | undefined =>
  method === 'CONNECT' && target !== '' && !target.startsWith('/')
    ? { path: '', query: '' }
    : parseTarget(target)

/**
 * Undefined for a path that is not below an API; too short a path below one has its prefix only.
 */
const locate = (path: string): Place | undefined => {
  const parts = splitPath(path)
  const [apiPrefix = ''] = parts
  if (parts.length < 3 || (apiPrefix !== 'api' && apiPrefix !== 'apis')) return undefined
  if (apiPrefix === 'api') {
    return place(apiPrefix, '', parts[1] ?? '', parts.slice(2))
  }
  if (parts.length < 4) return { ...place(apiPrefix, '', '', []), isResource: false }
  return place(apiPrefix, parts[1] ?? '', parts[2] ?? '', parts.slice(3))
}

const place = (
  apiPrefix: string,
  apiGroup: string,
  apiVersion: string,
  rest: readonly string[],
): Place => ({ isResource: true, apiPrefix, apiGroup, apiVersion, rest })

const splitPath = (path: string): readonly string[] => {
  let start = 0
  let end = path.length
  while (start < end && path.charAt(start) === '/') start++
  while (end > start && path.charAt(end - 1) === '/') end--
  return start === end ? [] : path.slice(start, end).split('/')
}

const objectAt = (place: Place, rest: readonly string[], verb: string): Located => {
  const { rest: _, ...where } = place
  const inNamespace = rest[0] === 'namespaces' && rest.length > 1
  const beyond = inNamespace && rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? '')
  const parts = beyond ? rest.slice(2) : rest
  return {
    ...where,
    namespace: inNamespace ? (rest[1] ?? '') : '',
    resource: parts[0] ?? '',
    name: parts[1] ?? '',
    subresource: verb === 'proxy' ? '' : (parts[2] ?? ''),
    parts,
  }
}

const finish = (target: Target, at: Located, verbRead: string): RequestInfo => {
  const { path, query } = target
  const listed = at.isResource && at.name === '' && verbRead === 'get' ? readList(query) : undefined
  const verb = listed?.verb ?? (bare(at, verbRead) ? 'deletecollection' : verbRead)
  const selects = at.isResource && WITH_SELECTORS.has(verb)
  return {
    ...at,
    path,
    query,
    verb,
    name: listed?.name ?? at.name,
    longRunning: isLongRunning(verb, at.subresource, path),
    fieldSelector: selects ? queryValues(query, 'fieldSelector')[0] : undefined,
    labelSelector: selects ? queryValues(query, 'labelSelector')[0] : undefined,
  }
}

const bare = (at: Located, verb: string): boolean =>
  at.isResource && at.name === '' && verb === 'delete'

/** A get without a name: list or watch, and the name that a field selector asks for. */
const readList = (query: string): { verb: string; name: string } => {
  const verb = queryFlag(query, 'watch') ? 'watch' : 'list'
  const selector = queryValues(query, 'fieldSelector')[0]
  if (selector === undefined || !optionsAreReadable(query)) return { verb, name: '' }
  const name = exactName(selector)
  return { verb, name: name !== undefined && isPathSegment(name) ? name : '' }
}

/** Whether all list options decode: if one does not, the field selector is not looked at. */
const optionsAreReadable = (query: string): boolean =>
  isWhole(queryValues(query, 'limit')[0]) &&
  isWhole(queryValues(query, 'timeoutSeconds')[0]) &&
  labelSelectorIsValid(queryValues(query, 'labelSelector')[0] ?? '')

const isWhole = (text: string | undefined): boolean => text === undefined || isInt64(text)

const isPathSegment = (name: string): boolean =>
  name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%')
