import type { ChainedPlace, Hit } from './hit.ts'

/** How much a queue may keep. */
export interface HitQueueOptions {
  /** Bytes of the hits that wait, as `bytesOfHit` estimates them. */
  readonly bytesMax: number
}

/** A hit, and what its sender wants back with it. */
export interface QueuedHit<Source> {
  readonly hit: Hit
  readonly source: Source
}

/** Puts hits in the order of time, whatever order they come in. */
export class HitQueue<Source> {
  readonly #bytesMax: number
  #waiting: QueuedHit<Source>[] = []
  #bytes = 0
  /** Everything before this time has been released. */
  #releasedUs = Number.NEGATIVE_INFINITY
  #late = 0
  #early = 0

  constructor(options: HitQueueOptions) {
    this.#bytesMax = options.bytesMax
  }

  /** Hits that came after later ones had been released: they are dropped, and count nowhere. */
  get late(): number {
    return this.#late
  }

  /** Hits released before their time because the queue was full. */
  get early(): number {
    return this.#early
  }

  /** Takes a hit. `overflow` has to be asked afterwards. */
  push(hit: Hit, source: Source): void {
    if (hit.timeUs < this.#releasedUs) {
      this.#late += 1
      return
    }
    this.#waiting.push({ hit, source })
    this.#bytes += bytesOfHit(hit)
  }

  /**
   * When the queue is full its earliest quarter, in order; else nothing. Hits of one time stay
   * together, for some of them alone would be judged apart.
   */
  overflow(): readonly QueuedHit<Source>[] {
    if (this.#bytes <= this.#bytesMax) return []
    this.#sort()
    const last = this.#waiting[this.#waiting.length >> 2]
    if (last === undefined) return []
    const released = this.release(last.hit.timeUs + 1)
    this.#early += released.length
    return released
  }

  /** All hits before a time in µs, in order. */
  release(watermarkUs: number): readonly QueuedHit<Source>[] {
    this.#sort()
    this.#releasedUs = Math.max(this.#releasedUs, watermarkUs)
    const released = this.#waiting.splice(0, this.#countBefore(watermarkUs))
    for (const { hit } of released) this.#bytes -= bytesOfHit(hit)
    return released
  }

  /** All hits, in order. */
  finish(): readonly QueuedHit<Source>[] {
    return this.release(Number.POSITIVE_INFINITY)
  }

  #sort(): void {
    this.#waiting.sort((a, b) => compareHits(a.hit, b.hit))
  }

  /** How many of the sorted hits are before a time. */
  #countBefore(timeUs: number): number {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      const waiting = this.#waiting[middle]
      if (waiting !== undefined && waiting.hit.timeUs < timeUs) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** About what a hit takes in memory. */
export const bytesOfHit = ({ values, group, up }: ChainedPlace): number => {
  let bytes = HIT_BYTES
  for (const value of values ?? []) bytes += bytesOfValue(value)
  for (const value of group) bytes += bytesOfValue(value)
  for (const place of up) bytes += bytesOfHit(place)
  return bytes
}

const HIT_BYTES = 320

const bytesOfValue = (value: string | number | null): number =>
  typeof value === 'string' ? 24 + value.length : 8

const compareHits = (a: Hit, b: Hit): number =>
  a.timeUs - b.timeUs ||
  a.correlation - b.correlation ||
  a.slot - b.slot ||
  compareTexts(a.origin, b.origin)

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
