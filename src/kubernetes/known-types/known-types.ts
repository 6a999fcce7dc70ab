import { BUILT_IN_TYPES } from './built-in-types.ts'
import { FORMER_GROUPS, FORMER_TYPES, OPEN_GROUPS, OTHER_TYPES } from './other-types.ts'
import { type KnownType, parseType } from './parse-type.ts'

/** The minor releases of 1.x whose types are known. */
export const KNOWN_MINORS = { first: 25, last: 37 } as const

/** Kubernetes' own types, subresources too. */
export const BUILT_IN: readonly KnownType[] = typesOf(BUILT_IN_TYPES)

/** Kubernetes' own types and those of common additions. */
export const KNOWN_TYPES: readonly KnownType[] = [...BUILT_IN, ...typesOf(OTHER_TYPES)]

/** What can be said of a group's name. */
export type GroupKind = 'built-in' | 'other' | 'open' | 'former' | 'unknown'

/**
 * Whose a group is. Of a `built-in` group every type is known; of an `other` one, those that are
 * known here; of an `open` one none can be; a `former` one is no more.
 */
export const groupKind = (group: string): GroupKind => {
  if (BUILT_IN_GROUPS.has(group)) return 'built-in'
  if (Object.hasOwn(OTHER_TYPES, group)) return 'other'
  if (OPEN_GROUPS.has(group)) return 'open'
  return Object.hasOwn(FORMER_GROUPS, group) ? 'former' : 'unknown'
}

/** The names of all groups that are known, former ones left out. */
export const knownGroups = (): readonly string[] => [
  ...new Set([...KNOWN_TYPES.map(({ group }) => group), ...OPEN_GROUPS]),
]

/** The type of a name; undefined when it is not known. */
export const knownType = (
  group: string,
  resource: string,
  subresource = '',
): KnownType | undefined => BY_NAME.get(nameOf(group, resource, subresource))

/** The types of a group, subresources too. */
export const typesOfGroup = (group: string): readonly KnownType[] => BY_GROUP.get(group) ?? []

/** The types of this name in any group, Kubernetes' own first. */
export const typesNamed = (resource: string, subresource = ''): readonly KnownType[] =>
  KNOWN_TYPES.filter((type) => type.resource === resource && type.subresource === subresource)

/** The last minor release that had a group or a type before those that are known; or undefined. */
export const formerUntil = (group: string, resource: string): number | undefined =>
  FORMER_GROUPS[group] ?? FORMER_TYPES[group]?.[resource]

/** Whether a release, such as 33 for 1.33, serves a type. */
export const isServed = ({ since, until }: KnownType, minor: number): boolean =>
  minor >= (since ?? 0) && minor <= (until ?? Number.POSITIVE_INFINITY)

function typesOf(table: Readonly<Record<string, readonly string[]>>): readonly KnownType[] {
  return Object.entries(table).flatMap(([group, rows]) => rows.map((row) => parseType(group, row)))
}

const nameOf = (group: string, resource: string, subresource: string): string =>
  `${group} ${resource}/${subresource}`

const BUILT_IN_GROUPS: ReadonlySet<string> = new Set(BUILT_IN.map(({ group }) => group))

const BY_NAME: ReadonlyMap<string, KnownType> = new Map(
  KNOWN_TYPES.map((type) => [nameOf(type.group, type.resource, type.subresource), type]),
)

const BY_GROUP: ReadonlyMap<string, readonly KnownType[]> = Map.groupBy(
  KNOWN_TYPES,
  ({ group }) => group,
)
