import type { RuleReference } from './correlation.ts'
import { type Detection, parseDetection } from './detection.ts'
import type { YamlMap } from './document.ts'
import type { Logsource, RuleHead } from './head.ts'
import { FILTER_KEYS } from './keys.ts'
import { readEssentials, readHead, readLogsource } from './read-head.ts'
import { nodeAt, type Reading, reportBad, reportMissing, textOf } from './reading.ts'
import { readReferences } from './references.ts'

/** A filter: a condition that is added, with `and`, to rules that others wrote. */
export interface SigmaFilter extends RuleHead {
  readonly logsource: Logsource
  /** `any`: every rule whose log source the filter's covers. */
  readonly rules: readonly RuleReference[] | 'any'
  readonly detection: Detection
}

/** Reads a document with the key `filter`. Undefined, with an issue, when it cannot be used. */
export const parseFilter = (reading: Reading): SigmaFilter | undefined => {
  const essentials = readEssentials(reading)
  const logsource = readLogsource(reading)
  const node = nodeAt(reading, 'filter')
  if (node?.kind !== 'map') {
    if (node !== undefined) reportBad(reading, 'filter must be a map', node.place)
    return undefined
  }
  const inner: Reading = { map: node, issues: reading.issues }
  const rules = readScope(inner)
  const detection = parseDetection(withoutRules(node), reading.issues)
  if (!essentials || !logsource || !rules || !detection) return undefined
  return { ...readHead(reading, essentials, FILTER_KEYS), logsource, rules, detection }
}

/** `any` and `all` are every rule of the log source, as pySigma reads them. */
const readScope = (reading: Reading): SigmaFilter['rules'] | undefined => {
  const node = nodeAt(reading, 'rules')
  if (node === undefined) return reportMissing(reading, 'rules: any, or the rules it is added to')
  const word = textOf(node)?.toLowerCase()
  return word === 'any' || word === 'all' ? 'any' : readReferences(reading, node)
}

const withoutRules = (map: YamlMap): YamlMap => ({
  ...map,
  entries: new Map([...map.entries].filter(([key]) => key !== 'rules')),
})
