import { hash, type KeyObject } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMIT } from '../../base/limit.ts'
import { logSourceName } from '../../model/delivery.ts'
import { NO_LINK } from '../../store/evidence/chain.ts'
import { leafOf } from '../../store/evidence/leaf.ts'
import { ChainCheck } from './chain-check.ts'
import { linesOf, openToRead, PieceReader } from './lines.ts'
import {
  type ExportSource,
  type IndexLine,
  type LinkLine,
  readIndexLine,
  readLinkLine,
} from './manifest.ts'
import type { Problems } from './problem.ts'
import { type TombstoneRecord, Tombstones } from './tombstones.ts'

/** One chain of an export. */
export interface ExportedChainOf {
  readonly folder: string
  readonly source: ExportSource
  /** Every event of every link has to be there. */
  readonly isWhole: boolean
  readonly stones: readonly TombstoneRecord[]
  readonly keys: readonly KeyObject[]
  /** Whether the digests of its links are asked for. */
  readonly isAnchored: boolean
}

/** Verifies the links of a chain in an export, and the events that it has of them. */
export class ExportedChain {
  readonly #of: ExportedChainOf
  readonly #name: string
  #known: { readonly of: readonly string[]; readonly set: ReadonlySet<string> } = NO_LEAVES
  #events = 0
  /** Where the bytes of the next event begin. */
  #offset = 0

  constructor(of: ExportedChainOf) {
    this.#of = of
    this.#name = logSourceName(of.source)
  }

  /** Gives the digest of each link that is there, if they are asked for. */
  async verify(problems: Problems): Promise<ReadonlyMap<number, string>> {
    const { folder, source } = this.#of
    const file = await openToRead(join(folder, source.files.events), true)
    try {
      return await this.#verify(file, problems)
    } finally {
      await file.close()
    }
  }

  async #verify(file: FileHandle, problems: Problems): Promise<ReadonlyMap<number, string>> {
    const { folder, source, stones, keys } = this.#of
    const { instance, files, first_link: first, last_link: last } = source
    const tombstones = new Tombstones(problems, { instance, source }, stones, keys)
    const index = new IndexLines(join(folder, files.index))
    const pieces = new PieceReader(file)
    const links = new Map<number, string>()
    let chain: ChainCheck | undefined
    // Without any link both are 0.
    let newest = Math.max(first - 1, 0)
    for await (const { text } of linesOf(join(folder, files.links), true)) {
      const line = readLinkLine(text)
      chain ??= new ChainCheck(problems, this.#name, linkBefore(first, line))
      chain.take({ source, ...line })
      tombstones.takeLink(line)
      if (this.#of.isAnchored) links.set(line.number, line.link)
      newest = Math.max(newest, line.number)
      await this.#link(line, index, pieces, { problems, tombstones })
    }
    if (newest < last) {
      const message = `the links from ${newest + 1} to ${last} are missing at its end`
      problems.problem('missing', this.#name, message)
    }
    await this.#rest(index, (await file.stat()).size, problems)
    const removed = tombstones.done()
    problems.source({ name: this.#name, links: chain?.count ?? 0, events: this.#events, removed })
    return links
  }

  async #link(line: LinkLine, index: IndexLines, pieces: PieceReader, to: Told): Promise<void> {
    const at = `${this.#name} link ${line.number}`
    const seen = new Set<number>()
    let last = -1
    for (;;) {
      const entry = await index.next((next) => next.link <= line.number)
      if (entry === undefined) break
      if (entry.link < line.number || line.leaf === null) {
        to.problems.problem('added', this.#lineOf(index), `it is of no such link as ${entry.link}`)
        this.#offset = entry.offset + entry.length + 1
        continue
      }
      if (seen.has(entry.leaf)) {
        const message = `event ${entry.leaf} of link ${entry.link} is there more than once`
        to.problems.problem('added', this.#lineOf(index), message)
      } else if (entry.leaf < last) {
        const message = `event ${entry.leaf} of link ${entry.link} stands behind event ${last}`
        to.problems.problem('reordered', this.#lineOf(index), message)
      }
      last = entry.leaf
      seen.add(entry.leaf)
      await this.#event(entry, line.leaf, this.#lineOf(index), pieces, to.problems)
    }
    this.#leaves(line, seen, at, to)
  }

  #lineOf(index: IndexLines): string {
    return `${this.#of.source.files.index}:${index.number}`
  }

  async #event(
    entry: IndexLine,
    leaves: readonly string[],
    at: string,
    pieces: PieceReader,
    problems: Problems,
  ): Promise<void> {
    const { link, leaf, offset, length, place, masked_from: masked } = entry
    const named = `event ${leaf} of link ${link}`
    if (offset !== this.#offset) {
      const message = `${named} lies at byte ${offset}, and the one before it ends at ${this.#offset}`
      problems.problem('changed', at, message)
    }
    this.#offset = offset + length + 1
    if (length > LIMIT.evidenceLineBytesMax) {
      problems.problem('changed', at, `${named} is longer than any that we write`)
      return
    }
    const bytes = await pieces.read(offset, length + 1)
    const raw = bytes.subarray(0, length)
    if (raw.length < length || bytes[length] !== NEWLINE) {
      problems.problem('changed', at, `no newline ends the bytes of ${named}`)
    }
    const found = leafOf({ place, maskedFrom: masked ?? undefined, raw }).toString('hex')
    if (found === leaves[leaf]) {
      this.#events += 1
    } else if (this.#isAmong(leaves, found)) {
      problems.problem('reordered', at, `${named} is there in the place of another`)
    } else {
      problems.problem('changed', at, `the bytes of ${named}, or what is said of them, differ`)
    }
  }

  /** Whether a leaf is that of any event of the link; with a set, for all of them may be wrong. */
  #isAmong(leaves: readonly string[], leaf: string): boolean {
    if (this.#known.of !== leaves) this.#known = { of: leaves, set: new Set(leaves) }
    return this.#known.set.has(leaf)
  }

  /** The leaves of a link must be those that it was made of, and in a whole export all there. */
  #leaves(line: LinkLine, seen: ReadonlySet<number>, at: string, { problems, tombstones }: Told) {
    const { number, events, leaf } = line
    if (leaf === null) {
      if (!this.#of.isWhole || events === 0) return
      if (tombstones.covers(number)) tombstones.takeMissing(events)
      else problems.problem('missing', at, `its ${events} events are missing`)
      return
    }
    const missing = events - leaf.length
    if (missing !== 0) {
      const [kind, count] =
        missing > 0 ? (['missing', missing] as const) : (['added', -missing] as const)
      problems.problem(kind, at, `${count} of its ${events} leaves are ${kind}`)
    } else if (hash('sha256', Buffer.from(leaf.join(''), 'hex')) !== line.leaves) {
      problems.problem('changed', at, 'its leaves are not those that it was made of')
    }
    if (!this.#of.isWhole) return
    const removed = new Set(tombstones.leavesOf(number).values())
    const gone = leaf.flatMap((_, n) => (seen.has(n) ? [] : [n]))
    const absent = gone.filter((n) => !removed.has(leaf[n] ?? ''))
    tombstones.takeMissing(gone.length - absent.length)
    if (absent.length === 0) return
    const named = absent.slice(0, SHOWN).join(', ')
    const more = absent.length > SHOWN ? ' and more' : ''
    problems.problem('missing', at, `${absent.length} of its events are missing: ${named}${more}`)
  }

  /** What stands behind the last link. */
  async #rest(index: IndexLines, size: number, problems: Problems): Promise<void> {
    const { files, events } = this.#of.source
    for (;;) {
      const entry = await index.next(() => true)
      if (entry === undefined) break
      problems.problem('added', this.#lineOf(index), `it is of no such link as ${entry.link}`)
      this.#offset = entry.offset + entry.length + 1
    }
    if (size !== this.#offset) {
      const message = `it has ${size} bytes, and its events end at ${this.#offset}`
      problems.problem(size > this.#offset ? 'added' : 'missing', files.events, message)
    }
    if (index.number === events) return
    const message = `it has ${index.number} events, and was written with ${events}`
    problems.problem(index.number > events ? 'added' : 'missing', files.index, message)
  }
}

interface Told {
  readonly problems: Problems
  readonly tombstones: Tombstones
}

const NO_LEAVES = { of: [], set: new Set<string>() }
const SHOWN = 20
const NEWLINE = 10

/** What the first exported link follows: it says so itself, unless it is the first of all. */
const linkBefore = (
  first: number,
  line: LinkLine,
): { readonly number: number; readonly link: string; readonly batch: number } =>
  first <= 1
    ? { number: 0, link: NO_LINK, batch: 0 }
    : { number: first - 1, link: line.previous, batch: 0 }

/** The lines of an index, taken as far as they are wanted. */
class IndexLines {
  readonly #lines: AsyncIterator<{ readonly text: string; readonly number: number }>
  #ahead: IndexLine | undefined
  #taken = 0

  constructor(path: string) {
    this.#lines = linesOf(path, true)[Symbol.asyncIterator]()
  }

  /** Of the line that was taken last, from 1: so many were taken. */
  get number(): number {
    return this.#taken
  }

  /** The next line, if it is wanted. */
  async next(isWanted: (line: IndexLine) => boolean): Promise<IndexLine | undefined> {
    if (this.#ahead === undefined) {
      const { value, done } = await this.#lines.next()
      if (done === true) return undefined
      this.#ahead = readIndexLine(value.text)
    }
    if (!isWanted(this.#ahead)) return undefined
    const line = this.#ahead
    this.#ahead = undefined
    this.#taken += 1
    return line
  }
}
