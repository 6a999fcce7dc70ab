import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** A text with its time and the numbers by which it is found again. */
export interface TaggedText {
  readonly time: number
  /** Whole numbers of 32 bits. */
  readonly tags: readonly number[]
  readonly text: string
}

/** How texts are kept. */
export interface TaggedTextsOptions {
  /** Characters of a chunk: what is packed and given up at once. */
  readonly chunkCharacters: number
  /** Bytes up to which nothing is packed: packing costs time, and most stay small. */
  readonly plainBytesMax: number
}

/**
 * Texts of a span of time in few bytes, found again by tags: kept in chunks, of which only those
 * are opened that hold what is asked for. Texts may come in any order of time.
 */
export class TaggedTexts {
  readonly #options: TaggedTextsOptions
  #chunks: Chunk[] = []
  #open: TaggedText[] = []
  #openCharacters = 0
  #sealedBytes = 0

  constructor(options: TaggedTextsOptions) {
    this.#options = options
  }

  get bytes(): number {
    return this.#sealedBytes + this.#openCharacters + this.#open.length * BYTES_EACH
  }

  push(one: TaggedText): void {
    this.#open.push(one)
    this.#openCharacters += one.text.length
    if (this.#openCharacters >= this.#options.chunkCharacters) this.#seal()
  }

  /**
   * The texts of a span, its ends included, that have one of the tags, or all of them if no tags
   * are given: in the order in which they came.
   */
  *texts(from: number, to: number, tags?: ReadonlySet<number>): Generator<string, undefined> {
    for (const chunk of this.#chunks) {
      if (chunk.from <= to && chunk.to >= from) yield* chunk.texts(from, to, tags)
    }
    for (const one of this.#open) {
      const isAsked = tags === undefined || one.tags.some((tag) => tags.has(tag))
      if (isAsked && one.time >= from && one.time <= to) yield one.text
    }
  }

  /** Gives up chunks whose texts are all earlier than a time. */
  dropBefore(time: number): void {
    this.#keep(this.#chunks.filter((chunk) => chunk.to >= time))
  }

  /**
   * Gives up the chunks that came first until the others have room. The time of the latest text
   * that was given up, or undefined.
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
    const isPacked = this.#sealedBytes > this.#options.plainBytesMax
    const chunk = new Chunk(this.#open, isPacked)
    this.#chunks.push(chunk)
    this.#sealedBytes += chunk.bytes
    this.#open = []
    this.#openCharacters = 0
  }
}

/** What a text costs besides its characters, and a chunk besides its texts. */
const BYTES_EACH = 96

/** Texts one after the other, packed or not; times and tags beside them. */
class Chunk {
  readonly from: number
  readonly to: number
  readonly #times: Float64Array
  readonly #tags: Uint32Array
  /** Where the tags of each text end. */
  readonly #tagEnds: Uint32Array
  /** Where each text ends, in bytes. */
  readonly #ends: Uint32Array
  readonly #content: Buffer
  readonly #isPacked: boolean

  constructor(texts: readonly TaggedText[], isPacked: boolean) {
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
    this.#content = isPacked ? deflateRawSync(content, { level: 1 }) : content
    this.#isPacked = isPacked
  }

  get bytes(): number {
    const beside = this.#tags.byteLength + this.#times.length * (8 + 4 + 4)
    return this.#content.length + beside + BYTES_EACH
  }

  *texts(from: number, to: number, tags?: ReadonlySet<number>): Generator<string, undefined> {
    let content: Buffer | undefined
    for (let at = 0; at < this.#times.length; at += 1) {
      const time = this.#times[at] ?? 0
      if (time < from || time > to || (tags !== undefined && !this.#has(at, tags))) continue
      content ??= this.#isPacked ? inflateRawSync(this.#content) : this.#content
      yield content.toString('utf8', this.#ends[at - 1] ?? 0, this.#ends[at])
    }
  }

  #has(at: number, tags: ReadonlySet<number>): boolean {
    const end = this.#tagEnds[at] ?? 0
    for (let tag = this.#tagEnds[at - 1] ?? 0; tag < end; tag += 1) {
      if (tags.has(this.#tags[tag] ?? 0)) return true
    }
    return false
  }
}
