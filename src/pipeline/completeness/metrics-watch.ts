import { timeText } from '../../detect/time.ts'
import type { LogSource, SourceGap } from '../../model/delivery.ts'
import type { AuditMetrics, MetricsNote, Noticed } from '../../model/source-health.ts'
import { Episode } from './episode.ts'
import type { WaySeconds } from './way-seconds.ts'

/** By which ways one API server's events come, and how many by each. */
export type Ways = ReadonlyMap<LogSource['way'], WaySeconds>

/**
 * Compares what one API server counted with what arrived. Between two scrapes of one process:
 * `event_total − Σ error_total ≤ events that arrived ≤ event_total`, by each way.
 * Upstream: kubernetes/apiserver pkg/audit/metrics.go; error_total counts what is perhaps lost.
 */
export class MetricsWatch {
  readonly #server: Pick<LogSource, 'cluster' | 'server'>
  /** Scrapes of the present process that wait until late events have come. */
  readonly #waiting: AuditMetrics[] = []
  #baseline: AuditMetrics | undefined
  /** What was said to be missing since the baseline, and too much. */
  readonly #said = new Map<string, number>()
  readonly #errors = new Map<string, Episode>()
  readonly #shares: number[] = []
  #shareFrom: AuditMetrics | undefined
  #hiddenFromUs: number | undefined
  #last: AuditMetrics | undefined

  constructor(server: Pick<LogSource, 'cluster' | 'server'>) {
    this.#server = server
  }

  /** Share of requests at level None in the last minutes, or since the first scrape. */
  hiddenShare(): number | undefined {
    return this.#shares.at(-1)
  }

  scrape(metrics: AuditMetrics): readonly MetricsNote[] {
    const last = this.#last
    this.#last = metrics
    if (last === undefined || isAnother(last, metrics)) {
      this.#baseline = undefined
      this.#waiting.length = 0
      this.#shareFrom = metrics
      this.#waiting.push(metrics)
      return []
    }
    this.#waiting.push(metrics)
    if (this.#waiting.length > WAITING_MAX) this.#waiting.splice(1, 1)
    return [...this.#errorsSince(last, metrics), ...this.#shareAt(metrics)]
  }

  /** Judges the scrapes after which every event has had the time to come. */
  tick(nowUs: number, ways: Ways): Noticed {
    const notes: MetricsNote[] = []
    const gaps: Noticed['gaps'][number][] = []
    for (;;) {
      const [next] = this.#waiting
      if (next === undefined || nowUs - next.atUs < SETTLED_US) return { notes, gaps }
      if (isBehind(ways, next.atUs) && nowUs - next.atUs < BEHIND_US) return { notes, gaps }
      this.#waiting.shift()
      if (this.#baseline === undefined) {
        this.#baseline = next
        this.#said.clear()
        continue
      }
      for (const [way, seconds] of ways)
        this.#compare(this.#baseline, next, way, seconds, { notes, gaps })
      if (next.atUs - this.#baseline.atUs < BASELINE_US) continue
      this.#baseline = next
      this.#said.clear()
    }
  }

  #compare(
    from: AuditMetrics,
    to: AuditMetrics,
    way: LogSource['way'],
    seconds: WaySeconds,
    found: { readonly notes: MetricsNote[]; readonly gaps: Noticed['gaps'][number][] },
  ): void {
    const [begin, end] = [Math.floor(from.atUs / 1e6), Math.floor(to.atUs / 1e6)]
    // Of a way that began later, or whose beginning is forgotten, nothing can be said.
    if (seconds.first === undefined || seconds.first > begin || seconds.since > begin) return
    const counted = to.eventTotal - from.eventTotal
    const perhapsLost = total(to.errorTotal) - total(from.errorTotal)
    const most = seconds.between(begin - EDGE, end + EDGE + 1)
    const least = seconds.between(begin + EDGE, end - EDGE)
    const missing = counted - perhapsLost - most
    const tooMany = least - counted
    const head = { ...this.#server, way, fromUs: from.atUs, toUs: to.atUs, key: '', events: [] }
    if (this.#isNews(`${way} missing`, missing)) {
      found.notes.push({ ...head, ...NO_SHARE, kind: 'undelivered', count: missing })
      found.gaps.push({ source: { ...this.#server, way }, gap: gapOf(head, missing) })
    }
    if (this.#isNews(`${way} more`, tooMany)) {
      found.notes.push({ ...head, ...NO_SHARE, kind: 'unaccounted', count: tooMany })
    }
  }

  #isNews(name: string, count: number): boolean {
    if (count <= (this.#said.get(name) ?? 0)) return false
    this.#said.set(name, count)
    return true
  }

  #errorsSince(last: AuditMetrics, { atUs, errorTotal }: AuditMetrics): readonly MetricsNote[] {
    return Object.entries(errorTotal).flatMap(([plugin, value]) => {
      const more = value - (last.errorTotal[plugin] ?? 0)
      if (more <= 0) return []
      let episode = this.#errors.get(plugin)
      if (episode === undefined || atUs - episode.fromUs > HOUR_US) {
        episode = new Episode(last.atUs)
        this.#errors.set(plugin, episode)
      }
      episode.grow(atUs, more)
      if (!episode.isWorthTelling()) return []
      const { fromUs, toUs, amount } = episode
      const head = { ...this.#server, way: undefined, fromUs, toUs, key: plugin, events: [] }
      return [{ ...head, ...NO_SHARE, kind: 'audit-errors' as const, count: amount, plugin }]
    })
  }

  /** A share that jumps: the policy was changed, or somebody uses what it does not log. */
  #shareAt(metrics: AuditMetrics): readonly MetricsNote[] {
    const from = this.#shareFrom
    if (from === undefined || metrics.atUs - from.atUs < SHARE_US) return []
    const all = total(metrics.levelTotal) - total(from.levelTotal)
    const hidden = (metrics.levelTotal.None ?? 0) - (from.levelTotal.None ?? 0)
    this.#shareFrom = metrics
    if (all < SHARE_REQUESTS_MIN) return []
    const share = hidden / all
    const sorted = [...this.#shares].sort((a, b) => a - b)
    const usual = sorted[Math.floor(sorted.length / 2)]
    this.#shares.push(share)
    if (this.#shares.length > SHARES_KEPT) this.#shares.shift()
    if (usual === undefined || sorted.length < SHARES_MIN || share - usual < SHARE_JUMP) {
      this.#hiddenFromUs = undefined
      return []
    }
    if (this.#hiddenFromUs !== undefined) return []
    this.#hiddenFromUs = from.atUs
    const head = { ...this.#server, way: undefined, fromUs: from.atUs, toUs: metrics.atUs }
    const shares = { share, usualShare: usual, plugin: undefined }
    return [{ ...head, ...shares, kind: 'hidden-share', key: '', events: [], count: hidden }]
  }
}

/** Whether a file is not read up to that moment: what it holds is late, and not missing. */
const isBehind = (ways: Ways, atUs: number): boolean => {
  const file = ways.get('file')
  return file !== undefined && file.last < Math.floor(atUs / 1e6) + EDGE
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0)

/** Counters that went back, or another beginning: the process was started again. */
const isAnother = (last: AuditMetrics, next: AuditMetrics): boolean =>
  next.eventTotal < last.eventTotal ||
  total(next.levelTotal) < total(last.levelTotal) ||
  Math.abs((next.startedUs ?? 0) - (last.startedUs ?? 0)) > SAME_START_US

const gapOf = (head: { fromUs: number; toUs: number }, events: number): SourceGap => ({
  kind: 'undelivered',
  message: `the API server counted ${events} events more than arrived, less those it says it lost`,
  place: undefined,
  fromByte: undefined,
  toByte: undefined,
  fromTime: timeText(head.fromUs),
  toTime: timeText(head.toUs),
  events,
})

const NO_SHARE = { share: undefined, usualShare: undefined, plugin: undefined }

const SECOND_US = 1_000_000
const HOUR_US = 3_600 * SECOND_US
/** Until the last repetition of a refused batch has come: 248 s, and what its batch waited. */
const SETTLED_US = 300 * SECOND_US
/** What is not read after so long is missing after all. */
const BEHIND_US = HOUR_US
const BASELINE_US = 1_200 * SECOND_US
/** Seconds by which the moment of a scrape is uncertain: clocks differ, a scrape takes time. */
const EDGE = 2
const WAITING_MAX = 100
const SAME_START_US = 2 * SECOND_US
const SHARE_US = 300 * SECOND_US
const SHARE_REQUESTS_MIN = 100
const SHARES_KEPT = 24
const SHARES_MIN = 3
const SHARE_JUMP = 0.15
