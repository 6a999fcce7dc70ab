import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** A text with its place in time. */
export interface TimedText {
  readonly time: number
  readonly text: string
}

/** How much a queue keeps. */
export interface TimeQueueOptions {
  /** Bytes above which it is full. What comes after is still taken: ask `isFull`. */
  readonly bytesMax: number
  /** Characters of a chunk: what is packed at once, and unpacked at once. */
  readonly chunkCharacters: number
  /** Bytes up to which nothing is packed: packing costs time and most queues stay small. */
  readonly plainBytesMax: number
}

/**
 * Texts that wait for their order in time, in bounded bytes. They come mostly in order, so that of
 * many chunks few are open at a time when they are read.
 */
export class TimeQueue {
  readonly #options: TimeQueueOptions
  #chunks: Chunk[] = []
  #open = new OpenChunk()
  #sealedBytes = 0
  #takenBefore = Number.NEGATIVE_INFINITY
  #late = 0

  constructor(options: TimeQueueOptions) {
    this.#options = options
  }

  /** Texts that came after their time had been taken: they are dropped. */
  get late(): number {
    return this.#late
  }

  get bytes(): number {
    return this.#sealedBytes + this.#open.characters + this.#open.count * BYTES_EACH
  }

  get isFull(): boolean {
    return this.bytes > this.#options.bytesMax
  }

  push(time: number, text: string): void {
    if (time < this.#takenBefore) {
      this.#late += 1
      return
    }
    this.#open.push(time, text)
    if (this.#open.characters >= this.#options.chunkCharacters) this.#seal()
  }

  /** Takes out all texts before a time: they can be read in its order, and more than once. */
  take(before: number = Number.POSITIVE_INFINITY): Iterable<TimedText> {
    this.#seal()
    this.#takenBefore = Math.max(this.#takenBefore, before)
    const taken: Chunk[] = []
    const left: Chunk[] = []
    for (const chunk of this.#chunks) {
      const count = countBefore(chunk.times, before)
      if (count > 0) taken.push(count === chunk.times.length ? chunk : chunk.slice(0, count))
      if (count < chunk.times.length) left.push(count === 0 ? chunk : chunk.slice(count))
    }
    this.#chunks = left
    this.#sealedBytes = left.reduce((sum, chunk) => sum + chunk.bytes, 0)
    return { [Symbol.iterator]: () => merged(taken) }
  }

  /** A time before which about a quarter of all texts lie. */
  earliestQuarter(): number {
    this.#seal()
    const sample = this.#chunks.flatMap(({ times }) =>
      Array.from({ length: SAMPLES }, (_, at) => times[Math.floor((at * times.length) / SAMPLES)]),
    )
    const sorted = sample.filter((time) => time !== undefined).sort((a, b) => a - b)
    return (sorted[sorted.length >> 2] ?? 0) + 1
  }

  #seal(): void {
    if (this.#open.count === 0) return
    const packed = this.#sealedBytes > this.#options.plainBytesMax
    const chunk = this.#open.seal(packed)
    this.#chunks.push(chunk)
    this.#sealedBytes += chunk.bytes
    this.#open = new OpenChunk()
  }
}

/** What a text costs besides its characters: its time, its place, an entry of a list. */
const BYTES_EACH = 32

const SAMPLES = 16

/** Texts as they come. */
class OpenChunk {
  readonly #times: number[] = []
  readonly #texts: string[] = []
  characters = 0

  get count(): number {
    return this.#times.length
  }

  push(time: number, text: string): void {
    this.#times.push(time)
    this.#texts.push(text)
    this.characters += text.length
  }

  seal(packed: boolean): Chunk {
    const order = Array.from(this.#times, (_, at) => at)
    order.sort((a, b) => (this.#times[a] ?? 0) - (this.#times[b] ?? 0) || a - b)
    const times = Float64Array.from(order, (at) => this.#times[at] ?? 0)
    return new Chunk(
      times,
      order.map((at) => this.#texts[at] ?? ''),
      packed,
    )
  }
}

/** Texts in order of time, as UTF-8 one after the other, packed or not. */
class Chunk {
  readonly times: Float64Array
  readonly #ends: Uint32Array
  readonly #content: Buffer
  readonly #packed: boolean

  constructor(times: Float64Array, texts: readonly string[], packed: boolean) {
    this.times = times
    let end = 0
    this.#ends = Uint32Array.from(texts, (text) => {
      end += Buffer.byteLength(text)
      return end
    })
    const content = Buffer.from(texts.join(''))
    this.#content = packed ? deflateRawSync(content, { level: 1 }) : content
    this.#packed = packed
  }

  get bytes(): number {
    return this.#content.length + this.times.length * BYTES_EACH
  }

  slice(from: number, to: number = this.times.length): Chunk {
    return new Chunk(this.times.slice(from, to), this.texts().slice(from, to), this.#packed)
  }

  texts(): readonly string[] {
    const content = this.#packed ? inflateRawSync(this.#content) : this.#content
    return Array.from(this.#ends, (end, at) =>
      content.toString('utf8', this.#ends[at - 1] ?? 0, end),
    )
  }
}

const countBefore = (times: Float64Array, before: number): number => {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) < before) low = middle + 1
    else high = middle
  }
  return low
}

/** A chunk that is being read. */
interface Reading {
  readonly times: Float64Array
  readonly texts: readonly string[]
  at: number
}

/** All texts of the chunks in order of time. A chunk is opened when its first time has come. */
function* merged(chunks: readonly Chunk[]): Generator<TimedText, undefined> {
  const waiting = [...chunks].sort((a, b) => (b.times[0] ?? 0) - (a.times[0] ?? 0))
  let readings: Reading[] = []
  for (;;) {
    const soonest = earliest(readings)
    const next = waiting.at(-1)
    if (next !== undefined && (soonest === undefined || (next.times[0] ?? 0) < timeOf(soonest))) {
      waiting.pop()
      readings.push({ times: next.times, texts: next.texts(), at: 0 })
      continue
    }
    if (soonest === undefined) return
    yield { time: timeOf(soonest), text: soonest.texts[soonest.at] ?? '' }
    soonest.at += 1
    if (soonest.at === soonest.times.length) readings = readings.filter((one) => one !== soonest)
  }
}

const timeOf = ({ times, at }: Reading): number => times[at] ?? 0

const earliest = (readings: readonly Reading[]): Reading | undefined => {
  let soonest: Reading | undefined
  for (const one of readings) {
    if (soonest === undefined || timeOf(one) < timeOf(soonest)) soonest = one
  }
  return soonest
}
