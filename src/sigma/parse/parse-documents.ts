import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import type { Issue, Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { excessIn } from '../../base/yaml-bounds.ts'
import type { YamlDocument, YamlEntry, YamlNode } from './document.ts'
import { readPlainYaml } from './plain-yaml.ts'

/** Reads the documents of a rule file. Each fails by itself; empty documents are left out. */
export const parseDocuments = (text: string, file: string): readonly YamlDocument[] => {
  if (Buffer.byteLength(text) > LIMIT.yamlBytesMax) {
    return [refused({ file }, `the file is larger than ${LIMIT.yamlBytesMax} bytes`)]
  }
  const plain = readPlainYaml(text, file)
  if (plain !== undefined) return plain.map((root) => ({ root, issues: [] }))
  const excess = excessIn(text)
  return excess === undefined ? parseAnyDocuments(text, file) : [refused({ file }, excess)]
}

/** The same for YAML of any kind, by the library: an order of magnitude slower. */
export const parseAnyDocuments = (text: string, file: string): readonly YamlDocument[] => {
  const lines = new LineCounter()
  // Duplicate keys are looked for below: the library compares each key with each other one.
  const documents: readonly Document[] = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  })
  return documents
    .filter((document) => !isEmpty(document) || document.errors.length > 0)
    .map((document) => readDocument(document, file, lines))
}

/** Nothing, or nothing but comments, between two marks. */
const isEmpty = ({ contents }: Document): boolean =>
  contents === null || (isScalar(contents) && contents.value === null && contents.source === '')

interface Reading {
  readonly document: Document
  readonly file: string
  readonly lines: LineCounter
  readonly issues: Issue[]
  aliases: number
}

const readDocument = (document: Document, file: string, lines: LineCounter): YamlDocument => {
  const reading: Reading = { document, file, lines, issues: [], aliases: 0 }
  const [fault, ...others] = [...document.errors, ...document.warnings]
  if (fault !== undefined) {
    const at = placeAt(reading, fault.pos[0])
    // The library stops before it exhausts the stack. What follows a fault mostly follows from it.
    const code = fault.code === 'RESOURCE_EXHAUSTION' ? 'sigma/yaml-limit' : 'sigma/yaml'
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    return { root: undefined, issues: [{ code, message: `${fault.message}${more}`, at }] }
  }
  const root = readNode(reading, document.contents, 0)
  if (reading.issues.length > 0) return { root: undefined, issues: reading.issues }
  return { root, issues: [] }
}

const readNode = (reading: Reading, node: Node | null, depth: number): YamlNode => {
  const place = placeOf(reading, node)
  if (depth > LIMIT.yamlDepthMax) {
    return fail(reading, 'sigma/yaml-limit', `nested deeper than ${LIMIT.yamlDepthMax}`, place)
  }
  if (isAlias(node)) return readAlias(reading, node, depth, place)
  if (isMap(node)) return readMap(reading, node, depth, place)
  if (isSeq(node)) {
    const items = node.items.map((item) => readNode(reading, item as Node | null, depth + 1))
    return { kind: 'list', items, place }
  }
  if (node === null) return { kind: 'scalar', value: null, source: '', place }
  if (!isScalar(node)) return fail(reading, 'sigma/yaml', 'not a value', place)
  return readScalar(reading, node.value, node.source, place)
}

const readAlias = (reading: Reading, alias: Alias, depth: number, place: Place): YamlNode => {
  reading.aliases += 1
  if (reading.aliases > LIMIT.yamlAliasesMax) {
    // Said once: aliases of aliases could ask for it without end.
    const message = `more than ${LIMIT.yamlAliasesMax} aliases`
    if (reading.aliases > LIMIT.yamlAliasesMax + 1) return nothing(place)
    return fail(reading, 'sigma/yaml-limit', message, place)
  }
  // Asked of a few alone: the library looks through the whole document each time.
  const target = alias.resolve(reading.document)
  if (target === undefined) return fail(reading, 'sigma/yaml', 'an alias without anchor', place)
  return readNode(reading, target, depth + 1)
}

const readMap = (reading: Reading, map: YAMLMap, depth: number, place: Place): YamlNode => {
  const entries = new Map<string, YamlEntry>()
  for (const pair of map.items) {
    const keyNode = pair.key as Node | null
    const keyPlace = placeOf(reading, keyNode)
    if (!isScalar(keyNode) || typeof keyNode.value === 'object') {
      fail(reading, 'sigma/yaml', 'a key that is not text', keyPlace)
      continue
    }
    const key = keyNode.source ?? String(keyNode.value)
    if (entries.has(key)) {
      fail(reading, 'sigma/duplicate-key', `the key ${quote(key)} is written twice`, keyPlace)
      continue
    }
    const value = readNode(reading, pair.value as Node | null, depth + 1)
    entries.set(key, { key, keyPlace, value })
  }
  return { kind: 'map', entries, place }
}

const readScalar = (
  reading: Reading,
  value: unknown,
  source: string | undefined,
  place: Place,
): YamlNode => {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return { kind: 'scalar', value, source: source ?? String(value), place }
  }
  return fail(reading, 'sigma/yaml', 'a value outside the core schema', place)
}

const quote = (text: string): string => JSON.stringify(text)

const refused = (at: Place, message: string): YamlDocument => ({
  root: undefined,
  issues: [{ code: 'sigma/yaml-limit', message, at }],
})

const fail = (reading: Reading, code: string, message: string, at: Place): YamlNode => {
  reading.issues.push({ code, message, at })
  return nothing(at)
}

const nothing = (place: Place): YamlNode => ({ kind: 'scalar', value: null, source: '', place })

const placeOf = (reading: Reading, node: Node | null): Place => {
  const start = node?.range?.[0]
  return start === undefined ? { file: reading.file } : placeAt(reading, start)
}

const placeAt = ({ file, lines }: Reading, start: number): Place => {
  const { line, col } = lines.linePos(start)
  return { file, line, column: col }
}
