import type { Issue, Place } from '../../base/issue.ts'
import type { YamlMap, YamlNode } from './document.ts'

/** A map of a document that is being read, and where what is wrong with it goes. */
export interface Reading {
  readonly map: YamlMap
  readonly issues: Issue[]
}

/** The value under a key; undefined where the map does not have it. */
export const nodeAt = ({ map }: Reading, key: string): YamlNode | undefined =>
  map.entries.get(key)?.value

/** A scalar's text as written, so that an unquoted date or number stays what was written. */
export const readText = (reading: Reading, key: string): string | undefined => {
  const node = nodeAt(reading, key)
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return undefined
  const text = textOf(node)
  if (text === undefined) reportOdd(reading, `${key} is no text`, node.place)
  return text
}

/** The texts of a list, or of one that is written without a list. */
export const readTexts = (reading: Reading, key: string): readonly string[] => {
  const node = nodeAt(reading, key)
  if (node === undefined) return []
  return itemsOf(node).flatMap((item) => {
    const text = textOf(item)
    if (text !== undefined) return [text]
    reportOdd(reading, `${key} holds something that is no text`, item.place)
    return []
  })
}

/** The text of a scalar as written; undefined for null and what is no scalar. */
export const textOf = (node: YamlNode): string | undefined => {
  if (node.kind !== 'scalar' || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : node.source
}

/** The items of a list; any other value alone. */
export const itemsOf = (node: YamlNode): readonly YamlNode[] =>
  node.kind === 'list' ? node.items : [node]

/** Records that the document lacks what it cannot be used without. */
export const reportMissing = (reading: Reading, what: string): undefined => {
  const message = `the document has no ${what}`
  reading.issues.push({ code: 'sigma/missing-attribute', message, at: reading.map.place })
}

/** Records why the document cannot be used. */
export const reportBad = (reading: Reading, message: string, at: Place): undefined => {
  reading.issues.push({ code: 'sigma/bad-attribute', message, at })
}

/** Records a reservation: the document is used without the attribute. */
export const reportOdd = (reading: Reading, message: string, at: Place): void => {
  reading.issues.push({ code: 'sigma/odd-attribute', message, at })
}
