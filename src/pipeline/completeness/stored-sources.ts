import { timeText } from '../../detect/time.ts'
import { type GapKind, logSourceName, type Way } from '../../model/delivery.ts'
import type { SourceReport, SourcesReport } from '../../model/source-health.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import { emptyReport } from './sources-report.ts'
import { troublesOf } from './troubles.ts'

/**
 * What the store knows of each log source: for an instance that does not run. Rates, lags and
 * clocks are only known while it does. Rejects with the store's Faults.
 */
export const storedSources = async (store: Store, nowUs: number): Promise<SourcesReport> => {
  const reports = new Map<string, SourceReport>()
  for (const row of await store.query(EVENTS)) {
    const report = reportOf(row)
    reports.set(logSourceName(report), report)
  }
  for (const row of await store.query(GAPS)) {
    const name = logSourceName(sourceOf(row))
    const report = reports.get(name) ?? emptyReport(sourceOf(row))
    reports.set(name, { ...report, gaps: [...report.gaps, gapOf(row)] })
  }
  const sources = [...reports.values()]
    .map((report) => ({ ...report, troubles: troublesOf(report) }))
    .sort((a, b) => (logSourceName(a) < logSourceName(b) ? -1 : 1))
  return { at: timeText(nowUs), live: false, sources }
}

const EVENTS = `
  SELECT cluster, server, toString(way) AS way, count() AS events, sum(place_length) AS bytes,
    countIf(copy) AS linked, toUnixTimestamp64Micro(max(arrived_at)) AS arrived,
    toUnixTimestamp64Micro(maxOrNull(stage_at)) AS last_stage,
    countIf(level = 'Metadata') AS metadata, countIf(level = 'Request') AS request,
    countIf(level = 'RequestResponse') AS request_response,
    countIf(stage = 'RequestReceived') AS received
  FROM events GROUP BY cluster, server, way`

const GAPS = `
  SELECT cluster, server, way, kind, count() AS gaps, sumOrNull(events) AS gap_events,
    maxOrNull(to_time) AS last, toUnixTimestamp64Micro(max(noticed_at)) AS noticed
  FROM gaps FINAL GROUP BY cluster, server, way, kind ORDER BY kind`

const reportOf = (row: StoreRecord): SourceReport => ({
  ...emptyReport(sourceOf(row)),
  events: numberOf(row.events) ?? 0,
  bytes: numberOf(row.bytes) ?? 0,
  linked: numberOf(row.linked),
  lastArrived: timeOf(row.arrived),
  lastEvent: timeOf(row.last_stage),
  policy: {
    levels: {
      Metadata: numberOf(row.metadata) ?? 0,
      Request: numberOf(row.request) ?? 0,
      RequestResponse: numberOf(row.request_response) ?? 0,
    },
    hiddenShare: undefined,
    receivedStage: (numberOf(row.received) ?? 0) > 0,
    neverSeen: [],
  },
})

// The store's own columns hold what this program wrote there.
const sourceOf = (row: StoreRecord): Pick<SourceReport, 'cluster' | 'server' | 'way'> => ({
  cluster: String(row.cluster),
  server: String(row.server),
  way: String(row.way) as Way,
})

const gapOf = (row: StoreRecord): SourceReport['gaps'][number] => ({
  kind: String(row.kind) as GapKind,
  count: numberOf(row.gaps) ?? 0,
  events: numberOf(row.gap_events),
  last: typeof row.last === 'string' ? row.last : timeOf(row.noticed),
})

/** 64-bit numbers come as text. */
const numberOf = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value)

const timeOf = (value: unknown): string | undefined => {
  const us = numberOf(value)
  return us === undefined ? undefined : timeText(us)
}
