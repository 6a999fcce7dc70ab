import {
  type GroupResources,
  type PolicyRule,
  policyRule,
} from '../../kubernetes/audit-policy/policy.ts'
import { RESOURCE_VERBS } from '../../kubernetes/known-types/parse-type.ts'
import type { Level } from '../../model/event.ts'
import { LEVELS } from './needs.ts'
import { nameOfType } from './request-kinds.ts'
import { higher, type RequestKind } from './request-levels.ts'
import { PATH_VERBS, RESOURCE_TYPES } from './resource-types.ts'
import { revealedAt, type WantedLevel } from './wanted-levels.ts'

/** Rules of a policy that log each kind of request at the level that is wanted of it. */
export const blocksFor = (wanted: readonly WantedLevel[]): readonly PolicyRule[] => {
  const types = typesOf(wanted)
  const anyType = types.find(({ resource }) => resource === '*')?.levels ?? new Map()
  const paths = types.find(({ resource }) => resource === '/')?.levels ?? new Map()
  const own = types
    .filter(({ resource }) => resource !== '*' && resource !== '/')
    .map((type) => ({ ...type, levels: beyond(type, anyType) }))
  return [
    ...HIGHEST_FIRST.flatMap((level) => specificBlocks(own, level)),
    ...HIGHEST_FIRST.flatMap((level) => generalBlocks(anyType, paths, level)),
  ]
}

/** A type, and the level of each verb. */
interface TypeLevels {
  readonly group: string
  readonly resource: string
  readonly levels: ReadonlyMap<string, Level>
}

const HIGHEST_FIRST: readonly Level[] = LEVELS.toReversed()

const typesOf = (wanted: readonly WantedLevel[]): readonly TypeLevels[] => {
  const byType = Map.groupBy(wanted, ({ kind }) => `${kind.group} ${kind.resource}`)
  return [...byType.values()].flatMap((rows) => {
    const [first] = rows
    if (first === undefined) return []
    const { group, resource } = first.kind
    return [{ group, resource, levels: new Map(rows.map((row) => [row.kind.verb, row.level])) }]
  })
}

/** Only what is to be logged at another level than any other type is: higher, or guarded. */
const beyond = (
  { group, resource, levels }: TypeLevels,
  any: ReadonlyMap<string, Level>,
): ReadonlyMap<string, Level> => {
  const wanted = [...levels].map(([verb, level]): [string, Level] => {
    const ofAny = any.get(verb) ?? 'Metadata'
    const isGuarded = revealedAt({ verb, group, resource }) !== undefined
    return [verb, isGuarded ? level : higher(level, ofAny)]
  })
  return new Map(wanted.filter(([verb, level]) => any.get(verb) !== level))
}

/** Types of which the same verbs are wanted share a rule. */
const specificBlocks = (types: readonly TypeLevels[], level: Level): readonly PolicyRule[] => {
  const rows = types.flatMap(({ group, resource, levels }) => {
    const verbs = [...levels].filter(([, one]) => one === level).map(([verb]) => verb)
    return verbs.length === 0 ? [] : [{ group, resource, verbs: verbsFor(group, resource, verbs) }]
  })
  return [...Map.groupBy(rows, ({ verbs }) => verbs.join()).values()].flatMap((same) =>
    same[0] === undefined
      ? []
      : [policyRule(level, { verbs: same[0].verbs, resources: itemsOf(same) })],
  )
}

/** All verbs of a type are any. */
const verbsFor = (group: string, resource: string, verbs: readonly string[]): readonly string[] => {
  const type = RESOURCE_TYPES.find((one) => one.group === group && nameOfType(one) === resource)
  const isAll = type?.verbs.every((verb) => verbs.includes(verb))
  return isAll === true ? [] : inOrder(verbs)
}

/** Verbs as they are usually listed. */
export const inOrder = (verbs: readonly string[]): readonly string[] => {
  const known = [...RESOURCE_VERBS, 'proxy', ...PATH_VERBS]
  return verbs.toSorted((a, b) => known.indexOf(a) - known.indexOf(b))
}

/** The resources of each group together, the core group first. */
export const itemsOf = (
  types: readonly Pick<RequestKind, 'group' | 'resource'>[],
): readonly GroupResources[] =>
  [...Map.groupBy(types, ({ group }) => group)]
    .map(([group, own]) => ({
      group,
      resources: own.map(({ resource }) => resource).sort(),
      resourceNames: [],
    }))
    .sort((a, b) => (a.group < b.group ? -1 : 1))

/** What is wanted of any object, of any path, or of both. */
const generalBlocks = (
  objects: ReadonlyMap<string, Level>,
  paths: ReadonlyMap<string, Level>,
  level: Level,
): readonly PolicyRule[] => {
  const ofObjects = [...objects].filter(([, one]) => one === level).map(([verb]) => verb)
  const ofPaths = [...paths].filter(([, one]) => one === level).map(([verb]) => verb)
  const allObjects = RESOURCE_VERBS.every((verb) => ofObjects.includes(verb))
  const allPaths = PATH_VERBS.every((verb) => ofPaths.includes(verb))
  if (allObjects && allPaths) return [policyRule(level)]
  return [
    ...(ofObjects.length === 0
      ? []
      : [
          policyRule(level, {
            verbs: allObjects ? [] : inOrder(ofObjects),
            resources: [{ group: '*', resources: [], resourceNames: [] }],
          }),
        ]),
    ...(ofPaths.length === 0
      ? []
      : [
          policyRule(level, {
            verbs: allPaths ? [] : inOrder(ofPaths),
            nonResourceURLs: ['*'],
          }),
        ]),
  ]
}
