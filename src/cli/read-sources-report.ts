import type { SourceReport, SourcesReport } from '../model/source-health.ts'

/** A report out of what a status endpoint answers; undefined when it is none. */
export const readSourcesReport = (text: string): SourcesReport | undefined => {
  const value = parsed(text)
  if (!isRecord(value) || !Array.isArray(value.sources) || typeof value.at !== 'string') {
    return undefined
  }
  if (!value.sources.every(isSource)) return undefined
  return { at: value.at, live: value.live !== false, sources: value.sources }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** JSON leaves out what is not known; what is there has the type that is meant. */
const isSource = (value: unknown): value is SourceReport => {
  if (!isRecord(value)) return false
  const { cluster, server, way, events, bytes, gaps, troubles, policy } = value
  const texts = [cluster, server, way].every((one) => typeof one === 'string')
  const counts = [events, bytes, ...NUMBERS.map((name) => value[name] ?? 0)]
  const times = ['lastEvent', 'lastArrived'].map((name) => value[name] ?? '')
  return (
    texts &&
    counts.every((one) => typeof one === 'number') &&
    times.every((one) => typeof one === 'string') &&
    (policy === undefined || isPolicy(policy)) &&
    isListOf(gaps, isGap) &&
    isListOf(troubles, (one) => typeof one === 'string')
  )
}

const NUMBERS = [
  ...['eventsPerSecond', 'bytesPerSecond', 'delaySeconds', 'lagBytes', 'budgetSeconds'],
  ...['duplicates', 'linked', 'silentSeconds', 'usualSilenceSeconds', 'skewSeconds'],
  ...['truncated', 'orphans'],
]

const isGap = (value: unknown): boolean =>
  isRecord(value) && typeof value.kind === 'string' && typeof value.count === 'number'

const isPolicy = (value: unknown): boolean =>
  isRecord(value) &&
  isRecord(value.levels) &&
  Object.values(value.levels).every((one) => typeof one === 'number') &&
  typeof (value.hiddenShare ?? 0) === 'number' &&
  isListOf(value.neverSeen, (one) => typeof one === 'string')

const isListOf = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne)
