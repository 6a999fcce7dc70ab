import type { Effort } from './effort.ts'
import type { ReadyRule } from './ready-rule.ts'

/** Objects that have these texts, or any where there is none. */
export interface ObjectBox {
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly names?: ReadonlySet<string>
  readonly namespaces?: ReadonlySet<string>
}

/** The objects that all of some rules cover: those in any box. Undefined when the effort ended. */
export const boxesIn = (
  rules: readonly ReadyRule[],
  effort: Effort,
): readonly ObjectBox[] | undefined => {
  let boxes: readonly ObjectBox[] = [{}]
  for (const rule of rules) {
    const own = boxesOf(rule)
    if (!effort.spend(own.length * (1 + boxes.length))) return undefined
    boxes = different(boxes.flatMap((box) => own.flatMap((one) => meet(box, one))))
  }
  return boxes
}

const different = (boxes: readonly ObjectBox[]): readonly ObjectBox[] => [
  ...new Map(boxes.map((box) => [keyOf(box), box])).values(),
]

const keyOf = ({ group, resource, subresource, names, namespaces }: ObjectBox): string => {
  const texts = [group, resource, subresource].map((text) => text ?? null)
  return JSON.stringify([...texts, names && [...names], namespaces && [...namespaces]])
}

const boxesOf = ({ rule, items, namespaces }: ReadyRule): readonly ObjectBox[] => {
  const within: ObjectBox = rule.namespaces.length > 0 ? { namespaces } : {}
  if (items.length === 0) return [within]
  return items.flatMap(({ item, patterns, names }) => {
    const group = item.group === '*' ? within : { ...within, group: item.group }
    if (patterns.size === 0) return [group]
    const named = names.size > 0 ? { ...group, names } : group
    return [...patterns].flatMap((pattern) =>
      kindsOf(pattern).map((kind): ObjectBox => ({ ...named, ...kind })),
    )
  })
}

/**
 * What a pattern of `resources` covers, as no text of a request has a slash in it: the pattern with
 * a star on both sides covers a subresource of that name, and a resource of that name.
 */
const kindsOf = (pattern: string): readonly Pick<ObjectBox, 'resource' | 'subresource'>[] => {
  if (pattern === '*') return [{}]
  const [resource = '', subresource, more] = pattern.split('/', 3)
  if (subresource === undefined) return [{ resource, subresource: '' }]
  if (subresource === '' || more !== undefined) return []
  const kinds: Pick<ObjectBox, 'resource' | 'subresource'>[] = []
  if (subresource === '*') kinds.push({ resource })
  if (resource === '*') kinds.push({ subresource })
  return kinds.length > 0 ? kinds : [{ resource, subresource }]
}

const TEXTS = ['group', 'resource', 'subresource'] as const
const SETS = ['names', 'namespaces'] as const

/** What is in both boxes, as one box or none. */
const meet = (one: ObjectBox, other: ObjectBox): readonly ObjectBox[] => {
  for (const key of TEXTS) {
    const [a, b] = [one[key], other[key]]
    if (a !== undefined && b !== undefined && a !== b) return []
  }
  const both: { names?: ReadonlySet<string>; namespaces?: ReadonlySet<string> } = {}
  for (const key of SETS) {
    const [a, b] = [one[key], other[key]]
    const set = a !== undefined && b !== undefined ? common(a, b) : (a ?? b)
    if (set?.size === 0) return []
    if (set !== undefined) both[key] = set
  }
  return [{ ...one, ...other, ...both }]
}

const common = (one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...one].filter((text) => other.has(text)))
