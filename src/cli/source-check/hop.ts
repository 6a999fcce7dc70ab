/** A part of the way of an event, in the order it passes them. */
export type HopName =
  | 'name'
  | 'connection'
  | 'TLS'
  | 'identity'
  | 'acknowledgement'
  | 'API server'
  | 'arrival'

/** How one hop went. */
export interface Hop {
  readonly hop: HopName
  readonly ok: boolean
  /** What was seen. */
  readonly detail: string
  /** What to do, when it is not ok. */
  readonly remedy?: string
}

/** A hop that did not hold: what comes behind it cannot be tried. */
export class BrokenHop extends Error {
  readonly hop: Hop

  constructor(hop: HopName, detail: string, remedy: string) {
    super(detail)
    this.hop = { hop, ok: false, detail, remedy }
  }
}

/** Told of every hop that holds. */
export type OnHop = (hop: HopName, detail: string) => Promise<void>
