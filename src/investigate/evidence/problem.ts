import { LIMIT } from '../../base/limit.ts'

/** What may be wrong with evidence. */
export type ProblemKind =
  /** Something that a link, an anchor or a manifest speaks of is not there. */
  | 'missing'
  /** Something is there of which no link speaks. */
  | 'added'
  /** Bytes, or what is said of them, are not what they were. */
  | 'changed'
  /** All is there, in another order. */
  | 'reordered'
  /** What is stored ends before, or differs from, what was anchored. */
  | 'rolled-back'
  /** A signature is not that of the key. */
  | 'forged'

/** One thing that is wrong, and where. */
export interface Problem {
  readonly kind: ProblemKind
  /** The log source, file or record it is about. */
  readonly at: string
  readonly message: string
}

/** What a verification says of one log source. */
export interface VerifiedSource {
  /** `cluster/server/way`, as `logSourceName` writes it. */
  readonly name: string
  readonly links: number
  /** Events whose bytes agree with their link. */
  readonly events: number
  /** Events that retention removed, and signed for. */
  readonly removed: number
}

/** All that a verification says. Without problems the evidence is intact. */
export interface Verification {
  readonly sources: readonly VerifiedSource[]
  /** The first `LIMIT.evidenceProblemsMax`. */
  readonly problems: readonly Problem[]
  readonly problemCount: number
  /** What was not checked, and what a reader should know. */
  readonly notes: readonly string[]
}

/** Gathers what a verification finds wrong, and what else it says. */
export class Problems {
  readonly #sources: VerifiedSource[] = []
  readonly #problems: Problem[] = []
  readonly #notes = new Set<string>()
  #count = 0

  problem(kind: ProblemKind, at: string, message: string): void {
    this.#count += 1
    if (this.#problems.length < LIMIT.evidenceProblemsMax) {
      this.#problems.push({ kind, at, message })
    }
  }

  note(text: string): void {
    this.#notes.add(text)
  }

  source(verified: VerifiedSource): void {
    this.#sources.push(verified)
  }

  done(): Verification {
    return {
      sources: this.#sources,
      problems: this.#problems,
      problemCount: this.#count,
      notes: [...this.#notes],
    }
  }
}
