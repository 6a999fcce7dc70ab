import { LIMIT } from '../../base/limit.ts'
import { microsecondsOf } from '../../detect/time.ts'
import type { Delivery, GapDelivery, LogSource } from '../../model/delivery.ts'
import type { EventRef } from '../../model/finding.ts'
import type {
  AuditMetrics,
  CollisionNote,
  GapNote,
  Noticed,
  SourceNote,
  SourceObservation,
} from '../../model/source-health.ts'
import { DriftWatch } from './drift-watch.ts'
import { MetricsWatch } from './metrics-watch.ts'
import { OrphanWatch } from './orphan-watch.ts'
import { SourceWatch } from './source-watch.ts'
import type { WaySeconds } from './way-seconds.ts'
import { WayWatch } from './way-watch.ts'

/**
 * Watches whether the logs are complete. Give it every delivery that is not a repetition, in the
 * order of the write-ahead log, with what the analysis counted in it; every gap that a source
 * tells;
 * and from time to time the moment up to which all has been given (`tick`, about once a second: the
 * present while nothing waits, else the arrival of the last delivery). Times are µs since 1970.
 */
export class Completeness {
  readonly #sources = new Map<string, SourceWatch>()
  readonly #servers = new Map<string, ServerWatch>()
  readonly #clusters = new Map<string, DriftWatch>()
  #comparedUs = 0
  #tickedUs: number | undefined

  /** Begins with what the store knows of a source, so that a restart hides no silence. */
  seed(source: LogSource, lastArrivedUs: number, lastEventUs: number): void {
    this.#sourceOf(source).silence.seed(lastArrivedUs, lastEventUs)
  }

  observe(delivery: Delivery, seen: SourceObservation): Noticed {
    const { source, arrivedUs } = delivery
    const watch = this.#sourceOf(source)
    const fingerprint = delivery.kind === 'lines' ? delivery.fingerprint : undefined
    const { silentUs, ...noticed } = watch.add(arrivedUs, seen, fingerprint)
    // What is read after the fact says nothing of the present.
    if (source.way === 'import') return { notes: noticed.notes, gaps: [] }
    const server = this.#serverOf(source)
    server.orphans.add(arrivedUs, seen, silentUs)
    server.ways.set(source.way, watch.seconds)
    if (seen.startedUs !== undefined) server.started(seen.startedUs)
    this.#clusterOf(source.cluster).add(source.server, arrivedUs, seen)
    return noticed
  }

  /** What is known to be missing, as a note: the gap itself is stored by whoever passes it on. */
  gap({ source, arrivedUs, gap }: GapDelivery): readonly GapNote[] {
    const watch = this.#sourceOf(source)
    watch.addGap(gap, arrivedUs)
    const fromUs = gap.fromTime === undefined ? undefined : microsecondsOf(gap.fromTime)
    const toUs = gap.toTime === undefined ? undefined : microsecondsOf(gap.toTime)
    const { fromByte, toByte, message } = gap
    const isMeasured = fromUs !== undefined && toUs !== undefined
    return [
      {
        ...source,
        kind: 'gap',
        gapKind: gap.kind,
        fromUs: fromUs ?? arrivedUs,
        toUs: toUs ?? arrivedUs,
        key: JSON.stringify([gap.kind, gap.place, fromByte, toByte]),
        events: [],
        bytes: fromByte === undefined || toByte === undefined ? undefined : toByte - fromByte,
        count: gap.events,
        seconds: isMeasured ? (toUs - fromUs) / 1e6 : undefined,
        message,
      },
    ]
  }

  /** What an API server's metrics said. */
  scrape(metrics: AuditMetrics): readonly SourceNote[] {
    return this.#serverOf(metrics).metrics.scrape(metrics)
  }

  /** What the follower of a file says of it: seconds until rotation deletes what is not read. */
  budget(source: LogSource, seconds: number | undefined): void {
    this.#sourceOf(source).eviction.budget(seconds)
  }

  tick(nowUs: number): Noticed {
    const notes: SourceNote[] = []
    const gaps: Noticed['gaps'][number][] = []
    const hasSlept = nowUs - (this.#tickedUs ?? nowUs) > SLEPT_US
    this.#tickedUs = nowUs
    for (const watch of this.#sources.values()) {
      if (watch.source.way === 'import') continue
      // The machine slept, or was stopped: nobody listened.
      if (hasSlept) watch.silence.resume(nowUs)
      notes.push(...watch.silence.tick(nowUs, this.#neighbours(watch.source, nowUs)))
      notes.push(...watch.skew.tick(nowUs, this.#othersBehind(watch)))
      notes.push(...watch.eviction.tick(nowUs))
    }
    for (const server of this.#servers.values()) {
      notes.push(...server.orphans.tick(nowUs))
      notes.push(...server.compare.tick(nowUs, server.ways, server.starts))
      const noticed = server.metrics.tick(nowUs, server.ways)
      notes.push(...noticed.notes)
      gaps.push(...noticed.gaps)
    }
    for (const { source, gap } of gaps) this.#sourceOf(source).addGap(gap, nowUs)
    if (nowUs - this.#comparedUs >= COMPARED_EACH_US) {
      this.#comparedUs = nowUs
      for (const drift of this.#clusters.values()) notes.push(...drift.tick(nowUs))
    }
    return { notes, gaps }
  }

  /** What is known of each source, for `deckwatch sources`. */
  sources(): readonly { readonly watch: SourceWatch; readonly server: ServerHealth }[] {
    return [...this.#sources.values()].map((watch) => {
      const { orphans, metrics, compare } = this.#serverOf(watch.source)
      const hiddenShare = metrics.hiddenShare()
      const { matched } = compare
      return { watch, server: { orphans: orphans.count, hiddenShare, matched } }
    })
  }

  #sourceOf(source: LogSource): SourceWatch {
    return getOr(this.#sources, nameOf(source), () => new SourceWatch(source))
  }

  #serverOf({ cluster, server }: Pick<LogSource, 'cluster' | 'server'>): ServerWatch {
    const name = JSON.stringify([cluster, server])
    return getOr(this.#servers, name, () => new ServerWatch({ cluster, server }))
  }

  #clusterOf(cluster: string): DriftWatch {
    return getOr(this.#clusters, cluster, () => new DriftWatch(cluster))
  }

  #neighbours({ cluster, server, way }: LogSource, nowUs: number) {
    const same = [...this.#sources.values()].filter(({ source }) => source.cluster === cluster)
    const others = same.filter(({ source }) => source.server !== server)
    const ways = same.filter(({ source }) => source.server === server && source.way !== way)
    const logging = new Set(
      others.filter(({ silence }) => !silence.isSilent(nowUs)).map(({ source }) => source.server),
    )
    return {
      othersLogging: others.length === 0 ? undefined : logging.size,
      otherWayLogs:
        ways.length === 0 ? undefined : ways.some(({ silence }) => !silence.isSilent(nowUs)),
    }
  }

  #othersBehind({ source }: SourceWatch): number | undefined {
    const behind = [...this.#sources.values()]
      .filter((other) => other.source.cluster === source.cluster)
      .filter((other) => other.source.way === source.way && other.source.server !== source.server)
      .flatMap(({ skew }) => skew.behindUs() ?? [])
      .sort((a, b) => a - b)
    return behind[Math.floor(behind.length / 2)]
  }
}

/** The note that the same request and stage was logged twice with different bytes. */
export const collisionNote = (cluster: string, one: EventRef, other: EventRef): CollisionNote => {
  const [first, second] = one.id < other.id ? [one, other] : [other, one]
  const times = [first, second].map(({ time }) => microsecondsOf(time) ?? 0)
  return {
    kind: 'audit-id-collision',
    cluster,
    server: first.server,
    way: undefined,
    fromUs: Math.min(...times),
    toUs: Math.max(...times),
    key: `${first.id} ${second.id}`,
    events: [first, second],
    auditID: first.auditID ?? '',
  }
}

/** What is known of the API server behind a source. */
export interface ServerHealth {
  readonly orphans: number
  readonly hiddenShare: number | undefined
  /** Events that came by both ways. */
  readonly matched: number | undefined
}

class ServerWatch {
  readonly orphans: OrphanWatch
  readonly metrics: MetricsWatch
  readonly compare: WayWatch
  readonly ways = new Map<LogSource['way'], WaySeconds>()
  readonly starts: number[] = []

  constructor(server: Pick<LogSource, 'cluster' | 'server'>) {
    this.orphans = new OrphanWatch(server)
    this.metrics = new MetricsWatch(server)
    this.compare = new WayWatch(server)
  }

  started(atUs: number): void {
    this.starts.push(atUs)
    if (this.starts.length > STARTS_KEPT) this.starts.shift()
  }
}

/** What there is too much of is made, and forgotten. */
const getOr = <Value>(map: Map<string, Value>, name: string, make: () => Value): Value => {
  const known = map.get(name)
  if (known !== undefined) return known
  const made = make()
  if (map.size < LIMIT.watchedSourcesMax) map.set(name, made)
  return made
}

const nameOf = ({ cluster, server, way }: LogSource): string =>
  JSON.stringify([cluster, server, way])

const STARTS_KEPT = 20
const COMPARED_EACH_US = 60_000_000
const SLEPT_US = 120_000_000
