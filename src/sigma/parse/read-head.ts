import { plainValue } from './document.ts'
import type { Logsource, RelatedRule, RuleHead, RuleLevel } from './head.ts'
import { HEAD_KEYS } from './keys.ts'
import {
  itemsOf,
  nodeAt,
  type Reading,
  readText,
  readTexts,
  reportBad,
  reportMissing,
  reportOdd,
  textOf,
} from './reading.ts'

/** What `status` may be. */
export const STATUSES: readonly string[] = [
  'stable',
  'test',
  'experimental',
  'deprecated',
  'unsupported',
]

/** What `level` may be, from harmless to worst. */
export const LEVELS: readonly RuleLevel[] = ['informational', 'low', 'medium', 'high', 'critical']

/** What the `type` of a related rule may be. */
export const RELATIONS: readonly string[] = [
  'correlation',
  'derived',
  'merged',
  'obsolete',
  'renamed',
  'similar',
]

/** What no document can be used without. */
export interface Essentials {
  readonly title: string
  readonly level: RuleLevel
}

/** Reads the title and the level. Undefined, with an issue, when the document cannot be used. */
export const readEssentials = (reading: Reading): Essentials | undefined => {
  const title = readTitle(reading)
  const level = readLevel(reading)
  return title === undefined || level === undefined ? undefined : { title, level }
}

/** Reads what else every document says of itself; keys that `own` does not list are custom. */
export const readHead = (
  reading: Reading,
  { title, level }: Essentials,
  own: Readonly<Record<string, unknown>>,
): RuleHead => ({
  id: readId(reading, title),
  name: readText(reading, 'name'),
  title,
  description: readText(reading, 'description'),
  status: readStatus(reading),
  level,
  tags: readTexts(reading, 'tags'),
  references: readTexts(reading, 'references'),
  related: readRelated(reading),
  author: readText(reading, 'author'),
  date: readText(reading, 'date'),
  falsepositives: readTexts(reading, 'falsepositives'),
  custom: readCustom(reading, own),
  place: reading.map.place,
})

/** Reads `logsource`. Undefined, with an issue, when there is none. */
export const readLogsource = (reading: Reading): Logsource | undefined => {
  const node = nodeAt(reading, 'logsource')
  if (node === undefined) return reportMissing(reading, 'logsource')
  if (node.kind !== 'map') return reportBad(reading, 'logsource must be a map', node.place)
  const inner: Reading = { map: node, issues: reading.issues }
  return {
    product: readText(inner, 'product'),
    service: readText(inner, 'service'),
    category: readText(inner, 'category'),
  }
}

const readTitle = (reading: Reading): string | undefined => {
  const node = nodeAt(reading, 'title')
  if (node === undefined) return reportMissing(reading, 'title')
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== '') {
    return node.value
  }
  return reportBad(reading, 'title must be text', node.place)
}

const readLevel = (reading: Reading): RuleLevel | undefined => {
  const node = nodeAt(reading, 'level')
  if (node === undefined) return 'medium'
  const level = LEVELS.find((one) => one === textOf(node))
  return level ?? reportBad(reading, `level must be one of ${LEVELS.join(', ')}`, node.place)
}

const readId = (reading: Reading, title: string): string => {
  const id = readText(reading, 'id')
  if (id !== undefined && id !== '') return id
  const name = readText(reading, 'name') ?? title
  const message = `the document has no id: ${JSON.stringify(name)} is used`
  reportOdd(reading, message, reading.map.place)
  return name
}

const readStatus = (reading: Reading): string | undefined => {
  const status = readText(reading, 'status')
  if (status === undefined || STATUSES.includes(status)) return status
  const at = nodeAt(reading, 'status')?.place ?? reading.map.place
  reportOdd(reading, `status is none of ${STATUSES.join(', ')}`, at)
  return undefined
}

const readRelated = (reading: Reading): readonly RelatedRule[] => {
  const node = nodeAt(reading, 'related')
  if (node === undefined) return []
  return itemsOf(node).flatMap((item): readonly RelatedRule[] => {
    if (item.kind === 'map') {
      const inner: Reading = { map: item, issues: reading.issues }
      const id = readText(inner, 'id')
      const type = readText(inner, 'type')
      if (id !== undefined && type !== undefined && RELATIONS.includes(type)) return [{ id, type }]
    }
    const message = `related needs maps of id and type, which is one of ${RELATIONS.join(', ')}`
    reportOdd(reading, message, item.place)
    return []
  })
}

const readCustom = (
  { map }: Reading,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const custom: Record<string, unknown> = Object.create(null)
  for (const [key, entry] of map.entries) {
    const known = Object.hasOwn(HEAD_KEYS, key) || Object.hasOwn(own, key)
    if (!known) custom[key] = plainValue(entry.value)
  }
  return custom
}
