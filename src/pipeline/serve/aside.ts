import { redactBlock } from '../../decode/redact-raw.ts'
import type { BodyDelivery, Delivery, GapDelivery } from '../../model/delivery.ts'
import type { Quarantine } from './quarantine.ts'

/**
 * What a delivery without events says is missing: it is a gap, or a body that nobody can decode,
 * which is kept in the quarantine with its secrets masked.
 */
export const setAside = async (
  delivery: Delivery,
  bytes: Uint8Array,
  quarantine: Quarantine,
): Promise<GapDelivery | undefined> => {
  if (delivery.kind === 'gap') return delivery
  if (delivery.kind !== 'body' || delivery.quarantine === undefined) return undefined
  redactBlock(bytes)
  const place = await quarantine.keep(delivery.sha256, bytes)
  return quarantined(delivery, delivery.quarantine, place)
}

const quarantined = (
  { source, arrivedUs, length }: BodyDelivery,
  why: NonNullable<BodyDelivery['quarantine']>,
  place: string | undefined,
): GapDelivery => ({
  kind: 'gap',
  source,
  arrivedUs,
  gap: {
    kind: why === 'oversize' ? 'oversize' : 'quarantine',
    message: `a webhook body of ${length} bytes ${ABOUT[why]}; ${keptWords(why, place)}`,
    place,
    fromByte: 0,
    toByte: length,
    fromTime: undefined,
    toTime: undefined,
    events: undefined,
  },
})

const ABOUT = { oversize: 'is longer than what is read', unparsable: 'is no JSON' } as const

const keptWords = (
  why: NonNullable<BodyDelivery['quarantine']>,
  place: string | undefined,
): string => {
  if (place === undefined) return 'the quarantine has no room for it'
  return why === 'oversize' ? 'its beginning is kept' : 'it is kept'
}
