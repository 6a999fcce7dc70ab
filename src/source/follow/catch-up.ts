/** How much of a log lies on disk at a moment. */
export interface Measure {
  /** Milliseconds that only grow. */
  readonly atMs: number
  /** Bytes that were read so far, or given up. */
  readonly passedBytes: number
  /** Bytes that lie unread. */
  readonly lagBytes: number
  /** Bytes of all that rotation keeps, read or not. */
  readonly retainedBytes: number
  /** Rotated files among them. */
  readonly rotated: number
}

/**
 * Seconds until rotation deletes what is not read yet, should nothing be read from now on and the
 * log grow as it did in the last minute. Rotation is taken to keep as many bytes as lie there now:
 * while it still fills up, there is more time than this says.
 */
export class CatchUp {
  #measures: readonly Measure[] = []

  /** The latest measure; undefined before the first. */
  get last(): Measure | undefined {
    return this.#measures.at(-1)
  }

  add(measure: Measure): void {
    const kept = this.#measures.filter(({ atMs }) => measure.atMs - atMs <= WINDOW_MS)
    this.#measures = [...kept, measure]
  }

  /** Undefined: nothing was rotated yet, it does not grow, or too little was seen. */
  budgetSeconds(): number | undefined {
    const [first] = this.#measures
    const { last } = this
    if (first === undefined || last === undefined || last.rotated === 0) return undefined
    const elapsedMs = last.atMs - first.atMs
    const grownBytes = writtenOf(last) - writtenOf(first)
    if (elapsedMs < WINDOW_MS_MIN || grownBytes <= 0) return undefined
    const spareBytes = Math.max(0, last.retainedBytes - last.lagBytes)
    return Math.floor(((spareBytes / grownBytes) * elapsedMs) / 1000)
  }
}

const WINDOW_MS = 60_000
const WINDOW_MS_MIN = 5_000

const writtenOf = ({ passedBytes, lagBytes }: Measure): number => passedBytes + lagBytes
