import { type KeyObject, verify } from 'node:crypto'
import { type LogSource, logSourceName } from '../../model/delivery.ts'
import type { Tombstone } from '../../store/upkeep/tombstone.ts'
import { Malformed, readTombstone } from './manifest.ts'
import type { Problems } from './problem.ts'

/** A tombstone as it is stored, and exported. */
export interface TombstoneRecord {
  /** The JSON text that was signed. */
  readonly document: string
  /** Ed25519 over it, in base64. */
  readonly signature: string
}

/** What the tombstones of one chain explain. Only signed ones count. */
export class Tombstones {
  readonly #problems: Problems
  readonly #instance: string
  readonly #name: string
  readonly #keys: readonly KeyObject[]
  readonly #seen = new Set<string>()
  /** By what they say but for when: retention that was stopped writes the same again. */
  readonly #byContent = new Map<string, Tombstone>()
  #stones: readonly Tombstone[] = []
  #missing = 0

  constructor(
    problems: Problems,
    { instance, source }: { readonly instance: string; readonly source: LogSource },
    records: readonly TombstoneRecord[],
    keys: readonly KeyObject[],
  ) {
    this.#problems = problems
    this.#instance = instance
    this.#name = logSourceName(source)
    this.#keys = keys
    this.take(records)
  }

  /** Takes those that were not taken yet. */
  take(records: readonly TombstoneRecord[]): void {
    for (const record of records) {
      const key = `${record.signature} ${record.document}`
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      const stone = signed(this.#problems, this.#name, record, this.#keys)
      if (stone === undefined || stone.instance !== this.#instance) continue
      if (logSourceName(sourceOf(stone)) !== this.#name) continue
      this.#byContent.set(JSON.stringify({ ...stone, when: '' }), stone)
    }
    this.#stones = [...this.#byContent.values()]
  }

  /** Whether events of a link may be gone. */
  covers(number: number): boolean {
    return this.#stones.some(({ from, to }) => from <= number && number <= to)
  }

  /** Whether some of its events may be gone, and others not. */
  coversPartly(number: number): boolean {
    return this.#stones.some(({ partly }) => partly.includes(number))
  }

  /** The leaves of the events of such a link that are gone, by their positions. */
  leavesOf(number: number): ReadonlyMap<number, string> {
    const own = this.#stones.flatMap(({ leaves }) => leaves.filter(([link]) => link === number))
    return new Map(own.map(([, position, leaf]) => [position, leaf]))
  }

  /** Takes a link that is there: the tombstone that ends with it must name it as it is. */
  takeLink({ number, link }: { readonly number: number; readonly link: string }): void {
    for (const stone of this.#stones) {
      if (stone.to !== number || stone.link === link) continue
      this.#problems.problem(
        'changed',
        `${this.#name} link ${number}`,
        'it is not the link that a tombstone names by this number',
      )
    }
  }

  /** Events of a link that are gone, as tombstones say. */
  takeMissing(events: number): void {
    this.#missing += events
  }

  /** No more may be gone than tombstones say. Gives how many are. */
  done(): number {
    const told = this.#stones.reduce((sum, { events }) => sum + events, 0)
    if (this.#missing > told) {
      const message =
        `${this.#missing} events of removed links are missing, ` +
        `and tombstones say that retention removed ${told}`
      this.#problems.problem('missing', this.#name, message)
    }
    return this.#missing
  }
}

const sourceOf = ({ cluster, server, way }: Tombstone): LogSource => ({
  cluster,
  server,
  // Only compared as text.
  way: way as LogSource['way'],
})

const signed = (
  problems: Problems,
  name: string,
  { document, signature }: TombstoneRecord,
  keys: readonly KeyObject[],
): Tombstone | undefined => {
  const bytes = Buffer.from(document)
  if (!keys.some((key) => verify(null, bytes, key, Buffer.from(signature, 'base64')))) {
    const message = 'the signature of a tombstone is not that of the key: it explains nothing'
    problems.problem('forged', name, message)
    return undefined
  }
  try {
    return readTombstone(document)
  } catch (error) {
    // The key may be that of the export itself: then anyone may have signed anything.
    if (!(error instanceof Malformed)) throw error
    problems.problem('changed', name, `a tombstone explains nothing: ${error.message}`)
    return undefined
  }
}
