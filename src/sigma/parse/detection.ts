import type { Issue, Place } from '../../base/issue.ts'
import type { Scalar } from '../../base/truth.ts'
import { type Condition, parseCondition } from './condition.ts'
import type { YamlEntry, YamlMap, YamlNode } from './document.ts'

/** What a rule looks for: named selections, and how they are combined. */
export interface Detection {
  readonly selections: ReadonlyMap<string, Selection>
  readonly condition: Condition
  readonly place: Place
}

/** A named search. */
export interface Selection {
  readonly name: string
  readonly search: Search
  readonly place: Place
}

/** A map is `all` of its items, a list `any` of its members; an item tests one field. */
export type Search =
  | { readonly kind: 'all'; readonly of: readonly SearchItem[]; readonly place: Place }
  | { readonly kind: 'any'; readonly of: readonly Search[]; readonly place: Place }
  | SearchItem

/** `field|modifier|modifier: values`. */
export interface SearchItem {
  readonly kind: 'item'
  /** The empty string is a keyword: it searches the whole event. */
  readonly field: string
  readonly modifiers: readonly string[]
  /** Alternatives, unless a modifier says otherwise. At least one. */
  readonly values: readonly SearchValue[]
  readonly place: Place
}

/** A value as written. */
export interface SearchValue {
  readonly value: Scalar
  /** Its text, without quotes. */
  readonly source: string
  readonly place: Place
}

/** Reads the `detection` of a rule. Undefined when an issue keeps it from being used. */
export const parseDetection = (node: YamlNode, issues: Issue[]): Detection | undefined => {
  if (node.kind !== 'map') {
    issues.push(bad('detection must be a map of selections and a condition', node.place))
    return undefined
  }
  const count = issues.length
  const selections = new Map<string, Selection>()
  for (const entry of node.entries.values()) {
    if (entry.key === 'condition') continue
    if (entry.key === 'timeframe') {
      const message = 'timeframe belongs to correlations and is not supported in a rule'
      issues.push({ code: 'sigma/unsupported-document', message, at: entry.keyPlace })
      continue
    }
    const search = parseSearch(entry.value, issues)
    selections.set(entry.key, { name: entry.key, search, place: entry.keyPlace })
  }
  const condition = readCondition(node, selections, issues)
  if (condition === undefined || issues.length > count) return undefined
  reportUnused(selections, condition, issues)
  return { selections, condition, place: node.place }
}

const parseSearch = (node: YamlNode, issues: Issue[]): Search => {
  const { place } = node
  switch (node.kind) {
    case 'map':
      if (node.entries.size === 0) issues.push(bad('a selection without tests', place))
      return { kind: 'all', of: [...node.entries.values()].map((e) => parseItem(e, issues)), place }
    case 'list':
      if (node.items.length === 0) issues.push(bad('an empty list matches nothing', place))
      return { kind: 'any', of: node.items.map((item) => parseSearch(item, issues)), place }
    case 'scalar':
      return { kind: 'item', field: '', modifiers: [], values: [node], place }
  }
}

const parseItem = (entry: YamlEntry, issues: Issue[]): SearchItem => {
  const [field = '', ...modifiers] = entry.key.split('|')
  if (entry.key === '<<') {
    issues.push(bad('YAML 1.2 has no merge keys: write the tests out', entry.keyPlace))
  }
  const values = readValues(entry.value, issues)
  return { kind: 'item', field, modifiers, values, place: entry.keyPlace }
}

const readValues = (node: YamlNode, issues: Issue[]): readonly SearchValue[] => {
  const nodes = node.kind === 'list' ? node.items : [node]
  if (nodes.length === 0) issues.push(bad('an empty list of values matches nothing', node.place))
  return nodes.flatMap((value) => {
    if (value.kind === 'scalar') return [value]
    issues.push(bad('a value must be text, a number, a boolean or null', value.place))
    return []
  })
}

const readCondition = (
  detection: YamlMap,
  selections: ReadonlyMap<string, Selection>,
  issues: Issue[],
): Condition | undefined => {
  const entry = detection.entries.get('condition')
  if (entry === undefined) {
    const message = 'detection lacks its condition'
    issues.push({ code: 'sigma/missing-attribute', message, at: detection.place })
    return undefined
  }
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value]
  const conditions = nodes.flatMap((node): readonly Condition[] => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') {
      issues.push({ code: 'sigma/bad-condition', message: 'not a condition', at: node.place })
      return []
    }
    const condition = parseCondition(node.value, selections, node.place, issues)
    return condition === undefined ? [] : [condition]
  })
  if (nodes.length === 0) {
    issues.push({ code: 'sigma/bad-condition', message: 'no condition', at: entry.keyPlace })
  }
  const [first] = conditions
  return conditions.length === 1 ? first : { kind: 'or', of: conditions }
}

const reportUnused = (
  selections: ReadonlyMap<string, Selection>,
  condition: Condition,
  issues: Issue[],
): void => {
  const used = new Set<string>()
  collect(condition, used)
  for (const { name, place } of selections.values()) {
    if (used.has(name)) continue
    const message = `the condition does not use the selection ${name}`
    issues.push({ code: 'sigma/unused-selection', message, at: place })
  }
}

const collect = (condition: Condition, used: Set<string>): void => {
  if (condition.kind === 'selection') used.add(condition.name)
  else if (condition.kind === 'not') collect(condition.of, used)
  else for (const part of condition.of) collect(part, used)
}

const bad = (message: string, at: Place): Issue => ({ code: 'sigma/bad-value', message, at })
