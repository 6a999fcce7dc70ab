import type { Clock } from '../base/clock.ts'
import { addIssues, type Issue } from '../base/issue.ts'
import { isSpace } from '../base/json-scan.ts'
import type { Delivery, GapKind, LogSource } from '../model/delivery.ts'
import { type Block, openBlocks } from './blocks.ts'
import { type Input, listInputs, type SourceName } from './inputs.ts'

/** Bytes [from, to) of a content. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** What to import, and what is there already. */
export interface ImportOptions {
  /** Files, folders, globs and `-`. */
  readonly paths: readonly string[]
  /** Whose logs they are, where the folder does not say so. */
  readonly names: readonly SourceName[]
  /**
   * The ranges of a content that are stored, in any order, whichever way they came: those of
   * deliveries, or of whole lines within them. They are not handed on again.
   */
  readonly stored: (source: LogSource, fingerprint: string) => Promise<readonly ByteRange[]>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A delivery, and the bytes that belong to it. */
export interface Imported {
  readonly delivery: Delivery
  readonly bytes: Uint8Array
}

/** Deliveries in order, cut at the same places every time. */
export interface Import extends AsyncIterable<Imported> {
  /** What is read. */
  readonly inputs: readonly Input[]
  /** What was wrong with paths and files; complete once the deliveries are consumed. */
  issues(): readonly Issue[]
  /** Bytes that were not handed on because they are stored, or came before in another file. */
  storedBytes(): number
}

/**
 * Reads files once, of whatever shape and compression, archives too, as deliveries of the way
 * `import`. What was followed before is recognised by its content, and the reverse. What cannot be
 * read is an issue, and a gap as well.
 */
export const openImport = async (options: ImportOptions): Promise<Import> => {
  const { inputs, issues } = await listInputs(options.paths, options.names)
  return new FileImport(options, inputs, issues)
}

class FileImport implements Import {
  readonly inputs: readonly Input[]
  readonly #options: ImportOptions
  readonly #issues: Issue[]
  /** How far each content was read, by source and fingerprint. */
  readonly #read = new Map<string, ByteRange>()
  #storedBytes = 0

  constructor(options: ImportOptions, inputs: readonly Input[], issues: readonly Issue[]) {
    this.#options = options
    this.inputs = inputs
    this.#issues = [...issues]
  }

  issues(): readonly Issue[] {
    return this.#issues
  }

  storedBytes(): number {
    return this.#storedBytes
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Imported, void> {
    for (const input of this.inputs) {
      if (this.#options.signal.aborted) return
      yield* this.#input(input)
    }
  }

  async *#input(input: Input): AsyncGenerator<Imported, void> {
    const reading = openBlocks(input, this.#options.signal, { sha256: false })
    let stored: readonly ByteRange[] = []
    for await (const block of reading) {
      const source = importSource(block.source)
      if (block.first) stored = await this.#storedOf(source, block.fingerprint)
      yield* this.#block(block, source, stored)
    }
    const { issues } = reading.ending()
    addIssues(this.#issues, issues)
    for (const issue of issues) {
      const delivery = this.#gap(importSource(input.source), issue)
      if (delivery !== undefined) yield { delivery, bytes: new Uint8Array() }
    }
  }

  /** With what another file of this import held of the same content. */
  async #storedOf(source: LogSource, fingerprint: string): Promise<readonly ByteRange[]> {
    const key = keyOf(source, fingerprint)
    const before = this.#read.get(key)
    this.#read.set(key, { from: 0, to: before?.to ?? 0 })
    const stored = await this.#options.stored(source, fingerprint)
    return before === undefined ? stored : [...stored, before]
  }

  *#block(
    { bytes, offset, source: { file }, fingerprint }: Block,
    source: LogSource,
    stored: readonly ByteRange[],
  ): Generator<Imported, void> {
    const end = offset + bytes.length
    const arrivedUs = this.#options.clock.nowUs()
    let handedOn = 0
    for (const range of without({ from: offset, to: end }, stored)) {
      const { from, to } = range.from === offset ? range : withoutSpace(range, bytes, offset)
      const part = bytes.subarray(from - offset, to - offset)
      if (part.every(isSpace)) continue
      handedOn += part.length
      const place = { path: file, fingerprint, offset: from, length: part.length }
      yield { delivery: { kind: 'lines', source, arrivedUs, ...place }, bytes: part }
    }
    this.#storedBytes += bytes.length - handedOn
    const key = keyOf(source, fingerprint)
    this.#read.set(key, { from: 0, to: Math.max(end, this.#read.get(key)?.to ?? 0) })
  }

  #gap(source: LogSource, { code, message, at }: Issue): Delivery | undefined {
    const kind = GAPS.get(code)
    if (kind === undefined) return undefined
    const [from, length] = [at.offset, at.length]
    return {
      kind: 'gap',
      source,
      arrivedUs: this.#options.clock.nowUs(),
      gap: {
        kind,
        message: `${at.file}: ${message}`,
        place: at.file,
        fromByte: from,
        toByte: from === undefined || length === undefined ? undefined : from + length,
        fromTime: undefined,
        toTime: undefined,
        events: kind === 'oversize' ? 1 : undefined,
      },
    }
  }
}

/** What a range has left when others are taken out of it, in order. */
export const without = (range: ByteRange, others: readonly ByteRange[]): readonly ByteRange[] => {
  const left: ByteRange[] = []
  let { from } = range
  for (const other of [...others].sort((a, b) => a.from - b.from)) {
    if (other.to <= from) continue
    if (other.from >= range.to) break
    if (other.from > from) left.push({ from, to: other.from })
    from = other.to
  }
  return from < range.to ? [...left, { from, to: range.to }] : left
}

/** Without the space it begins with: the newline behind an event that is stored. */
function withoutSpace({ from, to }: ByteRange, bytes: Uint8Array, offset: number): ByteRange {
  let begin = from
  while (begin < to && isSpace(bytes[begin - offset])) begin += 1
  return { from: begin, to }
}

/** Issues that mean that something was not read. */
const GAPS: ReadonlyMap<string, GapKind> = new Map([
  ['source/record-too-long', 'oversize'],
  ['source/cut-short', 'damaged-file'],
  ['source/broken-compression', 'damaged-file'],
  ['source/bomb', 'damaged-file'],
  ['source/broken-archive', 'damaged-file'],
  ['source/unreadable', 'damaged-file'],
])

const importSource = (source: {
  readonly cluster: string
  readonly server: string
}): LogSource => ({
  cluster: source.cluster,
  server: source.server,
  way: 'import',
})

const keyOf = ({ cluster, server }: LogSource, fingerprint: string): string =>
  JSON.stringify([cluster, server, fingerprint])
