import type { Issue, Place } from '../../base/issue.ts'
import { plainValue, type YamlMap, type YamlNode } from '../../sigma/parse/document.ts'
import { parseDocuments } from '../../sigma/parse/parse-documents.ts'

/** Lists, macros and rules of Falco files, as they stand after the last file was read. */
export interface FalcoFiles {
  readonly lists: ReadonlyMap<string, readonly string[]>
  /** The text of each macro's condition. */
  readonly macros: ReadonlyMap<string, string>
  /** In the order in which they first come. */
  readonly rules: readonly FalcoRule[]
  readonly issues: readonly Issue[]
}

/** A rule as written, what was appended included. */
export interface FalcoRule {
  readonly name: string
  readonly description: string
  readonly condition: string
  readonly output: string
  readonly priority: string
  readonly source: string
  readonly tags: readonly string[]
  readonly enabled: boolean
  readonly exceptions: readonly FalcoException[]
  readonly place: Place
}

/** Values that a rule sets aside. */
export interface FalcoException {
  readonly name: string
  /** Undefined: the fields cannot be read. */
  readonly fields: readonly string[]
  readonly comparisons: readonly string[]
  /** For each exception one value for each field, or several for a list operator. */
  readonly values: readonly (readonly (string | readonly string[])[])[]
}

/** Reads files in the order given: what a later one says of a name replaces or is appended. */
export const readFalcoFiles = (
  files: readonly { readonly file: string; readonly text: string }[],
): FalcoFiles => {
  const reading: Reading = { lists: new Map(), macros: new Map(), rules: new Map(), issues: [] }
  for (const { file, text } of files) {
    for (const { root, issues } of parseDocuments(text, file)) {
      reading.issues.push(...issues.map(({ message, at }) => unreadable(message, at)))
      if (root === undefined) continue
      if (root.kind === 'list') for (const item of root.items) readItem(item, reading)
      else reading.issues.push(unreadable('a file of Falco rules is a list', root.place))
    }
  }
  return { ...reading, rules: [...reading.rules.values()] }
}

interface Reading {
  readonly lists: Map<string, readonly string[]>
  readonly macros: Map<string, string>
  readonly rules: Map<string, FalcoRule>
  readonly issues: Issue[]
}

function readItem(item: YamlNode, reading: Reading): void {
  if (item.kind !== 'map') {
    reading.issues.push(unreadable('an item that is no map', item.place))
    return
  }
  const [list, macro, rule] = ['list', 'macro', 'rule'].map((key) => textAt(item, key))
  if (list !== undefined) readList(list, item, reading)
  else if (macro !== undefined) readMacro(macro, item, reading)
  else if (rule !== undefined) readRule(rule, item, reading)
  else if (!item.entries.has('required_engine_version') && !hasPlugins(item)) {
    reading.issues.push(unreadable('an item that is no list, macro or rule', item.place))
  }
}

const hasPlugins = (item: YamlMap): boolean => item.entries.has('required_plugin_versions')

function readList(name: string, item: YamlMap, { lists }: Reading): void {
  const items = textsAt(item, 'items')
  lists.set(name, appends(item, 'items') ? [...(lists.get(name) ?? []), ...items] : items)
}

function readMacro(name: string, item: YamlMap, { macros }: Reading): void {
  const condition = textAt(item, 'condition') ?? ''
  const earlier = macros.get(name)
  const appended = earlier !== undefined && appends(item, 'condition')
  macros.set(name, appended ? `${earlier} ${condition}` : condition)
}

function readRule(name: string, item: YamlMap, { rules }: Reading): void {
  const earlier = rules.get(name)
  const isChange = earlier !== undefined && (isAppend(item) || item.entries.has('override'))
  const before: FalcoRule = isChange ? earlier : { ...NO_RULE, name, place: item.place }
  const joined = (key: 'condition' | 'output' | 'desc', old: string): string => {
    const text = textAt(item, key)
    if (text === undefined) return old
    return isChange && appends(item, key) ? `${old} ${text}`.trim() : text
  }
  const exceptions = exceptionsAt(item)
  rules.set(name, {
    ...before,
    description: joined('desc', before.description),
    condition: joined('condition', before.condition),
    output: joined('output', before.output),
    priority: textAt(item, 'priority') ?? before.priority,
    source: textAt(item, 'source') ?? before.source,
    tags: item.entries.has('tags') ? textsAt(item, 'tags') : before.tags,
    enabled: (textAt(item, 'enabled') ?? String(before.enabled)) !== 'false',
    exceptions: isChange ? [...before.exceptions, ...exceptions] : exceptions,
  })
}

const NO_RULE: FalcoRule = {
  name: '',
  description: '',
  condition: '',
  output: '',
  priority: '',
  // What Falco takes a rule to be about that does not say.
  source: 'syscall',
  tags: [],
  enabled: true,
  exceptions: [],
  place: {},
}

const isAppend = (item: YamlMap): boolean => textAt(item, 'append') === 'true'

/** `append: true` of the whole item, or `override` of one of its keys. */
function appends(item: YamlMap, key: string): boolean {
  const override = item.entries.get('override')?.value
  if (override?.kind === 'map') return textAt(override, key) === 'append'
  return isAppend(item)
}

function textAt(item: YamlMap, key: string): string | undefined {
  const value = item.entries.get(key)?.value
  if (value?.kind !== 'scalar' || value.value === null) return undefined
  return textOf(value)
}

const textsAt = (item: YamlMap, key: string): readonly string[] => {
  const value = item.entries.get(key)?.value
  return value === undefined ? [] : textsOf(value)
}

/** Text as written: `2`, `true` and `1.10` are texts in Falco. */
const textOf = (node: YamlNode): string => {
  if (node.kind !== 'scalar') return JSON.stringify(plainValue(node))
  return typeof node.value === 'string' ? node.value : node.source
}

const textsOf = (node: YamlNode): readonly string[] =>
  node.kind === 'list' ? node.items.map(textOf) : [textOf(node)]

function exceptionsAt(item: YamlMap): readonly FalcoException[] {
  const value = item.entries.get('exceptions')?.value
  if (value?.kind !== 'list') return []
  return value.items.flatMap((one) => (one.kind === 'map' ? [exceptionOf(one)] : []))
}

function exceptionOf(item: YamlMap): FalcoException {
  const values = item.entries.get('values')?.value
  const fields = textsAt(item, 'fields')
  const isSingle = item.entries.get('fields')?.value.kind !== 'list'
  const rows = values?.kind === 'list' ? values.items : []
  return {
    name: textAt(item, 'name') ?? '',
    fields,
    comparisons: textsAt(item, 'comps'),
    // One field alone has one list of values, several have a list of rows.
    values: isSingle ? (rows.length === 0 ? [] : [[rows.map(textOf)]]) : rows.map(rowOf),
  }
}

const rowOf = (node: YamlNode): readonly (string | readonly string[])[] =>
  node.kind === 'list'
    ? node.items.map((one) => (one.kind === 'list' ? one.items.map(textOf) : textOf(one)))
    : [textOf(node)]

const unreadable = (message: string, at: Place): Issue => ({
  code: 'advise/falco-file',
  message,
  at,
})
