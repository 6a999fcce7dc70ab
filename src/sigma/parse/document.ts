import type { Issue, Place } from '../../base/issue.ts'
import type { Scalar } from '../../base/truth.ts'

/** A value of a YAML document with its place: what the parser of rules reads. */
export type YamlNode = YamlScalar | YamlList | YamlMap

/** A scalar of the core schema. `source` is its text as written, without quotes. */
export interface YamlScalar {
  readonly kind: 'scalar'
  readonly value: Scalar
  readonly source: string
  readonly place: Place
}

/** A sequence. */
export interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly place: Place
}

/** A mapping, in the order written. Keys are text and differ. */
export interface YamlMap {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, YamlEntry>
  readonly place: Place
}

/** A key of a mapping and what stands under it. */
export interface YamlEntry {
  readonly key: string
  readonly keyPlace: Place
  readonly value: YamlNode
}

/** One document: its tree, or the issues that keep it from being used. */
export type YamlDocument =
  | { readonly root: YamlNode; readonly issues: readonly [] }
  | { readonly root: undefined; readonly issues: readonly Issue[] }

/** The plain value of a node. Maps have no prototype, so that no key has a meaning of its own. */
export const plainValue = (node: YamlNode): unknown => {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(plainValue)
    case 'map': {
      const plain: Record<string, unknown> = Object.create(null)
      for (const [key, entry] of node.entries) plain[key] = plainValue(entry.value)
      return plain
    }
  }
}
