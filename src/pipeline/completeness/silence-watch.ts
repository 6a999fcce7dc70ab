import { timeText } from '../../detect/time.ts'
import type { LogSource } from '../../model/delivery.ts'
import type {
  HeartbeatNote,
  NoticedGap,
  SilenceNote,
  SourceObservation,
} from '../../model/source-health.ts'
import { Cadence } from './cadence.ts'
import { Episode } from './episode.ts'

/** What the other logs of a cluster do while this one is silent. */
export interface Neighbours {
  readonly othersLogging: number | undefined
  readonly otherWayLogs: boolean | undefined
}

/** Waits for the deliveries of one log source, and for the heartbeats in them. */
export class SilenceWatch {
  readonly #source: LogSource
  readonly #arrivals = new Cadence(SILENCE_FLOOR_US, SILENCE_TIMES)
  readonly #beats = new Cadence(BEATS_FLOOR_US, BEATS_TIMES)
  #lastEventUs: number | undefined
  #lastBeatEventUs = 0
  #beatCount = 0
  #firstBeatUs: number | undefined
  #eventsSinceBeat = 0
  /** Since when somebody has listened without a break; undefined: not yet. */
  #listeningUs: number | undefined
  /** The last event that is stored, until the first one comes after a restart. */
  #storedUs: number | undefined
  #silence: Episode | undefined
  #beatless: Episode | undefined

  constructor(source: LogSource) {
    this.#source = source
  }

  get lastArrivedUs(): number | undefined {
    return this.#arrivals.lastUs
  }

  get lastEventUs(): number | undefined {
    return this.#lastEventUs
  }

  get usualUs(): number | undefined {
    return this.#arrivals.usualUs()
  }

  /** Begins with what the store knows, so that a silence which lasts over a restart is seen. */
  seed(lastArrivedUs: number, lastEventUs: number): void {
    this.#arrivals.seen(lastArrivedUs)
    this.#lastEventUs = lastEventUs
    this.#storedUs = lastEventUs
  }

  /** Nobody listened for a while, and does from now on: that was no silence. */
  resume(nowUs: number): void {
    this.#listeningUs = nowUs
  }

  /** Takes a delivery; ends the silence that it breaks, which is then a gap of known length. */
  add(arrivedUs: number, seen: SourceObservation): readonly NoticedGap[] {
    const gaps = [...this.#endSilence(arrivedUs, seen), ...this.#sinceStored(seen)]
    this.#listeningUs ??= arrivedUs
    this.#arrivals.seen(arrivedUs)
    // A time that lies far ahead is made up, or a clock's fault that is told by itself.
    if (seen.lastUs !== undefined && seen.lastUs < arrivedUs + AHEAD_MAX_US) {
      this.#lastEventUs = Math.max(this.#lastEventUs ?? seen.lastUs, seen.lastUs)
    }
    if (seen.heartbeats > 0) this.#beat(arrivedUs, seen)
    else this.#eventsSinceBeat += seen.events
    return gaps
  }

  /** Whether it has been silent for longer than is usual. */
  isSilent(nowUs: number): boolean {
    return this.#silentUs(nowUs) >= this.#arrivals.silentAfterUs()
  }

  tick(nowUs: number, neighbours: Neighbours): readonly (SilenceNote | HeartbeatNote)[] {
    this.#listeningUs ??= nowUs
    return [...this.#silenceAt(nowUs, neighbours), ...this.#beatlessAt(nowUs)]
  }

  #beat(arrivedUs: number, { heartbeats, lastUs = 0 }: SourceObservation): void {
    this.#beats.seen(arrivedUs)
    this.#firstBeatUs ??= arrivedUs
    this.#beatCount += heartbeats
    this.#lastBeatEventUs = Math.max(this.#lastBeatEventUs, lastUs)
    this.#eventsSinceBeat = 0
    this.#beatless = undefined
  }

  #endSilence(arrivedUs: number, seen: SourceObservation): readonly NoticedGap[] {
    const silence = this.#silence
    this.#silence = undefined
    if (silence === undefined) return []
    const toUs = seen.firstUs ?? arrivedUs
    // What was only late came with times that lie within the silence, and nothing is missing.
    const fromUs = this.#lastEventUs ?? silence.fromUs
    if (toUs - fromUs < SILENCE_FLOOR_US) return []
    const seconds = Math.round((toUs - fromUs) / 1e6)
    const message = `nothing was logged for ${seconds} s, which is longer than is usual`
    return [this.#gap(message, fromUs, toUs)]
  }

  /** As long as somebody listened. */
  #silentUs(nowUs: number): number {
    const { lastUs } = this.#arrivals
    if (lastUs === undefined || this.#listeningUs === undefined) return 0
    return nowUs - Math.max(lastUs, this.#listeningUs)
  }

  /** What may have been sent in vain while nobody listened. */
  #sinceStored({ firstUs }: SourceObservation): readonly NoticedGap[] {
    const storedUs = this.#storedUs
    if (storedUs === undefined || firstUs === undefined) return []
    this.#storedUs = undefined
    if (firstUs - storedUs < REPEATED_US) return []
    const seconds = Math.round((firstUs - storedUs) / SECOND_US)
    const message = `nothing came for ${seconds} s while deckwatch was started again; what was sent meanwhile may be lost`
    return [this.#gap(message, storedUs, firstUs)]
  }

  #gap(message: string, fromUs: number, toUs: number): NoticedGap {
    const [fromTime, toTime] = [timeText(fromUs), timeText(toUs)]
    const nowhere = { place: undefined, fromByte: undefined, toByte: undefined }
    const gap = { kind: 'silence' as const, message, ...nowhere, fromTime, toTime }
    return { source: this.#source, gap: { ...gap, events: undefined } }
  }

  #silenceAt(nowUs: number, neighbours: Neighbours): readonly SilenceNote[] {
    const { lastUs } = this.#arrivals
    if (lastUs === undefined || !this.isSilent(nowUs)) return []
    // By the last arrival, which a new process knows too: so it stays one finding.
    this.#silence ??= new Episode(lastUs)
    const silentUs = this.#silentUs(nowUs)
    this.#silence.grow(nowUs, silentUs - this.#silence.amount)
    if (!this.#silence.isWorthTelling()) return []
    const usual = this.#arrivals.usualUs()
    return [
      {
        ...this.#head(this.#silence.fromUs, nowUs),
        kind: 'silence',
        seconds: silentUs / 1e6,
        usualSeconds: usual === undefined ? undefined : usual / 1e6,
        ...neighbours,
      },
    ]
  }

  #beatlessAt(nowUs: number): readonly HeartbeatNote[] {
    const { lastUs } = this.#beats
    const usual = this.#beats.usualUs()
    if (lastUs === undefined || usual === undefined) return []
    const withoutUs = nowUs - lastUs
    if (withoutUs < this.#beats.silentAfterUs()) return []
    this.#beatless ??= new Episode(this.#lastBeatEventUs)
    this.#beatless.grow(nowUs, withoutUs - this.#beatless.amount)
    if (!this.#beatless.isWorthTelling()) return []
    const perUs = this.#beatCount / Math.max(1, lastUs - (this.#firstBeatUs ?? lastUs))
    return [
      {
        ...this.#head(this.#beatless.fromUs, nowUs),
        kind: 'missing-heartbeats',
        seconds: withoutUs / 1e6,
        usualSeconds: usual / 1e6,
        missed: Math.round(withoutUs * perUs),
        otherEvents: this.#eventsSinceBeat,
      },
    ]
  }

  #head(
    fromUs: number,
    toUs: number,
  ): Omit<LogSource, never> & Pick<SilenceNote, 'fromUs' | 'toUs' | 'key' | 'events'> {
    return { ...this.#source, fromUs, toUs, key: '', events: [] }
  }
}

const SECOND_US = 1_000_000
/** For so long at least an API server repeats a batch. */
const REPEATED_US = 80 * SECOND_US
const SILENCE_FLOOR_US = 60 * SECOND_US
const SILENCE_TIMES = 3
const BEATS_FLOOR_US = 30 * SECOND_US
const BEATS_TIMES = 3
const AHEAD_MAX_US = 600 * SECOND_US
