import { createHash, type Hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Issue } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import type { Source } from '../model/event.ts'
import { BlockPool } from './block-pool.ts'
import { ByteReader, type Chunks } from './byte-reader.ts'
import { Cutter, type Piece } from './cutter.ts'
import { fingerprintOf } from './fingerprint.ts'
import { compressionOf, InflateCount, inflate, type OnFault } from './inflate.ts'
import type { Input } from './inputs.ts'
import { isTar, type Member, tarMembers } from './tar.ts'

/** Whole records of one file or archive member, decompressed. */
export interface Block {
  /**
   * The only view of its ArrayBuffer, which may be transferred to a worker, and be given back to
   * the pool it is from.
   */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of bytes[0] in the decompressed content of `source.file`. */
  readonly offset: number
  /** Whose log: that of the input, or of a member (`x.tar.zst!name`) of an archive. */
  readonly source: Source
  /** Identity of the content of `source.file`, whatever its name: see fingerprint.ts. */
  readonly fingerprint: string
  /** First and last block of `source.file`. */
  readonly first: boolean
  readonly last: boolean
}

/** What reading an input came to. Complete once its blocks are consumed. */
export interface Ending {
  /** Decompressed bytes read, of all members. */
  readonly bytes: number
  /** Of the file as it lies on disk, 64 hex digits; only when asked for, and read to its end. */
  readonly sha256: string | undefined
  /** What could not be read, and where. */
  readonly issues: readonly Issue[]
}

/** Blocks in order, and after the last one how it ended. */
export interface Reading extends AsyncIterable<Block> {
  readonly ending: () => Ending
}

/** How to read. */
export interface ReadOptions {
  readonly sha256: boolean
  /** Where blocks are taken from; whoever is done with one may give it back. */
  readonly pool?: BlockPool
}

/**
 * Reads an input once: decompresses gzip and zstd, opens tar archives, and cuts where no record is
 * split. Compression and archives are told by their bytes, never by a name. A fault is an issue and
 * ends that input, or that member of an archive; what came before it is given.
 */
export const openBlocks = (input: Input, signal: AbortSignal, options: ReadOptions): Reading =>
  new FileReading(input, signal, options)

const READ_BYTES = 1_048_576

class FileReading implements Reading {
  readonly #input: Input
  readonly #signal: AbortSignal
  readonly #hash: Hash | undefined
  readonly #pool: BlockPool
  readonly #issues: Issue[] = []
  readonly #inflated = new InflateCount()
  #bytes = 0
  #wholeFile = false
  /** The chunks read are copied at once, so that one buffer does for all. */
  #copied = false
  #passedOver = 0

  constructor(input: Input, signal: AbortSignal, options: ReadOptions) {
    this.#input = input
    this.#signal = signal
    this.#hash = options.sha256 ? createHash('sha256') : undefined
    this.#pool = options.pool ?? new BlockPool()
  }

  readonly ending = (): Ending => ({
    bytes: this.#bytes,
    sha256: this.#wholeFile ? this.#hash?.copy().digest('hex') : undefined,
    issues: this.#issues,
  })

  async *[Symbol.asyncIterator](): AsyncGenerator<Block, void> {
    const disk = new ByteReader(this.#disk())
    try {
      const content = await this.#content(disk, this.#onFault(this.#input.path))
      const head = await content.peek(LIMIT.fingerprintBytes)
      this.#copied = content === disk && !isTar(head)
      if (isTar(head)) yield* this.#archive(content)
      else yield* this.#records(content, this.#input.source)
      // What lies behind the end of an archive or of a damaged place still counts for the hash.
      if (this.#hash !== undefined) for await (const _ of disk.rest());
    } finally {
      await disk.close()
    }
  }

  /** The file's bytes as they lie on disk. */
  async *#disk(): Chunks {
    const { path } = this.#input
    try {
      const stream = path === '-' ? process.stdin : this.#file(path)
      for await (const chunk of stream) {
        if (this.#signal.aborted) return
        const bytes: Buffer = chunk
        this.#hash?.update(bytes)
        this.#inflated.compressed += bytes.length
        yield bytes
      }
      this.#wholeFile = true
    } catch (error) {
      if (this.#signal.aborted) return
      this.#onFault(path)('source/unreadable', reasonOf(error))
    }
  }

  async *#file(path: string): Chunks {
    const file = await open(path)
    try {
      for (let buffer = Buffer.allocUnsafeSlow(READ_BYTES); ; ) {
        const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
        if (!this.#copied) buffer = Buffer.allocUnsafeSlow(READ_BYTES)
      }
    } finally {
      await file.close()
    }
  }

  async #content(reader: ByteReader, onFault: OnFault): Promise<ByteReader> {
    const compression = compressionOf(await reader.peek(4))
    if (compression === 'none') return reader
    return new ByteReader(inflate(reader.rest(), compression, onFault, this.#inflated))
  }

  async *#archive(content: ByteReader): AsyncGenerator<Block, void> {
    const { path, source } = this.#input
    for await (const member of tarMembers(content, this.#onFault(path))) {
      if (this.#signal.aborted) return
      const file = `${path}!${member.name}`
      if (isLog(member)) {
        const inner = await this.#content(new ByteReader(member.chunks), this.#onFault(file))
        yield* this.#records(inner, { ...source, file })
      } else if (member.kind !== 'folder') this.#passedOver += 1
    }
    if (this.#passedOver === 0) return
    this.#issues.push({
      code: 'source/passed-over',
      message: 'members that hold no log',
      at: { file: path },
      count: this.#passedOver,
    })
  }

  /** One file's content in blocks. One block is held back, to know which is the last. */
  async *#records(content: ByteReader, source: Source): AsyncGenerator<Block, void> {
    const head = await content.peek(LIMIT.fingerprintBytes)
    const fingerprint = fingerprintOf(head, head.length < LIMIT.fingerprintBytes) ?? 'empty'
    const cutter = new Cutter(
      (offset, length) => this.#skipped(source.file, offset, length),
      this.#pool,
    )
    let held: Piece | undefined
    let first = true
    const blockOf = (piece: Piece, last: boolean): Block => {
      const { bytes, offset } = piece
      const block = { bytes, offset, source, fingerprint, first, last }
      first = false
      return block
    }
    for await (const chunk of content.rest()) {
      if (this.#signal.aborted) return
      this.#bytes += chunk.length
      for (const piece of cutter.push(chunk)) {
        if (this.#signal.aborted) return
        if (held !== undefined) yield blockOf(held, false)
        held = piece
      }
    }
    if (this.#signal.aborted) return
    for (const piece of cutter.end()) {
      if (held !== undefined) yield blockOf(held, false)
      held = piece
    }
    if (held !== undefined) yield blockOf(held, true)
  }

  #skipped(file: string, offset: number, length: number): void {
    const message = `a record of ${length} bytes`
    this.#issues.push({ code: 'source/record-too-long', message, at: { file, offset, length } })
  }

  #onFault(file: string): OnFault {
    return (code, message) => this.#issues.push({ code, message, at: { file } })
  }
}

/** Recorded webhook bodies come with their HTTP headers in a file beside them. */
const isLog = (member: Member): boolean => member.kind === 'file' && !member.name.endsWith('.head')

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)
