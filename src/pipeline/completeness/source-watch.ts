import { microsecondsOf } from '../../detect/time.ts'
import type { GapKind, LogSource, SourceGap } from '../../model/delivery.ts'
import { USUAL_KINDS } from '../../model/request-kind.ts'
import type { Noticed, SourceObservation } from '../../model/source-health.ts'
import { EvictionWatch } from './eviction-watch.ts'
import { EvidenceWatch } from './evidence-watch.ts'
import { SilenceWatch } from './silence-watch.ts'
import { SkewWatch } from './skew-watch.ts'
import { WaySeconds } from './way-seconds.ts'

/** Everything that is watched of one log source, and its totals. */
export class SourceWatch {
  readonly source: LogSource
  readonly silence: SilenceWatch
  readonly skew: SkewWatch
  readonly eviction: EvictionWatch
  readonly evidence: EvidenceWatch
  readonly seconds: WaySeconds = new WaySeconds()
  readonly levels: LevelTotals = { metadata: 0, request: 0, requestResponse: 0 }
  /** By kind of request, whether it was ever seen. */
  readonly kinds: Set<string> = new Set()
  readonly gaps: Map<GapKind, GapTotal> = new Map()
  events = 0
  bytes = 0
  received = 0
  /** When the first delivery came, µs; undefined: none did. */
  sinceUs: number | undefined

  constructor(source: LogSource) {
    this.source = source
    this.silence = new SilenceWatch(source)
    this.skew = new SkewWatch(source)
    this.eviction = new EvictionWatch(source)
    this.evidence = new EvidenceWatch(source)
  }

  /** Also says for how long nothing had come, where that was longer than is usual. */
  add(
    arrivedUs: number,
    seen: SourceObservation,
    fingerprint: string | undefined,
  ): Noticed & { readonly silentUs: number } {
    this.sinceUs ??= arrivedUs
    const wasSilent = this.silence.isSilent(arrivedUs)
    const silentUs = wasSilent ? arrivedUs - (this.silence.lastArrivedUs ?? arrivedUs) : 0
    const gaps = this.silence.add(arrivedUs, seen)
    this.skew.add(arrivedUs, seen)
    this.eviction.add(arrivedUs, seen, fingerprint)
    this.seconds.add(seen.seconds, Math.floor(arrivedUs / 1e6))
    this.#total(seen)
    for (const { gap } of gaps) this.addGap(gap, arrivedUs)
    return { notes: this.evidence.add(arrivedUs, seen), gaps, silentUs }
  }

  addGap(gap: SourceGap, noticedUs: number): void {
    const known = this.gaps.get(gap.kind)
    const lastUs = (gap.toTime === undefined ? undefined : microsecondsOf(gap.toTime)) ?? noticedUs
    this.gaps.set(gap.kind, {
      count: (known?.count ?? 0) + 1,
      events: gap.events === undefined ? known?.events : (known?.events ?? 0) + gap.events,
      lastUs: Math.max(known?.lastUs ?? lastUs, lastUs),
    })
  }

  #total({ events, bytes, stages, levels }: SourceObservation): void {
    this.events += events
    this.bytes += bytes
    this.received += stages.received
    for (const { kind, metadata, request, requestResponse } of levels) {
      this.levels.metadata += metadata
      this.levels.request += request
      this.levels.requestResponse += requestResponse
      const usual = kind.slice(0, kind.indexOf(' by '))
      if (USUAL_KINDS.has(usual)) this.kinds.add(usual)
    }
  }
}

/** Final events by level. */
export interface LevelTotals {
  metadata: number
  request: number
  requestResponse: number
}

/** Gaps of one kind together. */
export interface GapTotal {
  readonly count: number
  readonly events: number | undefined
  readonly lastUs: number
}
