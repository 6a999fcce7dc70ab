import type { ByteReader, Chunks } from './byte-reader.ts'
import type { OnFault } from './inflate.ts'

/** A member of an archive. Its name is shown and never used as a path. */
export interface Member {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'other'
  /** Read it, or not, before the next member is asked for. */
  readonly chunks: Chunks
}

/** Whether the bytes are the first header of a tar archive. */
export const isTar = (head: Buffer): boolean =>
  head.length >= HEADER_BYTES && head.latin1Slice(257, 262) === 'ustar' && sumIsRight(head)

/** The members of a tar archive, in its order: ustar, GNU and pax names. */
export async function* tarMembers(
  reader: ByteReader,
  onFault: OnFault,
): AsyncGenerator<Member, void> {
  let longName: string | undefined
  for (;;) {
    const header = Buffer.from(await reader.peek(HEADER_BYTES))
    if (header.length === 0 || header.every((byte) => byte === 0)) return
    if (header.length < HEADER_BYTES || !sumIsRight(header)) {
      return onFault('source/broken-archive', 'a header is damaged or cut off')
    }
    await skip(reader, HEADER_BYTES)
    const size = numberAt(header, 124, 12)
    const type = header.latin1Slice(156, 157)
    const body = new Body(reader, size)
    if (type === 'L' || type === 'x') {
      const text = await body.text()
      longName = type === 'L' ? text.replace(/\0.*$/s, '') : (paxName(text) ?? longName)
    } else {
      const kind = KINDS.get(type) ?? 'other'
      if (type !== 'g') yield { name: longName ?? nameOf(header), kind, chunks: body.chunks() }
      longName = undefined
    }
    if (!(await body.finish())) return onFault('source/broken-archive', 'a member is cut off')
  }
}

const HEADER_BYTES = 512
const NAME_BYTES_MAX = 65_536

const KINDS: ReadonlyMap<string, Member['kind']> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['5', 'folder'],
])

/** The bytes of one member, and the padding behind them. */
class Body {
  readonly #reader: ByteReader
  readonly #padding: number
  #left: number

  constructor(reader: ByteReader, size: number) {
    this.#reader = reader
    this.#left = size
    this.#padding = (HEADER_BYTES - (size % HEADER_BYTES)) % HEADER_BYTES
  }

  async *chunks(): Chunks {
    while (this.#left > 0) {
      const chunk = await this.#reader.take(this.#left)
      if (chunk.length === 0) return
      this.#left -= chunk.length
      yield chunk
    }
  }

  /** As a name, cut at a length no honest one has. */
  async text(): Promise<string> {
    const pieces: Buffer[] = []
    let length = 0
    for await (const chunk of this.chunks()) {
      if (length < NAME_BYTES_MAX) pieces.push(chunk.subarray(0, NAME_BYTES_MAX - length))
      length += chunk.length
    }
    return Buffer.concat(pieces).toString()
  }

  /** Passes over what was not read. False when the archive ends first. */
  async finish(): Promise<boolean> {
    for await (const _ of this.chunks());
    return this.#left === 0 && (await skip(this.#reader, this.#padding))
  }
}

async function skip(reader: ByteReader, count: number): Promise<boolean> {
  let left = count
  while (left > 0) {
    const chunk = await reader.take(left)
    if (chunk.length === 0) return false
    left -= chunk.length
  }
  return true
}

function nameOf(header: Buffer): string {
  const prefix = textAt(header, 345, 155)
  const name = textAt(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

/** Octal text, or binary when the first bit is set. */
function numberAt(header: Buffer, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) !== 0) return header.readUIntBE(at + length - 6, 6)
  const digits = textAt(header, at, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : 0
}

function sumIsRight(header: Buffer): boolean {
  let sum = 8 * 0x20
  for (let at = 0; at < HEADER_BYTES; at += 1) {
    if (at < 148 || at >= 156) sum += header[at] ?? 0
  }
  return sum === numberAt(header, 148, 8)
}

/** The `path` of a pax header: records `LENGTH key=value\n`. */
function paxName(text: string): string | undefined {
  return /^\d+ path=(.*)$/m.exec(text)?.[1]
}
