import { addIssues, type Issue, type Place } from '../../base/issue.ts'
import type { SigmaCorrelation } from './correlation.ts'
import { type Detection, parseDetection } from './detection.ts'
import type { YamlMap } from './document.ts'
import { parseFilter, type SigmaFilter } from './filter.ts'
import type { Logsource, RuleHead } from './head.ts'
import { RULE_KEYS } from './keys.ts'
import { parseCorrelation } from './parse-correlation.ts'
import { parseDocuments } from './parse-documents.ts'
import { readEssentials, readHead, readLogsource } from './read-head.ts'
import { nodeAt, type Reading, reportMissing, textOf } from './reading.ts'

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
  /** Those that could not be read, as far as they say who they are. */
  readonly refused: readonly RefusedDocument[]
  readonly issues: readonly Issue[]
}

/** A document that could not be read: for the messages of what names it. */
export interface RefusedDocument {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly place: Place
}

/** Reads the rules of a file of YAML documents. One bad document never stops the rest. */
export const parseRules = (text: string, file: string): SigmaDocuments => {
  const sorting: Sorting = { rules: [], correlations: [], filters: [], refused: [], issues: [] }
  for (const document of parseDocuments(text, file)) {
    addIssues(sorting.issues, document.issues)
    if (document.root === undefined) continue
    if (document.root.kind === 'map') sortIn(sorting, document.root)
    else {
      const message = 'the document is no map'
      sorting.issues.push({ code: 'sigma/yaml', message, at: document.root.place })
    }
  }
  return sorting
}

interface Sorting extends SigmaDocuments {
  readonly rules: SigmaRule[]
  readonly correlations: SigmaCorrelation[]
  readonly filters: SigmaFilter[]
  readonly refused: RefusedDocument[]
  readonly issues: Issue[]
}

const KINDS = ['detection', 'correlation', 'filter']

const sortIn = (sorting: Sorting, map: YamlMap): void => {
  const reading: Reading = { map, issues: sorting.issues }
  if (!readByKind(sorting, reading)) sorting.refused.push(identityOf(reading))
}

/** Whether the document could be used, as what its keys say that it is. */
const readByKind = (sorting: Sorting, reading: Reading): boolean => {
  const { map, issues } = reading
  const action = map.entries.get('action')
  const [kind, second] = KINDS.filter((key) => map.entries.has(key))
  if (action !== undefined || second !== undefined) {
    const message =
      action === undefined
        ? `a document cannot have both ${kind} and ${second}`
        : 'collections of rules with an action are not part of Sigma 2: write each rule whole'
    issues.push({ code: 'sigma/unsupported-document', message, at: action?.keyPlace ?? map.place })
    return false
  }
  if (!isOfTaxonomy(reading)) return false
  if (kind === 'correlation') return add(sorting.correlations, parseCorrelation(reading))
  if (kind === 'filter') return add(sorting.filters, parseFilter(reading))
  return add(sorting.rules, parseRule(reading))
}

const isOfTaxonomy = (reading: Reading): boolean => {
  const taxonomy = nodeAt(reading, 'taxonomy')
  if (taxonomy === undefined || textOf(taxonomy) === 'sigma') return true
  const message = 'only the taxonomy "sigma" is supported'
  reading.issues.push({ code: 'sigma/unsupported-document', message, at: taxonomy.place })
  return false
}

const add = <Item>(list: Item[], item: Item | undefined): boolean => {
  if (item !== undefined) list.push(item)
  return item !== undefined
}

const parseRule = (reading: Reading): SigmaRule | undefined => {
  const essentials = readEssentials(reading)
  const logsource = readLogsource(reading)
  const detection = readDetection(reading)
  if (!essentials || !logsource || !detection) return undefined
  return { ...readHead(reading, essentials, RULE_KEYS), logsource, detection }
}

const readDetection = (reading: Reading): Detection | undefined => {
  const node = nodeAt(reading, 'detection')
  return node === undefined
    ? reportMissing(reading, 'detection')
    : parseDetection(node, reading.issues)
}

const identityOf = ({ map }: Reading): RefusedDocument => {
  const id = map.entries.get('id')?.value
  const name = map.entries.get('name')?.value
  return {
    id: id === undefined ? undefined : textOf(id),
    name: name === undefined ? undefined : textOf(name),
    place: map.place,
  }
}
