import { hash } from 'node:crypto'
import { Fault } from '../../base/fault.ts'
import { openSealed } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import { type Selection, selectionSql } from './selection.ts'

/** An original that was sealed. */
export type Opened =
  | { readonly kind: 'original'; readonly id: string; readonly bytes: Uint8Array }
  | {
      readonly kind: 'refused'
      readonly id: string
      /** Why it was not opened: `seal/other-key`, `seal/damaged`, `seal/not-a-seal`. */
      readonly code: string
      readonly message: string
    }

/**
 * Opens the sealed originals of the selected events, in order of time. Each is what the API server
 * wrote: its digest is the one that the event was stored with, or it is refused. Throws a Fault
 * `seal/bad-key` at a key that is none.
 */
export async function* openOriginals(
  store: Store,
  privateKey: string,
  selection: Selection,
): AsyncIterable<Opened> {
  const open = openSealed(privateKey)
  const { condition, parameters } = await selectionSql(store, selection)
  const answer = store.stream(
    'SELECT lower(hex(event_id)) AS id, base64Encode(sealed) AS bytes, ' +
      'lower(hex(masked_from)) AS original FROM events ' +
      `WHERE notEmpty(sealed) AND ${condition} ` +
      'ORDER BY received_at, place_key, place_offset, place_index',
    parameters,
  )
  for await (const rows of answer) {
    for (const row of rows) {
      const id = String(row.id)
      try {
        const bytes = open(Buffer.from(String(row.bytes), 'base64'), Buffer.from(id, 'hex'))
        if (hash('sha256', bytes) !== row.original) throw otherOriginal()
        yield { kind: 'original', id, bytes }
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        yield { kind: 'refused', id, code: error.code, message: error.message }
      }
    }
  }
}

const otherOriginal = (): Fault =>
  new Fault('seal/damaged', 'its digest is not the one that the event was stored with')
