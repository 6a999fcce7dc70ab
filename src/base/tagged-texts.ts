import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** A text with its time and the numbers by which it is found again. */
export interface TaggedText {
  readonly time: number
  readonly tags: readonly number[]
  readonly text: string
}

/**
 * Texts of a span of time in few bytes, found again by tags: packed in chunks, of which only those
 * are opened that hold what is asked for. Texts may come in any order of time.
 */
export class TaggedTexts {
  readonly #chunkCharacters: number
  #chunks: Chunk[] = []
  #open: TaggedText[] = []
  #openCharacters = 0
  #sealedBytes = 0

  /** The characters of a chunk: what is packed at once. */
  constructor(chunkCharacters: number) {
    this.#chunkCharacters = chunkCharacters
  }

  get bytes(): number {
    return this.#sealedBytes + this.#openCharacters + this.#open.length * BYTES_EACH
  }

  /** Tags are whole numbers of 32 bits. */
  push(one: TaggedText): void {
    this.#open.push(one)
    this.#openCharacters += one.text.length
    if (this.#openCharacters >= this.#chunkCharacters) this.#seal()
  }

  /** All texts of a span, in the order in which they came. */
  *all(from: number, to: number): Generator<TaggedText, undefined> {
    for (const chunk of this.#chunks) {
      if (chunk.from <= to && chunk.to >= from) yield* chunk.texts(isWithin(from, to))
    }
    yield* this.#open.filter(isWithin(from, to))
  }

  /** The texts of a span that have one of the tags, in the order in which they came. */
  *having(tags: ReadonlySet<number>, from: number, to: number): Generator<TaggedText, undefined> {
    const within = isWithin(from, to)
    const isAsked = (one: Tagged): boolean => within(one) && one.tags.some((tag) => tags.has(tag))
    for (const chunk of this.#chunks) {
      if (chunk.from <= to && chunk.to >= from && chunk.has(tags)) yield* chunk.texts(isAsked)
    }
    yield* this.#open.filter(isAsked)
  }

  /** Gives up chunks whose texts are all earlier than a time. */
  dropBefore(time: number): void {
    this.#keep(this.#chunks.filter((chunk) => chunk.to >= time))
  }

  /**
   * Gives up the chunks that came first until the others have room. The time of the latest text that
   * was given up, or undefined.
   */
  shrink(bytesMax: number): number | undefined {
    let latest: number | undefined
    while (this.bytes > bytesMax && this.#chunks.length > 0) {
      const [first] = this.#chunks
      latest = Math.max(latest ?? Number.NEGATIVE_INFINITY, first?.to ?? 0)
      this.#keep(this.#chunks.slice(1))
    }
    return latest
  }

  #keep(chunks: Chunk[]): void {
    if (chunks.length === this.#chunks.length) return
    this.#chunks = chunks
    this.#sealedBytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
  }

  #seal(): void {
    const chunk = new Chunk(this.#open)
    this.#chunks.push(chunk)
    this.#sealedBytes += chunk.bytes
    this.#open = []
    this.#openCharacters = 0
  }
}

/** What a text costs besides its characters. */
const BYTES_EACH = 96

type Tagged = Pick<TaggedText, 'time' | 'tags'>

const isWithin =
  (from: number, to: number): ((one: Tagged) => boolean) =>
  ({ time }) =>
    time >= from && time <= to

/** Texts one after the other, packed; times and tags beside them. */
class Chunk {
  readonly from: number
  readonly to: number
  readonly #times: Float64Array
  readonly #tags: Uint32Array
  /** Where the tags of each text end. */
  readonly #tagEnds: Uint32Array
  /** Where each text ends, in bytes. */
  readonly #ends: Uint32Array
  readonly #packed: Buffer

  constructor(texts: readonly TaggedText[]) {
    this.#times = Float64Array.from(texts, ({ time }) => time)
    this.from = this.#times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    this.to = this.#times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    this.#tags = Uint32Array.from(texts.flatMap(({ tags }) => tags))
    let tagEnd = 0
    this.#tagEnds = Uint32Array.from(texts, ({ tags }) => {
      tagEnd += tags.length
      return tagEnd
    })
    let end = 0
    this.#ends = Uint32Array.from(texts, ({ text }) => {
      end += Buffer.byteLength(text)
      return end
    })
    const content = Buffer.from(texts.map(({ text }) => text).join(''))
    this.#packed = deflateRawSync(content, { level: 1 })
  }

  get bytes(): number {
    const beside = this.#tags.byteLength + this.#times.length * (8 + 4 + 4)
    return this.#packed.length + beside + BYTES_EACH
  }

  has(tags: ReadonlySet<number>): boolean {
    return this.#tags.some((tag) => tags.has(tag))
  }

  *texts(isAsked: (one: Tagged) => boolean): Generator<TaggedText, undefined> {
    let content: Buffer | undefined
    for (let at = 0; at < this.#times.length; at += 1) {
      const time = this.#times[at] ?? 0
      const tags = [...this.#tags.subarray(this.#tagEnds[at - 1] ?? 0, this.#tagEnds[at])]
      if (!isAsked({ time, tags })) continue
      content ??= inflateRawSync(this.#packed)
      const text = content.toString('utf8', this.#ends[at - 1] ?? 0, this.#ends[at])
      yield { time, tags, text }
    }
  }
}
