import { addIssues, type Issue, type Place } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import type { YamlMap, YamlNode } from './document.ts'
import { parseDocuments } from './parse-documents.ts'
import { itemsOf } from './reading.ts'

/** Values by the name that placeholders call them: what `expand` puts in place of `%name%`. */
export type Lists = ReadonlyMap<string, readonly ListValue[]>

/** A value of a list: it counts as if the rule itself had written it, wildcards included. */
export type ListValue = string | number

/** The lists of one file, and what is wrong with it. */
export interface ParsedLists {
  readonly lists: Lists
  readonly issues: readonly Issue[]
}

/**
 * Reads a file of lists. YAML is a map of names and values; any other file is one list, a value a
 * line, called like the file without its folder and ending. There, lines that begin with `#` are
 * comments and blank ones count for nothing.
 */
export const parseList = (text: string, file: string): ParsedLists => {
  if (/\.ya?ml$/i.test(file)) return parseYaml(text, file)
  if (Buffer.byteLength(text) > LIMIT.yamlBytesMax) {
    const message = `the list is larger than ${LIMIT.yamlBytesMax} bytes`
    return {
      lists: new Map(),
      issues: [{ code: 'sigma/yaml-limit', message, at: { file } }],
    }
  }
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const values = lines.map((line) => line.trim()).filter((line) => /^[^#]/.test(line))
  return { lists: new Map([[stemOf(file), values]]), issues: [] }
}

/** The lists of several files together. Of two with one name the first is used. */
export const mergeLists = (
  files: readonly { readonly file: string; readonly parsed: ParsedLists }[],
): ParsedLists => {
  const lists = new Map<string, readonly ListValue[]>()
  const issues: Issue[] = []
  for (const { file, parsed } of files) {
    addIssues(issues, parsed.issues)
    for (const [name, values] of parsed.lists) {
      if (!lists.has(name)) lists.set(name, values)
      else {
        const message = `there is already a list ${name}; this one is not used`
        issues.push({ code: 'sigma/bad-list', message, at: { file } })
      }
    }
  }
  return { lists, issues }
}

const stemOf = (file: string): string =>
  (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[^.]*$/, '')

const parseYaml = (text: string, file: string): ParsedLists => {
  const lists = new Map<string, readonly ListValue[]>()
  const issues: Issue[] = []
  const bad = (message: string, at: Place): void => {
    issues.push({ code: 'sigma/bad-list', message, at })
  }
  for (const document of parseDocuments(text, file)) {
    addIssues(issues, document.issues)
    if (document.root === undefined) continue
    if (document.root.kind === 'map') addLists(document.root, lists, bad)
    else bad('a file of lists must be a map of names and values', document.root.place)
  }
  return { lists, issues }
}

const addLists = (
  map: YamlMap,
  lists: Map<string, readonly ListValue[]>,
  bad: (message: string, at: Place) => void,
): void => {
  for (const { key, keyPlace, value } of map.entries.values()) {
    if (lists.has(key)) bad(`there is already a list ${key}; this one is not used`, keyPlace)
    else {
      const values = itemsOf(value).map((item) => ({ value: toValue(item), place: item.place }))
      const fault = values.find((each) => each.value === undefined)
      if (fault !== undefined) bad(`a value of ${key} is no text and no number`, fault.place)
      else
        lists.set(
          key,
          values.flatMap((each) => each.value ?? []),
        )
    }
  }
}

const toValue = (node: YamlNode): ListValue | undefined => {
  if (node.kind !== 'scalar') return undefined
  const { value } = node
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
