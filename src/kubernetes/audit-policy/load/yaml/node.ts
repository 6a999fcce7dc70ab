/** A node of a YAML document, as written: nothing of it is resolved yet. */
export type YamlNode =
  | YamlScalar
  | { readonly kind: 'list'; readonly items: readonly YamlNode[]; readonly at: number }
  | YamlMap
  | YamlAlias

/** A scalar. */
export interface YamlScalar {
  readonly kind: 'scalar'
  readonly text: string
  /** Neither quoted nor a block: it may stand for something else than its text. */
  readonly plain: boolean
  /** As written out, such as `tag:yaml.org,2002:str`; empty without one. */
  readonly tag: string
  readonly at: number
}

/** A map: keys may be any node, and come several times. */
export interface YamlMap {
  readonly kind: 'map'
  readonly pairs: readonly (readonly [YamlNode, YamlNode])[]
  readonly at: number
}

/** A reference to a node with an anchor, which may hold the alias itself. */
export interface YamlAlias {
  readonly kind: 'alias'
  readonly name: string
  readonly to: YamlNode
  readonly at: number
}
