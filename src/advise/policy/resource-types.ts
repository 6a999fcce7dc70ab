import { URL_VERBS } from '../../kubernetes/known-types/known-names.ts'
import { BUILT_IN, KNOWN_TYPES } from '../../kubernetes/known-types/known-types.ts'
import { type KnownType, RESOURCE_VERBS } from '../../kubernetes/known-types/parse-type.ts'

/** A resource or subresource that requests may be about. */
export type ResourceType = Pick<
  KnownType,
  'group' | 'resource' | 'subresource' | 'namespaced' | 'verbs'
>

/** Resources that the API server can also be asked to proxy to, by the legacy path. */
const PROXIED: ReadonlySet<string> = new Set(['nodes', 'pods', 'services'])

const nameOf = ({ resource, subresource }: ResourceType): string => `${resource}/${subresource}`

const BUILT_IN_NAMES: ReadonlySet<string> = new Set(BUILT_IN.map(nameOf))

const isServedToday = ({ until }: KnownType): boolean => until === undefined

const toResourceType = (type: KnownType): ResourceType => {
  const { group, resource, subresource, namespaced, verbs } = type
  const isProxied = group === '' && subresource === '' && PROXIED.has(resource)
  return {
    ...{ group, resource, subresource, namespaced },
    verbs: isProxied ? [...verbs, 'proxy'] : verbs,
  }
}

/**
 * The types that rules may mean: Kubernetes' own that are served today, and those of common
 * additions whose name Kubernetes itself does not use. Who writes `services` means no other.
 */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  ...BUILT_IN.filter(isServedToday).map(toResourceType),
  ...KNOWN_TYPES.slice(BUILT_IN.length).filter((type) => !BUILT_IN_NAMES.has(nameOf(type))),
]

/** A type that nobody knows: of a custom resource. */
export const OTHER_TYPE: ResourceType = {
  group: 'example.com',
  resource: 'widgets',
  subresource: '',
  namespaced: true,
  verbs: RESOURCE_VERBS,
}

/** The verbs of requests that are not about objects, the usual first. */
export const PATH_VERBS: readonly string[] = URL_VERBS
