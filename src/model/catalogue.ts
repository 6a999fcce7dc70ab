/**
 * The catalogues of attack techniques that rules refer to in their tags: content/mappings, as data.
 */
export interface Catalogues {
  readonly attack: AttackCatalogue
  readonly threatMatrix: ThreatMatrix
}

/** MITRE ATT&CK for Enterprise, the part that speaks of clusters. */
export interface AttackCatalogue {
  /** Such as 19.1. */
  readonly version: string
  readonly domain: string
  /** All tactics, in the order of the matrix. */
  readonly tactics: readonly Tactic[]
  /** Sorted by id. */
  readonly techniques: readonly Technique[]
  readonly retired: {
    readonly tactics: readonly RetiredTactic[]
    readonly techniques: readonly RetiredTechnique[]
  }
}

/** What an attacker wants. */
export interface Tactic {
  /** Such as TA0005. */
  readonly id: string
  /** As in tags: stealth. */
  readonly shortname: string
  readonly name: string
}

/** How an attacker goes about it. */
export interface Technique {
  /** Such as T1609, or T1552.007 of a sub-technique. */
  readonly id: string
  readonly name: string
  /** Short names of tactics; a sub-technique's are those of its technique. */
  readonly tactics: readonly string[]
}

/** A tactic of an earlier version, and what it became. */
export interface RetiredTactic {
  readonly shortname: string
  readonly name: string
  /** Short names of the tactics that took its place. */
  readonly successors: readonly string[]
}

/** A technique of an earlier version, and what it became. */
export interface RetiredTechnique {
  readonly id: string
  readonly name: string
  /** Id of the technique that took its place. */
  readonly successor: string
}

/** Microsoft's Threat Matrix for Kubernetes. */
export interface ThreatMatrix {
  readonly version: string
  /** Sorted by id: MS-TA9001 to MS-TA9041. */
  readonly techniques: readonly { readonly id: string; readonly name: string }[]
}
