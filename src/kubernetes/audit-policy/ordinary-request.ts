import { KNOWN_URLS } from '../known-types/known-names.ts'
import { knownType } from '../known-types/known-types.ts'
import type { KnownType } from '../known-types/parse-type.ts'
import type { PolicyRequest, RequestedResource } from './policy.ts'
import { pathOfObject } from './request-target.ts'

type Fits = (request: PolicyRequest) => boolean
type User = PolicyRequest['user']

/**
 * A request as one meets it, in place of one that was found by what rules do not mention: of users
 * in the groups that theirs are in, verbs that a kind of object has, and namespaces only where it
 * has any. Of the requests that fit, the first; the one given when no other does.
 */
export const ordinaryForm = (found: PolicyRequest, fits: Fits): PolicyRequest => {
  const user = usersLike(found.user).find((one) => fits({ ...found, user: one }))
  const request = user === undefined ? found : { ...found, user }
  const { resource } = request
  if (resource === undefined) return pathsLike(request).find(fits) ?? request
  // Rules for objects do not look at the path, which takes longer to make than to try the rest.
  const other = objectsLike(request, resource).find(fits)
  if (other?.resource === undefined) return request
  return { ...other, path: pathOfObject(other.verb, other.resource) }
}

/** The known path that has most in common, from its beginning, with what was found. */
const pathsLike = (request: PolicyRequest): readonly PolicyRequest[] => {
  const begin = (path: string): number => {
    const end = [...path].findIndex((character, index) => character !== request.path[index])
    return end < 0 ? path.length : end
  }
  return [...KNOWN_URLS, '/healthz']
    .map((path) => ({ path, shared: begin(path) }))
    .sort((a, b) => b.shared - a.shared)
    .map(({ path }) => ({ ...request, path }))
}

const usersLike = (user: User): readonly User[] => {
  if (user === undefined) return [{ name: 'alice', groups: ['system:authenticated'] }]
  const { name, groups } = user
  const own = groups.filter((group) => group !== 'system:unauthenticated')
  const asked = own.includes('system:authenticated') ? own : [...own, 'system:authenticated']
  const account = groups.find((group) => group.startsWith('system:serviceaccounts:'))
  const usual = [
    ...(groups.includes('system:nodes') ? ['system:node:worker-1'] : []),
    ...(account !== undefined ? [`system:serviceaccount:${account.split(':')[2]}:builder`] : []),
    ...(groups.includes('system:serviceaccounts') ? ['system:serviceaccount:default:builder'] : []),
  ]
  return [...usual, name].flatMap((one) => [
    { name: one, groups: [...new Set([...groupsOf(one), ...asked])] },
    { name: one, groups: asked },
  ])
}

/** The groups that an API server, or those who make its certificates, give a user besides. */
const groupsOf = (name: string): readonly string[] => {
  const [system, kind, namespace] = name.split(':', 4)
  if (system !== 'system') return []
  if (kind === 'node') return ['system:nodes']
  if (kind !== 'serviceaccount' || namespace === undefined) return []
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}

const objectsLike = (
  request: PolicyRequest,
  object: RequestedResource,
): readonly PolicyRequest[] => {
  const { group, resource, subresource } = object
  const own = knownType(group, resource, subresource)
  const kinds = own === undefined ? USUAL : [own, ...USUAL]
  return kinds.flatMap((kind) =>
    [request.verb, ...USUAL_VERBS]
      .filter((verb, index, all) => kind.verbs.includes(verb) && all.indexOf(verb) === index)
      .flatMap((verb) => placesLike(object, kind, verb))
      .map(({ verb, ...asked }) => ({ ...request, verb, resource: asked })),
  )
}

const USUAL: readonly KnownType[] = [
  knownType('', 'pods'),
  knownType('apps', 'deployments'),
  knownType('', 'secrets'),
  knownType('', 'configmaps'),
  knownType('', 'pods', 'exec'),
  knownType('', 'nodes'),
].filter((type) => type !== undefined)

const USUAL_VERBS: readonly string[] = [
  ...['get', 'create', 'list', 'delete', 'update', 'patch', 'watch', 'deletecollection'],
]

/** The object, or one of another kind, as a verb would have it; then with all names it had. */
const placesLike = (
  object: RequestedResource,
  { group, resource, subresource, namespaced }: KnownType,
  verb: string,
): readonly (RequestedResource & { readonly verb: string })[] => {
  const kind = { verb, group, resource, subresource }
  const nameless = subresource === '' && NAMELESS.has(verb)
  const name = nameless ? '' : object.name || 'web'
  const itself = resource === 'namespaces' && group === ''
  const namespace = itself ? name : namespaced ? object.namespace || 'default' : ''
  const places = [
    { ...kind, name, namespace },
    { ...kind, name, namespace: object.namespace },
    { ...kind, name: object.name, namespace },
  ]
  return namespaced && nameless ? [...places, { ...kind, name, namespace: '' }] : places
}

const NAMELESS = new Set(['create', 'list', 'watch', 'deletecollection'])
