import { Composer, isAlias, isMap, isScalar, isSeq, type ParsedNode, Parser } from 'yaml'
import { Unreadable, type Value } from './value.ts'
import type { YamlNode } from './yaml-node.ts'
import type { TwiceSaid } from './yaml-value.ts'
import { yamlValue } from './yaml-value.ts'

/** Reads the first document of a YAML text. */
export const readYaml = (text: string): { value: Value; twice: readonly TwiceSaid[] } => {
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    merge: false,
  })
  for (const token of new Parser().parse(text)) {
    for (const document of composer.next(token)) return read(document)
  }
  for (const document of composer.end(false)) return read(document)
  return { value: { kind: 'null', at: 0 }, twice: [] }
}

function read(document: { errors: readonly Error[]; contents: unknown }): {
  value: Value
  twice: readonly TwiceSaid[]
} {
  const [error] = document.errors
  if (error !== undefined) throw new Unreadable(`yaml: ${error.message}`, 0)
  const anchors = new Map<string, YamlNode>()
  const node = convert(document.contents as ParsedNode | null, anchors)
  return yamlValue(node)
}

function convert(node: ParsedNode | null, anchors: Map<string, YamlNode>): YamlNode {
  if (node === null) return { kind: 'scalar', text: '', plain: true, tag: '', at: 0 }
  const at = node.range?.[0] ?? 0
  const made = ((): YamlNode => {
    if (isAlias(node)) {
      const to = anchors.get(node.source)
      if (to === undefined)
        throw new Unreadable(`yaml: unknown anchor '${node.source}' referenced`, at)
      return { kind: 'alias', name: node.source, to, at }
    }
    if (isMap(node)) {
      return {
        kind: 'map',
        pairs: node.items.map(({ key, value }) => [
          convert(key as ParsedNode | null, anchors),
          convert(value as ParsedNode | null, anchors),
        ]),
        at,
      }
    }
    if (isSeq(node)) {
      return {
        kind: 'list',
        items: node.items.map((item) => convert(item as ParsedNode, anchors)),
        at,
      }
    }
    if (isScalar(node)) {
      return {
        kind: 'scalar',
        text: String(node.value ?? ''),
        plain: node.type === 'PLAIN',
        tag: '',
        at,
      }
    }
    throw new Unreadable('yaml: unknown node', at)
  })()
  const anchor = (node as { anchor?: string }).anchor
  if (anchor !== undefined) anchors.set(anchor, made)
  return made
}
