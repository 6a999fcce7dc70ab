import type { LogRecord, NewRecord } from '../../base/write-ahead-log/write-ahead-log.ts'
import type { Delivery } from '../../model/delivery.ts'

/** Kinds of records of the write-ahead log. Numbers never change their meaning. */
const KIND = { delivery: 1, batch: 2, told: 3, reopened: 4 } as const

/** The boundaries of a batch, fixed before anything of it is stored. */
export interface BatchBounds {
  /** 1 for the first batch of this data directory ever, and one more for each. */
  readonly number: number
  /** Sequences of its first and last record, both included. */
  readonly first: number
  readonly last: number
}

/** What a record of the log says. */
export type ServeRecord =
  | {
      readonly kind: 'delivery'
      readonly sequence: number
      readonly delivery: Delivery
      readonly bytes: Uint8Array<ArrayBuffer>
    }
  | { readonly kind: 'batch'; readonly sequence: number; readonly bounds: BatchBounds }
  | { readonly kind: 'told'; readonly sequence: number; readonly ids: readonly string[] }
  | { readonly kind: 'reopened'; readonly sequence: number; readonly fromUs: FromUs }

/** For some clusters a time, in µs since 1970. */
export type FromUs = readonly (readonly [string, number])[]

/** A delivery as the log keeps it. */
export const deliveryRecord = (delivery: Delivery, bytes: Uint8Array): NewRecord => ({
  kind: KIND.delivery,
  head: JSON.stringify(delivery),
  body: [bytes],
})

/** The boundaries of a batch as the log keeps them. */
export const batchRecord = (bounds: BatchBounds): NewRecord => ({
  kind: KIND.batch,
  head: JSON.stringify(bounds),
  body: [],
})

/** The findings that were told: after a crash they are not told again. */
export const toldRecord = (ids: readonly string[]): NewRecord => ({
  kind: KIND.told,
  head: JSON.stringify(ids),
  body: [],
})

/**
 * From when on windows that the store says are judged are judged no longer: fixed before anything
 * of that is stored.
 */
export const reopenedRecord = (fromUs: ReadonlyMap<string, number>): NewRecord => ({
  kind: KIND.reopened,
  head: JSON.stringify([...fromUs]),
  body: [],
})

/** What a record says. Only what the functions above wrote is read here: its checksum holds. */
export const readRecord = ({ sequence, kind, head, body }: LogRecord): ServeRecord => {
  const said: unknown = JSON.parse(head)
  switch (kind) {
    case KIND.delivery:
      return { kind: 'delivery', sequence, delivery: said as Delivery, bytes: body }
    case KIND.batch:
      return { kind: 'batch', sequence, bounds: said as BatchBounds }
    case KIND.told:
      return { kind: 'told', sequence, ids: said as readonly string[] }
    case KIND.reopened:
      return { kind: 'reopened', sequence, fromUs: said as FromUs }
    default:
      throw new Error(`bug: the log has a record of kind ${kind}, its version says there is none`)
  }
}
