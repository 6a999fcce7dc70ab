import { logSourceName } from '../../model/delivery.ts'
import { type Link, linkDigest, NO_LINK } from '../../store/evidence/chain.ts'
import type { Problems } from './problem.ts'

/** Follows the links of one log source, in order of their numbers, and says where they break. */
export class ChainCheck {
  readonly #problems: Problems
  readonly #name: string
  #last: Pick<Link, 'number' | 'link' | 'batch'> | undefined
  #count = 0

  /** `before` is what the chain is known to follow; absent: it begins with its first link. */
  constructor(problems: Problems, name: string, before?: Pick<Link, 'number' | 'link' | 'batch'>) {
    this.#problems = problems
    this.#name = name
    this.#last = before
  }

  /** Links seen. */
  get count(): number {
    return this.#count
  }

  take(link: Link): void {
    const { number, previous, batch } = link
    const at = `${this.#name} link ${number}`
    this.#count += 1
    if (logSourceName(link.source) !== this.#name) {
      this.#problems.problem('changed', at, 'it is of another log source')
    }
    if (linkDigest(link) !== link.link) {
      this.#problems.problem('changed', at, 'its digest is not that of what it says')
    }
    const { number: before, link: head, batch: earlier } = this.#last ?? START
    if (number > before + 1) {
      const range = number === before + 2 ? `link ${before + 1}` : `${before + 1} to ${number - 1}`
      this.#problems.problem('missing', at, `before it ${range} of the chain is missing`)
    } else if (number <= before) {
      this.#problems.problem('added', at, `link ${number} is there more than once`)
    } else {
      if (previous !== head) {
        this.#problems.problem('changed', at, `it does not follow link ${before} as that is now`)
      }
      if (batch <= earlier) {
        this.#problems.problem('reordered', at, `its batch ${batch} follows batch ${earlier}`)
      }
    }
    this.#last = link
  }
}

const START = { number: 0, link: NO_LINK, batch: 0 }
