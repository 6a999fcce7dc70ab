import type { Origin } from '../model/event.ts'

/**
 * The bytes of an event's record as they came, out of the block that holds them; `offset` is that
 * of the block. Of a wrapped record these are the outer record's, and `origin.index` tells which of
 * its events is meant. Undefined when they are not in the block.
 */
export const rawOf = (
  bytes: Uint8Array,
  offset: number,
  origin: Origin,
): Uint8Array | undefined => {
  const start = origin.offset - offset
  const end = start + origin.length
  return start < 0 || end > bytes.length ? undefined : bytes.subarray(start, end)
}
