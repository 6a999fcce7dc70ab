import { groupKind, knownType } from '../known-types/known-types.ts'
import type { PolicyRequest, RequestedResource } from './policy.ts'

/**
 * Which requests count. `any`: whatever an API server may come to ask a policy about, given all
 * that a client can write into a URL. `existing`: those of them that are not odd: the names are
 * such as Kubernetes' own rules allow, and none has a star in it, as only those have who want to be
 * mistaken for a pattern.
 */
export type Breadth = 'existing' | 'any'

/** The verbs of a request for an object. Any other method than theirs has the empty one. */
export const OBJECT_VERBS: readonly string[] = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['proxy', ''],
]

/** The groups of which every user that an API server lets in has one: it sees to that itself. */
export const EVERYBODY: readonly string[] = ['system:authenticated', 'system:unauthenticated']

/** The user of a request without credentials. */
export const ANONYMOUS = 'system:anonymous'

/** Whether an API server may ask a policy about a request: see SPEC.md, "Possible requests". */
export const isPossible = (request: PolicyRequest, breadth: Breadth): boolean => {
  const { user, verb, resource, path } = request
  if (user !== undefined && !isPossibleUser(user, breadth)) return false
  return resource === undefined
    ? isPossiblePath(path, breadth) && isPossibleMethod(verb, breadth)
    : OBJECT_VERBS.includes(verb) && isPossibleObject(verb, resource, breadth)
}

/** Whether an authenticator may say this of a user. */
export const isPossibleUser = (
  { name, groups }: NonNullable<PolicyRequest['user']>,
  breadth: Breadth,
): boolean => {
  if (breadth === 'any') return true
  if (![name, ...groups].every(isCalled)) return false
  return name === ANONYMOUS
    ? groups.length > 0 && groups.every((group) => group === 'system:unauthenticated')
    : EVERYBODY.some((group) => groups.includes(group))
}

/** Whether a text can be the name of a user or of a group of users. */
export const isCalled = (name: string): boolean => name !== '' && !name.includes('*')

/** Whether a text can be the verb of a request that is not for an object: a method in small. */
export const isPossibleMethod = (verb: string, breadth: Breadth): boolean =>
  breadth === 'existing' ? /^[a-z][a-z0-9-]*$/.test(verb) : /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(verb)

/**
 * Whether a path is not that of an object.
 * Upstream: kubernetes/apiserver pkg/endpoints/request/requestinfo.go, NewRequestInfo.
 */
export const isPossiblePath = (path: string, breadth: Breadth): boolean => {
  if (breadth === 'existing' && !/^\/[^*?]*$/.test(path)) return false
  if (path !== '' && path !== '*' && !path.startsWith('/')) return false
  const parts = partsOf(path)
  if (parts[0] === 'api') return parts.length < 3
  return parts[0] !== 'apis' || parts.length < 4
}

/** Whether a URL and a method can ask this of this object. */
export const isPossibleObject = (
  verb: string,
  object: RequestedResource,
  breadth: Breadth,
): boolean => {
  const { resource, subresource, namespace, name } = object
  if ([resource, subresource, namespace, name].some((text) => text.includes('/'))) return false
  if (object.group.includes('/')) return false
  if ((verb === 'get' || verb === 'delete') && name === '') return false
  if (verb === 'deletecollection' && name !== '') return false
  if (verb === 'proxy' && subresource !== '') return false
  if (verb === 'list' && !isPathSegment(name)) return false
  // Below a namespace these two are subresources of the namespace itself.
  if (namespace !== '' && (resource === 'status' || resource === 'finalize')) return false
  return breadth === 'any' || canExist(verb, object)
}

/** Whether a cluster can have such a kind of object under such a name. */
const canExist = (
  verb: string,
  { group, resource, subresource, namespace, name }: RequestedResource,
): boolean => {
  if (!isApiGroup(group) || !isLabel(resource)) return false
  if (subresource !== '' && !isLabel(subresource)) return false
  if (!isPathSegment(name) || name.includes('*') || namespace.includes('*')) return false
  const isOfMany = verb === 'list' || verb === 'watch'
  if (resource === 'namespaces') return namespace === (isOfMany ? '' : name)
  return namespace !== '' || isOfMany || !isAlwaysNamespaced(group, resource)
}

/**
 * Whether Kubernetes itself has this kind of object, in namespaces. Across all of them an API
 * server lists and watches, and knows no other path.
 * Upstream: kubernetes/apiserver pkg/endpoints/installer.go, registerResourceHandlers.
 */
export const isAlwaysNamespaced = (group: string, resource: string): boolean =>
  groupKind(group) === 'built-in' && knownType(group, resource)?.namespaced === true

/** Groups of your own have a dot: upstream's validation of custom resources asks for it. */
const isApiGroup = (group: string): boolean =>
  DOTLESS_GROUPS.has(group) || /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(group)

const DOTLESS_GROUPS = new Set(['', 'apps', 'autoscaling', 'batch', 'extensions', 'policy'])

const isLabel = (text: string): boolean => /^[a-z0-9][a-z0-9.-]*$/.test(text)

const isPathSegment = (name: string): boolean =>
  name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%')

const partsOf = (path: string): readonly string[] => {
  const trimmed = path.replace(/^\/+/, '')
  const end = trimmed.search(/[^/]\/*$/) + 1
  return end === 0 ? [] : trimmed.slice(0, end).split('/', 4)
}
