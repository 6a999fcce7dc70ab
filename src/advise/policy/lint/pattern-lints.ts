import {
  BUILT_IN,
  formerUntil,
  groupKind,
  isServed,
  knownGroups,
  knownType,
  typesNamed,
  typesOfGroup,
} from '../../../kubernetes/known-types/known-types.ts'
import { SHORT_NAMES } from '../../../kubernetes/known-types/other-types.ts'
import type { KnownType } from '../../../kubernetes/known-types/parse-type.ts'
import { suggest } from '../../../sigma/suggest.ts'
import { slipOf } from './slip.ts'

/** What is wrong with a name in an item of `resources`. */
export interface NameFault {
  readonly code: string
  /** A clause with the name as its subject. */
  readonly what: string
  /** What is meant instead, by group; undefined: not known, and the name may go. */
  readonly instead: readonly GroupedName[] | undefined
}

/** A pattern of `resources` under its group. */
export interface GroupedName {
  readonly group: string
  readonly pattern: string
}

/** The fault of a group's name; undefined: none that is known. `resources` is what it lists. */
export const groupFault = (group: string, resources: readonly string[]): NameFault | undefined => {
  const kind = groupKind(group)
  const renamed = (to: string): readonly GroupedName[] =>
    resources.map((pattern) => ({ group: to, pattern }))
  if (kind === 'former' && resources.length === 0) {
    return {
      code: 'policy-lint/former-type',
      what: `group ${group} is no more since Kubernetes 1.${(formerUntil(group, '') ?? 0) + 1}`,
      instead: undefined,
    }
  }
  if (group === '*' || kind !== 'unknown') return undefined
  const meant = groupMeant(group, resources)
  if (meant === undefined) return undefined
  const shown = meant === '' ? 'the core group, which is written ""' : meant
  return {
    code: 'policy-lint/unknown-group',
    what: `group ${group} is none that Kubernetes has; ${shown} is meant`,
    instead: renamed(meant),
  }
}

/** The fault of a pattern under a group that has none itself; undefined: none that is known. */
export const patternFault = (
  group: string,
  pattern: string,
  minor: number | undefined,
): NameFault | undefined => {
  const star = starFault(group, pattern)
  if (star !== undefined) return star
  const [resource = '', subresource = ''] = pattern.split('/')
  if (resource === '*') {
    return subresource === '' || subresource === '*'
      ? undefined
      : anySubresourceFault(group, subresource)
  }
  const resourceWrong = resourceFault(group, resource, subresource)
  if (resourceWrong !== undefined) return resourceWrong
  if (subresource !== '' && subresource !== '*') {
    const wrong = subresourceFault(group, resource, subresource)
    if (wrong !== undefined) return wrong
  }
  const type = knownType(group, resource, subresource === '*' ? '' : subresource)
  if (minor === undefined || type === undefined || isServed(type, minor)) return undefined
  return {
    code: 'policy-lint/not-in-version',
    what: `${pattern} of ${groupWords(group)} is not in Kubernetes 1.${minor} (${spanWords(type)})`,
    instead: undefined,
  }
}

const CORE_NAMES = new Set(['core', 'v1', 'api', 'core/v1', 'legacy'])

const groupMeant = (group: string, resources: readonly string[]): string | undefined => {
  const plain = group.toLowerCase()
  if (CORE_NAMES.has(plain)) return ''
  const groups = knownGroups()
  const longer = groups.filter((known) => known.startsWith(`${plain}.`))
  const having = longer.find((known) => resources.some((name) => knownType(known, headOf(name))))
  if (having !== undefined) return having
  // An unknown group of resources that are all known elsewhere under a similar name.
  const near = slipOf(
    plain,
    groups.filter((known) => known !== ''),
  )
  if (near !== undefined && (resources.length === 0 || resources.some((n) => hasName(near, n)))) {
    return near
  }
  return plain.includes('.') ? undefined : longer[0]
}

const headOf = (pattern: string): string => pattern.split('/')[0] ?? ''

const hasName = (group: string, pattern: string): boolean =>
  pattern === '*' || headOf(pattern) === '*' || knownType(group, headOf(pattern)) !== undefined

/** A star or a slash where it is taken as it is. */
const starFault = (group: string, pattern: string): NameFault | undefined => {
  const [resource = '', subresource, ...more] = pattern.split('/')
  const isWhole = (part: string): boolean => part === '*' || (part !== '' && !part.includes('*'))
  const isRight =
    subresource === undefined
      ? isWhole(resource)
      : isWhole(resource) && isWhole(subresource) && pattern !== '*/*' && more.length === 0
  if (isRight) return undefined
  const meant = meantBy(group, resource, subresource)
  return {
    code: pattern.includes('*') ? 'policy-lint/literal-star' : 'policy-lint/unknown-subresource',
    what: `${pattern === '' ? 'the empty text' : pattern} matches no resource`,
    instead: meant.length === 0 ? undefined : meant.map((name) => ({ group, pattern: name })),
  }
}

/** The patterns that one with a wrong star or slash was probably to be. */
const meantBy = (group: string, resource: string, subresource = ''): readonly string[] => {
  const types = group === '*' ? BUILT_IN : typesOfGroup(group)
  if (resource === '*' && subresource === '*') return ['*']
  if (/^\*+$/.test(resource) && subresource === '') return ['*']
  if (resource === '') return subresource === '' ? [] : [`*/${subresource}`]
  if (resource.includes('*')) {
    const like = globOf(resource)
    return [...new Set(types.map((type) => type.resource).filter((name) => like.test(name)))]
  }
  if (!subresource.includes('*'))
    return [subresource === '' ? resource : `${resource}/${subresource}`]
  const like = globOf(subresource)
  return types
    .filter((type) => type.resource === resource && type.subresource !== '')
    .filter((type) => like.test(type.subresource))
    .map((type) => `${resource}/${type.subresource}`)
}

const globOf = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[^a-z0-9*]/gi, '\\$&').replace(/\*+/g, '.*')}$`)

const resourceFault = (
  group: string,
  resource: string,
  subresource: string,
): NameFault | undefined => {
  const kind = groupKind(group)
  const tail = subresource === '' ? '' : `/${subresource}`
  const sayAs = (name: string, to: string): NameFault['instead'] => [
    { group: to, pattern: name + tail },
  ]
  if (group === '*') {
    if (typesNamed(resource).length > 0) return undefined
    const near = resourceMeant(resource, BUILT_IN)
    return near === undefined ? undefined : unknownResource(group, resource, near, sayAs(near, '*'))
  }
  if (knownType(group, resource) !== undefined || kind === 'open') return undefined
  if (IMPERSONATION.get(group)?.includes(resource)) {
    return {
      code: 'policy-lint/unknown-resource',
      what: `${resource} of ${groupWords(group)} is a right of those who impersonate, and no request: whom they impersonate is in each of their events`,
      instead: undefined,
    }
  }
  const until = formerUntil(group, resource)
  if (until !== undefined) {
    const [now] = typesNamed(resource).filter((type) => groupKind(type.group) === 'built-in')
    const what = `${resource} of ${groupWords(group)} is no more since Kubernetes 1.${until + 1}`
    return {
      code: 'policy-lint/former-type',
      what: now === undefined ? what : `${what}; it is of ${groupWords(now.group)}`,
      instead: now && sayAs(resource, now.group),
    }
  }
  const near =
    kind === 'unknown'
      ? undefined
      : resourceMeant(resource, typesOfGroup(group), kind === 'built-in')
  const elsewhere = typesNamed(resource)
  if (kind === 'other' || kind === 'unknown') {
    const [own] = elsewhere.filter((type) => groupKind(type.group) === 'built-in')
    if (own !== undefined && near === undefined && kind === 'other') {
      return wrongGroup(group, resource, own.group, sayAs(resource, own.group))
    }
    return near === undefined
      ? undefined
      : unknownResource(group, resource, near, sayAs(near, group))
  }
  const [home] = elsewhere
  if (home !== undefined)
    return wrongGroup(group, resource, home.group, sayAs(resource, home.group))
  if (near !== undefined) return unknownResource(group, resource, near, sayAs(near, group))
  const [other] = BUILT_IN.filter((type) => type.resource === resourceMeant(resource, BUILT_IN))
  return unknownResource(
    group,
    resource,
    other?.resource,
    other && sayAs(other.resource, other.group),
  )
}

/** Upstream: kubernetes/apiserver pkg/endpoints/filters/impersonation. */
const IMPERSONATION: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['users', 'groups']],
  ['authentication.k8s.io', ['users', 'groups', 'uids', 'userextras']],
])

const unknownResource = (
  group: string,
  resource: string,
  meant: string | undefined,
  instead: NameFault['instead'],
): NameFault => {
  const home = instead?.[0]?.group ?? group
  const where = home === group ? '' : ` of ${groupWords(home)}`
  return {
    code: 'policy-lint/unknown-resource',
    what: `${resource} is no resource of ${groupWords(group)}${meant === undefined ? '' : `; ${meant}${where} is meant`}`,
    instead,
  }
}

const wrongGroup = (
  group: string,
  resource: string,
  home: string,
  instead: NameFault['instead'],
): NameFault => ({
  code: 'policy-lint/wrong-group',
  what: `${resource} is no resource of ${groupWords(group)}, but of ${groupWords(home)}`,
  instead,
})

/** The plural that a name stands for among some types. */
const resourceMeant = (
  name: string,
  types: readonly KnownType[],
  isClosed = false,
): string | undefined => {
  const names = new Set(types.map(({ resource }) => resource))
  const plain = name.toLowerCase()
  const forms = [
    ...[plain, `${plain}s`, `${plain}es`, plain.replace(/y$/, 'ies')],
    ...(Object.hasOwn(SHORT_NAMES, plain) ? [SHORT_NAMES[plain] ?? ''] : []),
  ]
  const form = forms.find((one) => names.has(one))
  // Where every name is known, a name that is not is wrong anyhow.
  return form ?? (isClosed ? suggest : slipOf)(plain, [...names])
}

const subresourceFault = (
  group: string,
  resource: string,
  subresource: string,
): NameFault | undefined => {
  const kind = groupKind(group)
  if (kind !== 'built-in' && group !== '*') return undefined
  const homes = group === '*' ? typesNamed(resource).map((type) => type.group) : [group]
  if (homes.some((home) => knownType(home, resource, subresource) !== undefined)) return undefined
  if (homes.some((home) => groupKind(home) !== 'built-in')) return undefined
  const known = homes.flatMap((home) =>
    typesOfGroup(home).filter((type) => type.resource === resource && type.subresource !== ''),
  )
  return unknownSubresource(group, `${resource}/`, subresource, known)
}

const anySubresourceFault = (group: string, subresource: string): NameFault | undefined => {
  const kind = groupKind(group)
  const types = group === '*' ? BUILT_IN : typesOfGroup(group)
  const known = types.filter((type) => type.subresource !== '')
  if (known.some((type) => type.subresource === subresource)) return undefined
  const fault = unknownSubresource(group, '*/', subresource, known)
  return kind === 'built-in' || fault.instead !== undefined ? fault : undefined
}

const unknownSubresource = (
  group: string,
  before: string,
  subresource: string,
  known: readonly KnownType[],
): NameFault => {
  const names = [...new Set(known.map((type) => type.subresource))]
  const near = suggest(subresource, names)
  const meant = near === undefined ? '' : `; ${before}${near} is meant`
  const kubelet = before === 'nodes/' && KUBELET_RIGHTS.has(subresource)
  return {
    code: 'policy-lint/unknown-subresource',
    what: kubelet
      ? `${before}${subresource} is a right that kubelets ask for, and no request of the API server`
      : `${before}${subresource} is no subresource of ${groupWords(group)}${meant}`,
    instead: near === undefined ? undefined : [{ group, pattern: before + near }],
  }
}

/** Upstream: kubernetes/kubernetes pkg/kubelet/server/auth.go. */
const KUBELET_RIGHTS = new Set([
  'checkpoint',
  'configz',
  'healthz',
  'log',
  'metrics',
  'pods',
  'stats',
])

/** A group in words. */
export const groupWords = (group: string): string => {
  if (group === '*') return 'any group'
  return group === '' ? 'the core group' : `group ${group}`
}

const spanWords = ({ since, until }: KnownType): string => {
  if (since !== undefined && until !== undefined) return `only in 1.${since} to 1.${until}`
  return since === undefined ? `until 1.${until}` : `since 1.${since}`
}
