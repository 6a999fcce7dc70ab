import { hash } from 'node:crypto'
import { type LogSource, logSourceName } from '../../model/delivery.ts'

/** The digest before the first link of a source: 32 zero bytes. */
export const NO_LINK: string = '0'.repeat(64)

/**
 * What one batch adds to the chain of evidence of one log source. Digests are 64 hex digits. Each
 * link holds the one before it, so that nothing before the newest can be changed unseen.
 */
export interface Link {
  readonly source: LogSource
  /** 1 for the first of the source, and one more for each. */
  readonly number: number
  readonly batch: number
  readonly events: number
  /** SHA-256 of the leaves of its events, one after the other, in order of position. */
  readonly leaves: string
  /** JSON: what was read for it, as `reading.ts` has it. The digest covers its text. */
  readonly reading: string
  readonly previous: string
  readonly link: string
}

/** The newest link of a source. */
export interface ChainHead {
  readonly source: LogSource
  readonly number: number
  readonly link: string
}

/** The digest of a link: SHA-256 over a line that names the format, and a JSON list of the rest. */
export const linkDigest = (of: Omit<Link, 'link'>): string => {
  const { cluster, server, way } = of.source
  const { number, batch, events, leaves, reading, previous } = of
  const fields = [cluster, server, way, number, batch, events, leaves, reading, previous]
  return hash('sha256', `deckwatch-link-1\n${JSON.stringify(fields)}`)
}

/** The heads of all chains of a data directory. */
export class Chains {
  readonly #heads = new Map<string, ChainHead>()

  constructor(heads: readonly ChainHead[]) {
    for (const head of heads) this.#heads.set(logSourceName(head.source), head)
  }

  /** The link that a batch adds. The head moves only by `accept`, once it is stored. */
  next(source: LogSource, of: Pick<Link, 'batch' | 'events' | 'leaves' | 'reading'>): Link {
    const head = this.#heads.get(logSourceName(source))
    const unsigned = {
      source,
      number: (head?.number ?? 0) + 1,
      ...of,
      previous: head?.link ?? NO_LINK,
    }
    return { ...unsigned, link: linkDigest(unsigned) }
  }

  accept({ source, number, link }: Link): void {
    this.#heads.set(logSourceName(source), { source, number, link })
  }

  /** In order of their names. */
  heads(): readonly ChainHead[] {
    return [...this.#heads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, head]) => head)
  }
}
