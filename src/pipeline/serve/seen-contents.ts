import { DigestSet } from '../../base/digest-set.ts'
import type { LogSource, Way } from '../../model/delivery.ts'

const WAYS: readonly Way[] = ['webhook', 'file', 'import']

/** Hexadecimal digits that a set of digests looks at. */
const DIGEST_DIGITS = 32
/** Those of them that give way to the number of a log source. */
const TAG_DIGITS = 4
const TAGS = 16 ** TAG_DIGITS

/**
 * Remembers what came by which way of an API server, to notice what comes by another one too. One
 * bounded memory for all API servers, however many there are: a hint, no proof.
 */
export class SeenContents {
  readonly #seen: DigestSet
  /** API servers by the order in which they came. */
  readonly #servers = new Map<string, number>()

  /** At least the last `keep` contents are remembered. */
  constructor(keep: number) {
    this.#seen = new DigestSet(keep)
  }

  /**
   * Asks of contents of a source, one after the other, whether they came by another way of the same
   * API server; each has come by this one then.
   */
  of(source: LogSource): (content: string) => boolean {
    const first = this.#numberOf(source) * WAYS.length
    const own = tagOf(first + WAYS.indexOf(source.way))
    const others = WAYS.filter((way) => way !== source.way).map((way) =>
      tagOf(first + WAYS.indexOf(way)),
    )
    return (content) => {
      // The tag stands at the end: a set of digests looks for its place by the first digits.
      const rest = content.slice(0, DIGEST_DIGITS - TAG_DIGITS)
      this.#seen.add(rest + own)
      return others.some((tag) => this.#seen.has(rest + tag))
    }
  }

  #numberOf({ cluster, server }: LogSource): number {
    const name = JSON.stringify([cluster, server])
    const known = this.#servers.get(name)
    if (known !== undefined) return known
    const number = this.#servers.size
    this.#servers.set(name, number)
    return number
  }
}

const tagOf = (number: number): string => (number % TAGS).toString(16).padStart(TAG_DIGITS, '0')
