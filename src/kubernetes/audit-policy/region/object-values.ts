import { typesOfGroup } from '../../known-types/known-types.ts'
import type { RequestedResource } from '../policy.ts'
import { isAlwaysNamespaced } from '../possible-request.ts'
import type { Effort } from './effort.ts'
import { fresh } from './fresh.ts'
import { boxesIn, type ObjectBox } from './object-box.ts'
import type { Mentioned, ReadyRule } from './ready-rule.ts'

/**
 * Objects enough to decide whether one exists that all of `match` cover and none of `avoid` does:
 * for any object that does there is one among these which, where it differs, has a text that no
 * rule mentions, and so is covered by no more rules. Undefined when the effort ended.
 */
export const objectValues = (
  match: readonly ReadyRule[],
  avoid: readonly ReadyRule[],
  effort: Effort,
): readonly RequestedResource[] | undefined => {
  const boxes = boxesIn(match, effort)
  if (boxes === undefined) return undefined
  const others = othersFor([...match, ...avoid])
  const found = new Map<string, RequestedResource>()
  for (const box of boxes) {
    const objects = objectsIn(box, others, effort)
    if (objects === undefined) return undefined
    for (const object of objects) found.set(JSON.stringify(object), object)
  }
  return [...found.values()]
}

/** Texts that no rule mentions. */
interface Others {
  readonly group: string
  /** One of those asked for most, and one that may be without a namespace. */
  resourcesIn(group: string): readonly string[]
  readonly subresource: string
  /** As a name, and as a namespace. */
  readonly name: string
  readonly namespace: string
}

const othersFor = (rules: readonly ReadyRule[]): Others => {
  const isMentioned =
    (part: keyof Mentioned) =>
    (text: string): boolean =>
      rules.some(({ mentioned }) => mentioned[part].has(text))
  const isName = isMentioned('names')
  const isPlace = (text: string): boolean =>
    isName(text) || rules.some(({ namespaces }) => namespaces.has(text))
  return {
    group: fresh(['example.com'], isMentioned('groups')),
    resourcesIn: (group) => {
      const all = resourcesOf(group)
      const free = all.filter((one) => !isAlwaysNamespaced(group, one))
      return [all, free].map((some) => fresh(some, isMentioned('resources')))
    },
    subresource: fresh(['status', 'scale', 'other'], isMentioned('subresources')),
    name: fresh(['web', 'app', 'x'], isPlace),
    namespace: fresh(['default', 'shop', 'x'], isPlace),
  }
}

/** Resources of a group, those first that are asked for most. */
const resourcesOf = (group: string): readonly string[] => {
  const first = FIRST.get(group) ?? []
  const known = typesOfGroup(group).filter(({ subresource }) => subresource === '')
  const named = [...first, ...known.map(({ resource }) => resource)]
  // A Namespace stands in itself, and so in less than another does.
  const others = named.filter((resource) => resource !== 'namespaces')
  return others.length > 0 ? others : ['widgets']
}

const CORE = ['pods', 'configmaps', 'services', 'serviceaccounts', 'persistentvolumeclaims']

const FIRST: ReadonlyMap<string, readonly string[]> = new Map([
  ['', [...CORE, 'secrets', 'nodes']],
  ['apps', ['deployments']],
  ['batch', ['jobs']],
])

/** Undefined when there are more than the effort allows. */
const objectsIn = (
  box: ObjectBox,
  others: Others,
  effort: Effort,
): readonly RequestedResource[] | undefined => {
  const group = box.group ?? others.group
  const resources = box.resource === undefined ? others.resourcesIn(group) : [box.resource]
  const found: RequestedResource[] = []
  for (const resource of new Set(resources)) {
    const objects = objectsOf(box, others, { group, resource }, effort)
    if (objects === undefined) return undefined
    found.push(...objects)
  }
  return found
}

const objectsOf = (
  box: ObjectBox,
  others: Others,
  { group, resource }: Pick<RequestedResource, 'group' | 'resource'>,
  effort: Effort,
): readonly RequestedResource[] | undefined => {
  const subresources = box.subresource !== undefined ? [box.subresource] : ['', others.subresource]
  const names = new Set(box.names ?? [others.name, ''])
  const places = new Set(box.namespaces ?? [others.namespace, ''])
  if (resource === 'namespaces') {
    // The namespace of a Namespace is its name.
    if (box.names === undefined) for (const place of places) names.add(place)
    if (box.namespaces === undefined) for (const name of names) places.add(name)
  }
  if (!effort.spend(subresources.length * names.size * places.size)) return undefined
  return subresources.flatMap((subresource) =>
    [...names].flatMap((name) =>
      [...places].map((namespace) => ({ group, resource, subresource, namespace, name })),
    ),
  )
}
