import type { LogSource } from '../../model/delivery.ts'
import type { EvictionNote, SourceObservation } from '../../model/source-health.ts'

/**
 * Measures the flow of bytes of one log source. What flows much faster than usual makes the API
 * server rotate its file, and with a few rotations the older evidence is gone.
 */
export class EvictionWatch {
  readonly #source: LogSource
  /** Bytes of the last minutes, the oldest first. */
  readonly #minutes: number[] = []
  readonly #recent: Flow[] = []
  readonly #rotations: number[] = []
  #minute = 0
  #minuteBytes = 0
  #fingerprint: string | undefined
  #budgetSeconds: number | undefined
  #told:
    | { readonly fromUs: number; readonly rate: number; readonly budget: number | undefined }
    | undefined

  constructor(source: LogSource) {
    this.#source = source
  }

  /** What the follower of a file says: how soon rotation deletes what is not read. */
  budget(seconds: number | undefined): void {
    this.#budgetSeconds = seconds
  }

  add(arrivedUs: number, seen: SourceObservation, fingerprint: string | undefined): void {
    const minute = Math.floor(arrivedUs / MINUTE_US)
    if (minute !== this.#minute) this.#turn(minute)
    this.#minuteBytes += seen.bytes
    this.#flow(arrivedUs, seen)
    this.#dropBefore(arrivedUs - RATE_US)
    if (fingerprint === undefined || fingerprint === this.#fingerprint) return
    if (this.#fingerprint !== undefined) this.#rotations.push(arrivedUs)
    if (this.#rotations.length > ROTATIONS_KEPT) this.#rotations.shift()
    this.#fingerprint = fingerprint
  }

  /** Events and bytes each second, over the last minute. */
  rates(nowUs: number): { readonly events: number; readonly bytes: number } {
    this.#dropBefore(nowUs - RATE_US)
    const sum = (pick: (flow: Flow) => number): number =>
      this.#recent.reduce((all, flow) => all + pick(flow), 0) / (RATE_US / 1e6)
    return { events: sum(({ events }) => events), bytes: sum(({ bytes }) => bytes) }
  }

  tick(nowUs: number): readonly EvictionNote[] {
    const { bytes: rate } = this.rates(nowUs)
    const usual = this.#usual()
    const rotationSeconds = this.#rotationSeconds(nowUs)
    const budget = this.#budgetSeconds
    const isFast = rate >= FAST_BYTES_MIN && (usual === undefined || rate >= usual * FAST_TIMES)
    const isTurning = rotationSeconds !== undefined && rotationSeconds < ROTATION_SECONDS
    const isShort = budget !== undefined && budget < BUDGET_SECONDS
    if (!isFast && !isTurning && !isShort) {
      this.#told = undefined
      return []
    }
    const told = this.#told
    const shrank = budget !== undefined && budget <= (told?.budget ?? UNHURRIED) / 2
    if (told !== undefined && rate < told.rate * 2 && !shrank) return []
    const fromUs = told?.fromUs ?? this.#recent[0]?.atUs ?? nowUs
    this.#told = { fromUs, rate, budget }
    return [
      {
        ...this.#source,
        kind: 'eviction',
        fromUs,
        toUs: nowUs,
        key: '',
        events: [],
        bytesPerSecond: Math.round(rate),
        usualBytesPerSecond: usual === undefined ? undefined : Math.round(usual),
        rotationSeconds,
        budgetSeconds: budget,
        hugeMetadata: this.#recent.reduce((all, flow) => all + flow.hugeMetadata, 0),
      },
    ]
  }

  /** However many deliveries there are, a second is one entry. */
  #flow(arrivedUs: number, { bytes, events, hugeMetadata }: SourceObservation): void {
    const atUs = Math.floor(arrivedUs / SECOND_US) * SECOND_US
    const last = this.#recent.at(-1)
    if (last !== undefined && last.atUs >= atUs) {
      last.bytes += bytes
      last.events += events
      last.hugeMetadata += hugeMetadata
    } else this.#recent.push({ atUs, bytes, events, hugeMetadata })
  }

  #turn(minute: number): void {
    const passed = this.#minute === 0 ? 0 : Math.min(minute - this.#minute, MINUTES_KEPT)
    for (let n = 0; n < passed; n++) this.#minutes.push(n === 0 ? this.#minuteBytes : 0)
    this.#minutes.splice(0, this.#minutes.length - MINUTES_KEPT)
    this.#minute = minute
    this.#minuteBytes = 0
  }

  #dropBefore(atUs: number): void {
    const keep = this.#recent.findIndex((flow) => flow.atUs > atUs)
    this.#recent.splice(0, keep < 0 ? this.#recent.length : keep)
  }

  /** Bytes per second of an ordinary minute. */
  #usual(): number | undefined {
    if (this.#minutes.length < MINUTES_MIN) return undefined
    const sorted = [...this.#minutes].sort((a, b) => a - b)
    return (sorted[Math.floor(sorted.length / 2)] ?? 0) / 60
  }

  /** Between the last rotations, of which one at least is fresh. */
  #rotationSeconds(nowUs: number): number | undefined {
    const [first, last] = [this.#rotations.at(-2), this.#rotations.at(-1)]
    if (first === undefined || last === undefined || nowUs - last > ROTATION_FRESH_US) {
      return undefined
    }
    return (last - first) / 1e6
  }
}

interface Flow {
  readonly atUs: number
  bytes: number
  events: number
  hugeMetadata: number
}

const SECOND_US = 1_000_000
const MINUTE_US = 60 * SECOND_US
const RATE_US = MINUTE_US
const MINUTES_KEPT = 60
const MINUTES_MIN = 10
const FAST_TIMES = 10
const FAST_BYTES_MIN = 100_000
const ROTATIONS_KEPT = 10
const ROTATION_SECONDS = 60
const ROTATION_FRESH_US = 2 * MINUTE_US
const BUDGET_SECONDS = 600
const UNHURRIED = 2 * BUDGET_SECONDS
