import { redactBlock } from '../../decode/redact-raw.ts'
import type { BodyDelivery, Delivery, GapDelivery } from '../../model/delivery.ts'
import { type DataFolder, keepInQuarantine } from './data-folder.ts'

/**
 * What a delivery without events says is missing: it is a gap, or a body that nobody can decode,
 * which is kept in the quarantine with its secrets masked.
 */
export const setAside = async (
  delivery: Delivery,
  bytes: Uint8Array,
  folder: DataFolder,
): Promise<GapDelivery | undefined> => {
  if (delivery.kind === 'gap') return delivery
  if (delivery.kind !== 'body' || delivery.quarantine === undefined) return undefined
  redactBlock(bytes)
  const place = await keepInQuarantine(folder, delivery.sha256, bytes)
  return quarantined(delivery, delivery.quarantine, place)
}

const quarantined = (
  { source, arrivedUs, length }: BodyDelivery,
  why: NonNullable<BodyDelivery['quarantine']>,
  place: string,
): GapDelivery => ({
  kind: 'gap',
  source,
  arrivedUs,
  gap: {
    kind: why === 'oversize' ? 'oversize' : 'quarantine',
    message:
      why === 'oversize'
        ? `a webhook body of ${length} bytes is longer than what is read; its beginning is kept`
        : `a webhook body of ${length} bytes is no JSON; it is kept`,
    place,
    fromByte: 0,
    toByte: length,
    fromTime: undefined,
    toTime: undefined,
    events: undefined,
  },
})
