import { isSpace, recordsArray, scanItems } from '../base/json-scan.ts'
import { LIMIT } from '../base/limit.ts'
import { latin1 } from '../base/slice.ts'
import { looksLikeYaml } from '../base/yaml-sniff.ts'
import type { BlockPool } from './block-pool.ts'

/** Bytes that hold whole records: the only view of an ArrayBuffer. */
export interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly offset: number
}

/** Called with the byte range of a record that is skipped. */
export type OnSkip = (offset: number, length: number) => void

/**
 * Cuts a stream where no record is split, into pieces of about `LIMIT.blockBytes`:
 *
 * - lines: after a newline which is followed by a byte that is no white space, `}` or `]`, so that
 *   a pretty-printed document stays whole;
 * - YAML: before a line `---`;
 * - a list of records that is longer than four blocks without such a place: after an item.
 *
 * A record longer than `LIMIT.recordBytesMax` is skipped. Never holds more than that and a chunk.
 */
export class Cutter {
  readonly #onSkip: OnSkip
  readonly #pool: BlockPool
  #mode: 'undecided' | 'lines' | 'yaml' | 'items' | 'skip' = 'undecided'
  #buffer: Buffer = Buffer.allocUnsafeSlow(LIMIT.blockBytes * 2)
  #length = 0
  /** Of the buffer's first byte. */
  #offset = 0
  /** Below this index of the buffer there is no place to cut. */
  #searched = 0
  #skipFrom = 0
  /** The answer of #recordsOf about what the buffer begins with. */
  #array: number | undefined

  /** Pieces are taken from the pool, for whoever is done with them to give back. */
  constructor(onSkip: OnSkip, pool: BlockPool) {
    this.#onSkip = onSkip
    this.#pool = pool
  }

  /** Takes more bytes, and gives what is whole by now. */
  push(chunk: Buffer): readonly Piece[] {
    this.#append(chunk)
    const pieces: Piece[] = []
    while (this.#length >= (this.#mode === 'skip' ? 1 : LIMIT.blockBytes)) {
      const before = this.#length
      const mode = this.#mode
      this.#step(pieces)
      if (this.#length === before && this.#mode === mode) break
    }
    return pieces
  }

  /** What is left at the end. */
  end(): readonly Piece[] {
    if (this.#mode === 'skip') {
      this.#onSkip(this.#skipFrom, this.#offset + this.#length - this.#skipFrom)
      return []
    }
    if (this.#length > LIMIT.recordBytesMax && this.#mode !== 'items') {
      this.#onSkip(this.#offset, this.#length)
      return []
    }
    const pieces: Piece[] = []
    if (this.#length > 0) this.#cut(this.#length, pieces)
    return pieces
  }

  #step(pieces: Piece[]): void {
    if (this.#mode === 'undecided') {
      this.#mode = looksLikeYaml(this.#buffer.subarray(0, this.#length)) ? 'yaml' : 'lines'
    }
    if (this.#mode === 'skip') this.#skip()
    else if (this.#mode === 'items') this.#items(pieces, -1)
    else this.#lines(pieces)
  }

  #lines(pieces: Piece[]): void {
    const tooLong = this.#length > LIMIT.recordBytesMax
    const first = tooLong ? this.#placeFrom(this.#searched) : 0
    const last = tooLong ? first : this.#lastPlace()
    if (first > LIMIT.recordBytesMax) {
      this.#onSkip(this.#offset, first)
      this.#drop(first)
    } else if (last > 0) this.#cut(last, pieces)
    else {
      this.#searched = Math.max(0, this.#length - LONGEST_PLACE)
      const start = this.#length < LIMIT.blockBytes * 4 ? -1 : this.#recordsOf()
      if (start >= 0) this.#items(pieces, start)
      else if (tooLong) this.#startSkip()
    }
  }

  /** Where the array begins of a document that is a list of records; it is cut between them. */
  #recordsOf(): number {
    if (this.#mode === 'yaml') return -1
    this.#array ??= recordsArray(latin1(this.#buffer, 0, HEAD_BYTES))
    return this.#array
  }

  /** Cuts after the last whole item of the array at `start`; -1 means that it began before. */
  #items(pieces: Piece[], start: number): void {
    let last = -1
    const { end, closed } = scanItems(this.#buffer, start, this.#length, (_, to) => {
      last = to
    })
    if (closed) {
      this.#mode = 'lines'
      this.#cut(end, pieces)
    } else if (last > 0) {
      this.#mode = 'items'
      this.#cut(this.#buffer[last] === COMMA ? last + 1 : last, pieces)
    } else if (this.#length > LIMIT.recordBytesMax) this.#startSkip()
  }

  #startSkip(): void {
    this.#mode = 'skip'
    this.#skipFrom = this.#offset
    this.#searched = 0
  }

  #skip(): void {
    const place = this.#placeFrom(0)
    if (place <= 0) {
      this.#drop(Math.max(0, this.#length - LONGEST_PLACE))
      return
    }
    this.#onSkip(this.#skipFrom, this.#offset + place - this.#skipFrom)
    this.#drop(place)
    this.#mode = 'lines'
  }

  /** The first place to cut at or after an index, or -1. */
  #placeFrom(index: number): number {
    const bytes = this.#buffer.subarray(0, this.#length - 1)
    let newline = bytes.indexOf(NEWLINE, index)
    while (newline >= 0) {
      if (this.#isPlace(newline)) return newline + 1
      newline = bytes.indexOf(NEWLINE, newline + 1)
    }
    return -1
  }

  /** The last place to cut that was not looked at before, or -1. */
  #lastPlace(): number {
    let end = this.#length - 1
    for (;;) {
      const newline = this.#buffer.subarray(this.#searched, end).lastIndexOf(NEWLINE)
      if (newline < 0) return -1
      end = this.#searched + newline
      if (this.#isPlace(end)) return end + 1
    }
  }

  #isPlace(newline: number): boolean {
    const next = this.#buffer[newline + 1]
    if (this.#mode === 'yaml') {
      return (
        this.#length - newline > 3 && this.#buffer.latin1Slice(newline + 1, newline + 4) === '---'
      )
    }
    return !isSpace(next) && next !== 0x7d && next !== 0x5d
  }

  #cut(at: number, pieces: Piece[]): void {
    const bytes = this.#pool.take(at)
    bytes.set(this.#buffer.subarray(0, at))
    pieces.push({ bytes, offset: this.#offset })
    this.#drop(at)
  }

  #drop(count: number): void {
    this.#buffer.copyWithin(0, count, this.#length)
    this.#length -= count
    this.#offset += count
    this.#searched = 0
    this.#array = undefined
  }

  #append(chunk: Buffer): void {
    const needed = this.#length + chunk.length
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.#length)
    this.#length = needed
  }
}

const NEWLINE = 0x0a
const COMMA = 0x2c
const HEAD_BYTES = 65_536
/** A newline and `---`. */
const LONGEST_PLACE = 4
