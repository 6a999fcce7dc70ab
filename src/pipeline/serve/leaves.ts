import type { LogSource } from '../../model/delivery.ts'
import { LEAF_BYTES } from '../../store/evidence/leaf.ts'
import type { SourceShare } from './live-job.ts'

const FIRST_LEAVES = 1_024

/** The leaves of one log source in the open batch, in order of position. */
export class Leaves {
  readonly #source: LogSource
  #bytes = new Uint8Array(FIRST_LEAVES * LEAF_BYTES)
  #count = 0

  constructor(source: LogSource) {
    this.#source = source
  }

  add(leaf: Uint8Array): void {
    const at = this.#count * LEAF_BYTES
    if (at === this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2)
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    this.#bytes.set(leaf, at)
    this.#count += 1
  }

  /** What there is, in memory of its own. */
  take(): SourceShare {
    const leaves = this.#bytes.slice(0, this.#count * LEAF_BYTES)
    return { source: this.#source, events: this.#count, leaves }
  }
}
