import type { Place } from '../../base/issue.ts'
import { suggest } from '../suggest.ts'
import { CORRELATION_TYPES, type SigmaCorrelation } from './correlation.ts'
import { readCorrelationCondition } from './correlation-condition.ts'
import { CORRELATION_KEYS, CORRELATION_SECTION_KEYS } from './keys.ts'
import { readEssentials, readHead } from './read-head.ts'
import {
  itemsOf,
  nodeAt,
  type Reading,
  reportBad,
  reportMissing,
  reportOdd,
  textOf,
} from './reading.ts'
import { readReferences } from './references.ts'

/** Reads a document with the key `correlation`. Undefined, with an issue, when it is refused. */
export const parseCorrelation = (reading: Reading): SigmaCorrelation | undefined => {
  const essentials = readEssentials(reading)
  const node = nodeAt(reading, 'correlation')
  if (node?.kind !== 'map') {
    if (node !== undefined) reportBad(reading, 'correlation must be a map', node.place)
    return undefined
  }
  const section: Reading = { map: node, issues: reading.issues }
  const known = reportUnknownKeys(section)
  const timespanUs = readTimespan(section)
  const generate = readGenerate(reading) ?? readGenerate(section) ?? false
  const places = new Map<string, Place>()
  const groupBy = readGroupBy(section, places)
  const aliases = readAliases(section, places)
  const asked = readAsked(section, places)
  if (!essentials || !known || !timespanUs || !groupBy || !aliases || !asked) return undefined
  const head = readHead(reading, essentials, CORRELATION_KEYS)
  return { ...head, ...asked, timespanUs, generate, groupBy, aliases, fieldPlaces: places }
}

const reportUnknownKeys = (reading: Reading): boolean => {
  const unknown = [...reading.map.entries.values()].filter(
    ({ key }) => !Object.hasOwn(CORRELATION_SECTION_KEYS, key),
  )
  for (const { key, keyPlace } of unknown) {
    const near = suggest(key, Object.keys(CORRELATION_SECTION_KEYS))
    const hint = near === undefined ? '' : `: did you mean ${near}?`
    reportBad(reading, `a correlation has no attribute ${JSON.stringify(key)}${hint}`, keyPlace)
  }
  return unknown.length === 0
}

const UNITS_US: Readonly<Record<string, number>> = {
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
}

const readTimespan = (reading: Reading): number | undefined => {
  const node = nodeAt(reading, 'timespan')
  if (node === undefined) return reportMissing(reading, 'timespan')
  const [, count = '', unit = ''] = /^([0-9]{1,9})([smhd])$/.exec(textOf(node) ?? '') ?? []
  const span = Number(count) * (UNITS_US[unit] ?? 0)
  if (span > 0 && Number.isSafeInteger(span)) return span
  const message = 'timespan must be a number and one of s, m, h, d, such as 90m'
  return reportBad(reading, message, node.place)
}

const readGenerate = (reading: Reading): boolean | undefined => {
  const node = nodeAt(reading, 'generate')
  if (node === undefined) return undefined
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  reportOdd(reading, 'generate must be true or false', node.place)
  return undefined
}

const readGroupBy = (
  reading: Reading,
  places: Map<string, Place>,
): readonly string[] | undefined => {
  const node = nodeAt(reading, 'group-by')
  if (node === undefined) return []
  const fields = new Set<string>()
  for (const item of itemsOf(node)) {
    const field = textOf(item)
    if (field === undefined) {
      return reportBad(reading, 'group-by must be a list of fields', item.place)
    }
    if (fields.has(field)) reportOdd(reading, `group-by names ${field} twice`, item.place)
    places.set(field, item.place)
    fields.add(field)
  }
  return [...fields]
}

const readAliases = (
  reading: Reading,
  places: Map<string, Place>,
): SigmaCorrelation['aliases'] | undefined => {
  const node = nodeAt(reading, 'aliases')
  const aliases = new Map<string, ReadonlyMap<string, string>>()
  if (node === undefined) return aliases
  const message = 'aliases must be a map of alias, rule and field'
  if (node.kind !== 'map') return reportBad(reading, message, node.place)
  for (const { key, value } of node.entries.values()) {
    if (value.kind !== 'map') return reportBad(reading, message, value.place)
    const fields = new Map<string, string>()
    for (const entry of value.entries.values()) {
      const field = textOf(entry.value)
      if (field === undefined) return reportBad(reading, message, entry.value.place)
      fields.set(entry.key, field)
      places.set(field, entry.value.place)
    }
    aliases.set(key, fields)
  }
  return aliases
}

type Asked = Pick<SigmaCorrelation, 'type' | 'rules' | 'condition'>

const readAsked = (reading: Reading, places: Map<string, Place>): Asked | undefined => {
  const node = nodeAt(reading, 'type')
  if (node === undefined) return reportMissing(reading, 'type of correlation')
  const word = textOf(node) ?? ''
  const kind = Object.hasOwn(CORRELATION_TYPES, word) ? CORRELATION_TYPES[word] : undefined
  if (kind === undefined) {
    const types = Object.keys(CORRELATION_TYPES).join(', ')
    return reportBad(reading, `the type of a correlation must be one of ${types}`, node.place)
  }
  const written = nodeAt(reading, 'rules')
  const references = written === undefined ? undefined : readReferences(reading, written)
  if (written !== undefined && references === undefined) return undefined
  const { type, percentile } = kind
  const rest = readCorrelationCondition(reading, { type, percentile, references, places })
  return rest && { type, ...rest }
}
