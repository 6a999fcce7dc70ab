import { isObject } from '../members.ts'
import { inside, type Shape } from './shape.ts'

/** Splunk: search results (`result._raw`), exports of them, and HEC posts (`event`). */
export const splunk: Shape = {
  name: 'splunk',
  about: 'Splunk exports (`result._raw`, `_raw`, `results[]`) and HEC posts (`event`).',
  proof: 'documentation',
  open: (record) => {
    if (record._raw !== undefined) return inside([record._raw])
    if (isObject(record.result) && record.result._raw !== undefined) {
      return inside([record.result._raw])
    }
    if (Array.isArray(record.results) && record.results.some(hasRaw)) return inside(record.results)
    const hec = record.sourcetype !== undefined || record.source !== undefined
    return hec && record.event !== undefined ? inside([record.event]) : undefined
  },
}

/** Elasticsearch and OpenSearch: a search's answer, or one hit a line as the dump tools write. */
export const elasticsearch: Shape = {
  name: 'elasticsearch',
  about: 'Elasticsearch or OpenSearch hits (`hits.hits[]._source`, or one hit a line).',
  proof: 'documentation',
  open: (record) => {
    if (isObject(record.hits) && Array.isArray(record.hits.hits)) return inside(record.hits.hits)
    return isObject(record._source) ? inside([record._source]) : undefined
  },
}

/** Loki: the answer of a query, a push body, and `logcli --output jsonl`. */
export const loki: Shape = {
  name: 'loki',
  about: 'Loki query answers (`data.result[].values`), push bodies, and `logcli` JSON lines.',
  proof: 'documentation',
  open: (record) => {
    const streams = record.data?.result ?? record.streams
    if (Array.isArray(streams) && streams.every((one) => Array.isArray(one?.values))) {
      return inside(streams.flatMap((one) => one.values.map((pair: unknown) => second(pair))))
    }
    return typeof record.line === 'string' && record.labels !== undefined
      ? inside([record.line])
      : undefined
  },
}

const hasRaw = (row: unknown): boolean => isObject(row) && row._raw !== undefined

const second = (pair: unknown): unknown => (Array.isArray(pair) ? pair[1] : undefined)
