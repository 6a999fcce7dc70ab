import { LIMIT } from '../../../base/limit.ts'

/** How much a search may still do. One may be shared by several searches. */
export class Effort {
  #left: number

  /** A step is about the comparison of two texts. */
  constructor(steps: number = LIMIT.policySearchSteps) {
    this.#left = steps
  }

  /** Takes steps; false when there were not so many: the search must end, and nothing is known. */
  spend(steps: number): boolean {
    this.#left -= steps
    return this.#left >= 0
  }
}
