import { isObject } from '../members.ts'
import { inside, type JsonRecord, type Shape } from './shape.ts'

/** Docker's json-file log of an API server that logs to its standard output. */
export const docker: Shape = {
  name: 'docker',
  about: 'Docker’s json-file log (`log`, `stream`, `time`).',
  proof: 'documentation',
  open: (record) =>
    isLine(record.log) && record.stream !== undefined && record.time !== undefined
      ? inside([record.log])
      : undefined,
}

/** Fluent Bit: the line in `log`, or parsed into `log_processed`. */
export const fluentBit: Shape = {
  name: 'fluent-bit',
  about: 'Fluent Bit (`date` or `@timestamp`, `log` or `log_processed`).',
  proof: 'documentation',
  open: (record) => {
    if (isObject(record.log_processed)) return inside([record.log_processed])
    return isLine(record.log) || isAudit(record.log) ? inside([record.log]) : undefined
  },
}

/** Filebeat and Elastic Agent: the line in `message`, or parsed below `kubernetes.audit`. */
export const filebeat: Shape = {
  name: 'filebeat',
  about: 'Filebeat or Elastic Agent (`@timestamp` with `message`, `json` or `kubernetes.audit`).',
  proof: 'documentation',
  open: (record) => {
    if (isAudit(record.kubernetes?.audit)) return inside([dotted(record.kubernetes.audit)])
    if (record['@timestamp'] === undefined) return undefined
    if (isAudit(record.json)) return inside([record.json])
    if (isLine(record.event?.original)) return inside([record.event.original])
    return isLine(record.message) ? inside([record.message]) : undefined
  },
}

/** Vector: the line in `message`. */
export const vector: Shape = {
  name: 'vector',
  about: 'Vector (`message`, with `source_type`, `file`, `host`).',
  proof: 'documentation',
  open: (record) =>
    isLine(record.message) || isAudit(record.message) ? inside([record.message]) : undefined,
}

/** OTLP logs as JSON: the line is the body of a log record. */
export const otlp: Shape = {
  name: 'otlp',
  about: 'OTLP logs as JSON (`resourceLogs[].scopeLogs[].logRecords[].body`).',
  proof: 'documentation',
  open: (record) => {
    if (!Array.isArray(record.resourceLogs)) return undefined
    const scopes = record.resourceLogs.flatMap((one) => list(one?.scopeLogs ?? one?.scope_logs))
    const logs = scopes.flatMap((one) => list(one?.logRecords ?? one?.log_records))
    return inside(logs.map((one) => plain(one?.body, 0)))
  },
}

/**
 * Elastic's integration writes annotations with `_` for `.`, for its index splits names at dots. In
 * the part before the slash, a domain, no underscore was there before.
 */
function dotted(event: JsonRecord): JsonRecord {
  if (!isObject(event.annotations)) return event
  const entries = Object.entries(event.annotations).map(([key, value]) => {
    const slash = Math.max(0, key.indexOf('/'))
    return [key.slice(0, slash).replaceAll('_', '.') + key.slice(slash), value]
  })
  return { ...event, annotations: Object.fromEntries(entries) }
}

const isLine = (value: unknown): value is string => typeof value === 'string'

const isAudit = (value: unknown): boolean => isObject(value) && typeof value.verb === 'string'

const list = (value: unknown): readonly any[] => (Array.isArray(value) ? value : [])

/** OTLP's AnyValue as a plain value. Deeper than rules look, it is left out. */
function plain(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > 64) return undefined
  if (value.stringValue !== undefined) return value.stringValue
  if (value.boolValue !== undefined) return value.boolValue
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.doubleValue !== undefined) return value.doubleValue
  if (isObject(value.arrayValue)) {
    return list(value.arrayValue.values).map((one) => plain(one, depth + 1))
  }
  if (!isObject(value.kvlistValue)) return undefined
  const pairs = list(value.kvlistValue.values).filter(isObject)
  return Object.fromEntries(pairs.map((pair) => [String(pair.key), plain(pair.value, depth + 1)]))
}
