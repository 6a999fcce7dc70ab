import { hash } from 'node:crypto'

/** Bytes of a leaf. */
export const LEAF_BYTES = 32

/** What a chain of evidence holds of one event. */
export interface LeafOf {
  /** The text that `eventId` digests: a JSON list that says where the event was read. */
  readonly place: string
  /** SHA-256 of the bytes as the API server wrote them, 64 hex digits, if any were masked. */
  readonly maskedFrom: string | undefined
  /** The bytes as they are stored. */
  readonly raw: Uint8Array
}

/**
 * The leaf of an event: SHA-256 over a line each for the format, the place and the digest before
 * masking (`-` when nothing was masked), and then the stored bytes. See docs/reference.
 */
export const leafOf = ({ place, maskedFrom, raw }: LeafOf): Buffer => {
  const head = `deckwatch-leaf-1\n${place}\n${maskedFrom ?? '-'}\n`
  const room = roomFor(3 * head.length + raw.length)
  const at = room.write(head)
  room.set(raw, at)
  return hash('sha256', room.subarray(0, at + raw.length), 'buffer')
}

/** The same in SQL, of a row of the table of events: 32 bytes. */
export const LEAF_SQL: string =
  "SHA256(concat('deckwatch-leaf-1\\n', place, '\\n', " +
  "if(masked_from = toFixedString('', 32), '-', lower(hex(masked_from))), '\\n', raw))"

/** What is hashed together lies together: the same memory each time, for there are many leaves. */
const roomFor = (bytes: number): Buffer => {
  if (bytes > ROOM_BYTES_MAX) return Buffer.allocUnsafeSlow(bytes)
  if (bytes > room.length) room = Buffer.allocUnsafeSlow(Math.min(2 * bytes, ROOM_BYTES_MAX))
  return room
}

const ROOM_BYTES_MAX = 1_048_576
let room = Buffer.allocUnsafeSlow(16_384)
