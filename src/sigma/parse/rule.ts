import type { Issue, Place } from '../../base/issue.ts'
import type { SigmaCorrelation } from './correlation.ts'
import { type Detection, parseDetection } from './detection.ts'
import { parseDocuments, plainValue, type YamlMap, type YamlNode } from './document.ts'
import type { SigmaFilter } from './filter.ts'
import type { Logsource, RuleHead, RuleLevel } from './head.ts'

/** A Sigma rule as written, with the places of its parts. */
export interface SigmaRule extends RuleHead {
  readonly logsource: Logsource
  readonly detection: Detection
}

/** The documents of a rule file, by what they are. */
export interface SigmaDocuments {
  readonly rules: readonly SigmaRule[]
  readonly correlations: readonly SigmaCorrelation[]
  readonly filters: readonly SigmaFilter[]
  readonly issues: readonly Issue[]
}

/** Reads the rules of a file of YAML documents. One bad rule never stops the rest. */
export const parseRules = (text: string, file: string): SigmaDocuments => {
  const issues: Issue[] = []
  const rules: SigmaRule[] = []
  for (const document of parseDocuments(text, file)) {
    issues.push(...document.issues)
    if (document.root === undefined) continue
    const rule = parseRule(document.root, issues)
    if (rule !== undefined) rules.push(rule)
  }
  return { rules, correlations: [], filters: [], issues }
}

const LEVELS: readonly string[] = ['informational', 'low', 'medium', 'high', 'critical']
const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported']
/** Keys that have a place of their own in `SigmaRule`. */
const TYPED: ReadonlySet<string> = new Set([
  'id',
  'name',
  'title',
  'description',
  'status',
  'level',
  'tags',
  'references',
  'author',
  'date',
  'falsepositives',
  'logsource',
  'detection',
])

/** Keys of documents that are no rules by themselves. */
const OTHER_DOCUMENTS: Readonly<Record<string, string>> = {
  correlation: 'correlations are not supported yet',
  filter: 'filters are not supported yet',
  action: 'collections of rules with an action are not part of Sigma 2',
}

interface Reading {
  readonly map: YamlMap
  readonly issues: Issue[]
}

const parseRule = (root: YamlNode, issues: Issue[]): SigmaRule | undefined => {
  if (root.kind !== 'map') {
    issues.push({ code: 'sigma/yaml', message: 'the document is no map', at: root.place })
    return undefined
  }
  const reading: Reading = { map: root, issues }
  if (reportOtherDocument(reading)) return undefined
  const title = readTitle(reading)
  const level = readLevel(reading)
  const logsource = readLogsource(reading)
  const detection = readDetection(reading)
  if (!title || !level || !logsource || !detection) return undefined
  return {
    id: readId(reading, title),
    name: readText(reading, 'name'),
    related: [],
    title,
    level,
    logsource,
    detection,
    description: readText(reading, 'description'),
    status: readStatus(reading),
    tags: readTexts(reading, 'tags'),
    references: readTexts(reading, 'references'),
    author: readText(reading, 'author'),
    date: readText(reading, 'date'),
    falsepositives: readTexts(reading, 'falsepositives'),
    custom: readCustom(reading),
    place: root.place,
  }
}

const reportOtherDocument = ({ map, issues }: Reading): boolean => {
  for (const [key, message] of Object.entries(OTHER_DOCUMENTS)) {
    const entry = map.entries.get(key)
    if (entry === undefined) continue
    issues.push({ code: 'sigma/unsupported-document', message, at: entry.keyPlace })
    return true
  }
  const taxonomy = map.entries.get('taxonomy')?.value
  if (taxonomy === undefined || (taxonomy.kind === 'scalar' && taxonomy.value === 'sigma')) {
    return false
  }
  const message = 'only the taxonomy "sigma" is supported'
  issues.push({ code: 'sigma/unsupported-document', message, at: taxonomy.place })
  return true
}

const readTitle = (reading: Reading): string | undefined => {
  const node = reading.map.entries.get('title')?.value
  if (node === undefined) return missing(reading, 'title')
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== '') {
    return node.value
  }
  return refuse(reading, 'title must be text', node.place)
}

const readLevel = (reading: Reading): RuleLevel | undefined => {
  const node = reading.map.entries.get('level')?.value
  if (node === undefined) return 'medium'
  if (node.kind === 'scalar' && isLevel(node.value)) return node.value
  return refuse(reading, `level must be one of ${LEVELS.join(', ')}`, node.place)
}

const isLevel = (value: unknown): value is RuleLevel =>
  typeof value === 'string' && LEVELS.includes(value)

const readLogsource = (reading: Reading): Logsource | undefined => {
  const node = reading.map.entries.get('logsource')?.value
  if (node === undefined) return missing(reading, 'logsource')
  if (node.kind !== 'map') return refuse(reading, 'logsource must be a map', node.place)
  const inner: Reading = { map: node, issues: reading.issues }
  return {
    product: readText(inner, 'product'),
    service: readText(inner, 'service'),
    category: readText(inner, 'category'),
  }
}

const readDetection = (reading: Reading): Detection | undefined => {
  const node = reading.map.entries.get('detection')?.value
  return node === undefined ? missing(reading, 'detection') : parseDetection(node, reading.issues)
}

const readId = (reading: Reading, title: string): string => {
  const id = readText(reading, 'id')
  if (id !== undefined && id !== '') return id
  const name = readText(reading, 'name') ?? title
  odd(reading, `the rule has no id: ${JSON.stringify(name)} is used`, reading.map.place)
  return name
}

const readStatus = (reading: Reading): string | undefined => {
  const status = readText(reading, 'status')
  if (status === undefined || STATUSES.includes(status)) return status
  odd(reading, `status is none of ${STATUSES.join(', ')}`, placeOf(reading, 'status'))
  return undefined
}

/** A scalar's text as written, so that an unquoted date or number stays what was written. */
const readText = (reading: Reading, key: string): string | undefined => {
  const node = reading.map.entries.get(key)?.value
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return undefined
  if (node.kind === 'scalar') return typeof node.value === 'string' ? node.value : node.source
  odd(reading, `${key} is no text`, node.place)
  return undefined
}

const readTexts = (reading: Reading, key: string): readonly string[] => {
  const node = reading.map.entries.get(key)?.value
  if (node === undefined) return []
  const nodes = node.kind === 'list' ? node.items : [node]
  return nodes.flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null) return [textOf(item.value, item.source)]
    odd(reading, `${key} holds something that is no text`, item.place)
    return []
  })
}

const textOf = (value: unknown, source: string): string =>
  typeof value === 'string' ? value : source

const readCustom = ({ map }: Reading): Readonly<Record<string, unknown>> => {
  const custom: Record<string, unknown> = Object.create(null)
  for (const [key, entry] of map.entries) {
    if (!TYPED.has(key)) custom[key] = plainValue(entry.value)
  }
  return custom
}

const placeOf = (reading: Reading, key: string): Place =>
  reading.map.entries.get(key)?.value.place ?? reading.map.place

const missing = (reading: Reading, key: string): undefined => {
  const message = `the rule has no ${key}`
  reading.issues.push({ code: 'sigma/missing-attribute', message, at: reading.map.place })
}

const refuse = (reading: Reading, message: string, at: Place): undefined => {
  reading.issues.push({ code: 'sigma/bad-attribute', message, at })
}

const odd = (reading: Reading, message: string, at: Place): void => {
  reading.issues.push({ code: 'sigma/odd-attribute', message, at })
}
