/**
 * How often something usually happens, learned from when it did: the pauses of the last day. It
 * knows the longest pause of every ten minutes, and takes nine tenths of those for usual.
 */
export class Cadence {
  readonly #floorUs: number
  readonly #times: number
  /** The longest pause of each stretch, the oldest first. */
  readonly #pauses: number[] = []
  #stretchEndsUs = 0
  #firstUs: number | undefined
  #lastUs: number | undefined
  #seen = 0

  /** It is silent when nothing came for `times` the usual pause, and for `floorUs` at least. */
  constructor(floorUs: number, times: number) {
    this.#floorUs = floorUs
    this.#times = times
  }

  /** When it last happened. */
  get lastUs(): number | undefined {
    return this.#lastUs
  }

  /** It happened. A pause that was too long is not learned from, while little else is known. */
  seen(atUs: number): void {
    const pause = atUs - (this.#lastUs ?? atUs)
    if (pause < 0) return
    this.#firstUs ??= atUs
    const isUsual = this.#pauses.length >= STRETCHES_SURE || pause < this.silentAfterUs()
    this.#lastUs = atUs
    this.#seen += 1
    if (isUsual) this.#learn(atUs, pause)
  }

  /** The longest pause that is usual. Undefined: too little was seen. */
  usualUs(): number | undefined {
    const seenForUs = (this.#lastUs ?? 0) - (this.#firstUs ?? 0)
    if (this.#seen < SEEN_MIN || seenForUs < SEEN_FOR_MIN_US) return undefined
    const sorted = [...this.#pauses].sort((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * USUAL_SHARE) - 1]
  }

  /** A pause is too long when it is as long as this. */
  silentAfterUs(): number {
    const usual = this.usualUs()
    if (usual === undefined) return Math.max(this.#floorUs, UNKNOWN_FLOOR_US)
    return Math.max(this.#floorUs, usual * this.#times)
  }

  #learn(atUs: number, pause: number): void {
    if (atUs >= this.#stretchEndsUs) {
      this.#stretchEndsUs = atUs + STRETCH_US
      this.#pauses.push(0)
      if (this.#pauses.length > STRETCHES_MAX) this.#pauses.shift()
    }
    const at = this.#pauses.length - 1
    this.#pauses[at] = Math.max(this.#pauses[at] ?? 0, pause)
  }
}

const MINUTE_US = 60_000_000
const STRETCH_US = 10 * MINUTE_US
const STRETCHES_MAX = 144
const STRETCHES_SURE = 10
const USUAL_SHARE = 0.9
const SEEN_MIN = 20
const SEEN_FOR_MIN_US = 3 * MINUTE_US

/** What is silent for so long is silent, whatever is usual. */
const UNKNOWN_FLOOR_US = 10 * MINUTE_US
