/** The tables that rules are about. What is derived of them goes by itself. */
export type KeptTable = 'events' | 'findings' | 'gaps'

/** A week of a cluster in a table: what is dropped as a whole, or not at all. */
export interface Week {
  readonly table: KeptTable
  readonly cluster: string
  /** Its first day, as in `2026-11-16`. */
  readonly monday: string
  readonly fromUs: number
  /** The end is not in it. */
  readonly toUs: number
  readonly rows: number
}
