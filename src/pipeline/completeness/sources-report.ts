import { timeText } from '../../detect/time.ts'
import { type GapKind, type LogSource, logSourceName } from '../../model/delivery.ts'
import { USUAL_KINDS } from '../../model/request-kind.ts'
import type { GapCount, PolicySeen, SourceReport } from '../../model/source-health.ts'
import type { SourceStatus } from '../../source/source.ts'
import type { Completeness, ServerHealth } from './completeness.ts'
import type { SourceWatch } from './source-watch.ts'
import { troublesOf } from './troubles.ts'

/**
 * What is known of each log source now: what was watched of its deliveries, and what the sources
 * themselves say. In order of cluster, server and way.
 */
export const sourcesReport = (
  completeness: Completeness,
  statuses: readonly SourceStatus[],
  nowUs: number,
): readonly SourceReport[] => {
  const byName = new Map(statuses.map((status) => [logSourceName(status.source), status]))
  const watched = completeness.sources().map(({ watch, server }) => {
    const status = byName.get(logSourceName(watch.source))
    byName.delete(logSourceName(watch.source))
    return reportOf(watch, server, status, nowUs)
  })
  const silent = [...byName.values()].map(quietReport)
  return [...watched, ...silent]
    .map((report) => ({ ...report, troubles: troublesOf(report) }))
    .sort((a, b) => (logSourceName(a) < logSourceName(b) ? -1 : 1))
}

/** A source of which nothing is known yet. */
export const emptyReport = (source: LogSource): SourceReport => ({
  ...source,
  events: 0,
  bytes: 0,
  lastEvent: undefined,
  lastArrived: undefined,
  eventsPerSecond: undefined,
  bytesPerSecond: undefined,
  delaySeconds: undefined,
  lagBytes: undefined,
  budgetSeconds: undefined,
  duplicates: undefined,
  linked: undefined,
  gaps: [],
  silentSeconds: undefined,
  usualSilenceSeconds: undefined,
  skewSeconds: undefined,
  truncated: undefined,
  orphans: undefined,
  policy: undefined,
  troubles: [],
})

/** A source that is there and has brought nothing since this process began. */
const quietReport = (status: SourceStatus): SourceReport => ({
  ...emptyReport(status.source),
  bytes: status.bytes,
  lastArrived: textOf(status.lastArrivedUs),
  lagBytes: status.lagBytes,
  budgetSeconds: status.budgetSeconds,
  duplicates: status.duplicates,
  gaps: gapsOf(status.gaps),
})

const reportOf = (
  watch: SourceWatch,
  server: ServerHealth,
  status: SourceStatus | undefined,
  nowUs: number,
): SourceReport => {
  const { silence, skew, eviction, evidence } = watch
  const rates = eviction.rates(nowUs)
  const behindUs = skew.behindUs()
  const { lastArrivedUs } = silence
  return {
    ...watch.source,
    events: watch.events,
    bytes: watch.bytes,
    lastEvent: textOf(silence.lastEventUs),
    lastArrived: textOf(lastArrivedUs),
    eventsPerSecond: rates.events,
    bytesPerSecond: rates.bytes,
    delaySeconds: secondsOf(skew.delayUs()),
    lagBytes: status?.lagBytes,
    budgetSeconds: status?.budgetSeconds,
    duplicates: status?.duplicates,
    linked: server.matched,
    gaps: watchedGaps(watch),
    silentSeconds: lastArrivedUs === undefined ? undefined : secondsOf(nowUs - lastArrivedUs),
    usualSilenceSeconds: secondsOf(silence.usualUs),
    skewSeconds: behindUs === undefined ? undefined : secondsOf(-behindUs),
    truncated: evidence.truncated,
    orphans: server.orphans,
    policy: policyOf(watch, server, nowUs),
    troubles: [],
  }
}

const watchedGaps = ({ gaps }: SourceWatch): readonly GapCount[] =>
  [...gaps]
    .map(([kind, { count, events, lastUs }]) => ({ kind, count, events, last: textOf(lastUs) }))
    .sort((a, b) => (a.kind < b.kind ? -1 : 1))

const gapsOf = (gaps: SourceStatus['gaps']): readonly GapCount[] =>
  Object.entries(gaps).map(([kind, count]) => ({
    // The keys are kinds by their type.
    kind: kind as GapKind,
    count,
    events: undefined,
    last: undefined,
  }))

const policyOf = (
  { events, levels, kinds, received, sinceUs }: SourceWatch,
  { hiddenShare }: ServerHealth,
  nowUs: number,
): PolicySeen => {
  const isYoung = events < EVENTS_JUDGED_MIN || nowUs - (sinceUs ?? nowUs) < JUDGED_AFTER_US
  const { metadata, request, requestResponse } = levels
  const missing = [...USUAL_KINDS]
    .filter(([kind]) => !kinds.has(kind))
    .map(([, { about }]) => about)
  return {
    levels: { Metadata: metadata, Request: request, RequestResponse: requestResponse },
    hiddenShare,
    receivedStage: received > 0,
    neverSeen: isYoung ? [] : missing,
  }
}

/** Of a log that has just begun nobody can say what it never shows. */
const EVENTS_JUDGED_MIN = 5_000
/** A quiet cluster lists something only now and then. */
const JUDGED_AFTER_US = 3_600 * 1e6

const textOf = (us: number | undefined): string | undefined =>
  us === undefined ? undefined : timeText(us)

const secondsOf = (us: number | undefined): number | undefined =>
  us === undefined ? undefined : us / 1e6
