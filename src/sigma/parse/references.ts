import type { RuleReference } from './correlation.ts'
import type { YamlNode } from './document.ts'
import { itemsOf, type Reading, reportBad, textOf } from './reading.ts'

/** Reads the rules that a document names. Undefined, with an issue, when there are none. */
export const readReferences = (
  reading: Reading,
  node: YamlNode,
): readonly RuleReference[] | undefined => {
  const references = itemsOf(node).map((item) => ({ name: textOf(item), place: item.place }))
  const named = references.filter((each): each is RuleReference => each.name !== undefined)
  if (named.length > 0 && named.length === references.length) return named
  return reportBad(reading, 'rules must be a list of ids or names', node.place)
}
