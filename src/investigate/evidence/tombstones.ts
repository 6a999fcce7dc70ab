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
  readonly #stones: readonly Tombstone[]
  readonly #problems: Problems
  readonly #name: string
  #missing = 0

  constructor(
    problems: Problems,
    { instance, source }: { readonly instance: string; readonly source: LogSource },
    records: readonly TombstoneRecord[],
    keys: readonly KeyObject[],
  ) {
    this.#problems = problems
    this.#name = logSourceName(source)
    const own = signed(problems, this.#name, records, keys).filter(
      (stone) => stone.instance === instance && logSourceName(sourceOf(stone)) === this.#name,
    )
    // Retention that was stopped writes the same again, at another time.
    const byContent = new Map(own.map((stone) => [JSON.stringify({ ...stone, when: '' }), stone]))
    this.#stones = [...byContent.values()]
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
  records: readonly TombstoneRecord[],
  keys: readonly KeyObject[],
): readonly Tombstone[] =>
  records.flatMap(({ document, signature }) => {
    const bytes = Buffer.from(document)
    if (!keys.some((key) => verify(null, bytes, key, Buffer.from(signature, 'base64')))) {
      const message = 'the signature of a tombstone is not that of the key: it explains nothing'
      problems.problem('forged', name, message)
      return []
    }
    try {
      return [readTombstone(document)]
    } catch (error) {
      // The key may be that of the export itself: then anyone may have signed anything.
      if (!(error instanceof Malformed)) throw error
      problems.problem('changed', name, `a tombstone explains nothing: ${error.message}`)
      return []
    }
  })
