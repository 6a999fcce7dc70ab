import type { LinesDelivery, LogSource } from '../../../model/delivery.ts'
import type { OpenRequest, SourceObservation } from '../../../model/source-health.ts'

/** A second, in µs. */
export const SECOND = 1_000_000

/** When tests begin. */
export const START: number = Date.parse('2026-11-20T10:00:00Z') * 1000

/** The log source that tests are about. */
export const FILE: LogSource = { cluster: 'shop', server: 'master-1', way: 'file' }

/** The same API server's webhook. */
export const WEBHOOK: LogSource = { ...FILE, way: 'webhook' }

/** What a delivery of ordinary events says: `events` of them in the second at `atUs`. */
export const observed = (
  atUs: number,
  changes: Partial<SourceObservation> = {},
): SourceObservation => {
  const events = changes.events ?? 10
  return {
    events,
    bytes: events * 1_000,
    firstUs: atUs,
    lastUs: atUs,
    stages: { received: 0, started: 0, complete: events, panic: 0 },
    heartbeats: 0,
    startedUs: undefined,
    truncated: 0,
    hugeMetadata: 0,
    hugeMetadataBytes: 0,
    missingBodies: 0,
    examples: [],
    levels: [],
    opened: [],
    closed: new Float64Array(),
    seconds: [{ second: Math.floor(atUs / SECOND), events, sum: events * 7 }],
    leftOut: 0,
    ...changes,
  }
}

/** A request that began. */
export const opened = (
  key: number,
  receivedUs: number,
  changes: Partial<OpenRequest> = {},
): OpenRequest => ({
  key,
  receivedUs,
  longRunning: false,
  write: true,
  verb: 'patch',
  target: 'configmaps',
  user: 'mallory',
  event: {
    id: String(key),
    auditID: String(key),
    stage: 'RequestReceived',
    time: '',
    server: 'master-1',
    file: 'audit.log',
    offset: key,
    length: 100,
  },
  ...changes,
})

/** A delivery of lines that arrived then. */
export const linesAt = (
  source: LogSource,
  arrivedUs: number,
  fingerprint = 'f0',
): LinesDelivery => ({
  kind: 'lines',
  source,
  arrivedUs,
  path: 'audit.log',
  fingerprint,
  offset: 0,
  length: 0,
})
