import type { Issue } from '../../base/issue.ts'
import type { Delivery, GapDelivery, GapKind } from '../../model/delivery.ts'

/** Issues that say that bytes of a log are no event, or that an event in them is lost. */
const LOST: ReadonlyMap<string, GapKind> = new Map([
  ['decode/torn', 'torn'],
  ['decode/broken', 'torn'],
  ['decode/truncated-message', 'torn'],
  ['decode/nul-bytes', 'torn'],
  ['decode/wrapped-too-deep', 'torn'],
  ['source/record-too-long', 'oversize'],
])

/**
 * What a delivery held that was not ingested: each range of bytes is a gap of its own. In a webhook
 * body, where an API server writes events alone, whatever is no event counts too.
 */
export const gapsOf = (delivery: Delivery, issues: readonly Issue[]): readonly GapDelivery[] => {
  const { source, arrivedUs } = delivery
  return issues.flatMap(({ code, message, at, count }): readonly GapDelivery[] => {
    const isForeign = code === 'decode/not-audit' && delivery.kind === 'body'
    const kind = isForeign ? 'torn' : LOST.get(code)
    if (kind === undefined) return []
    const { offset, length } = at
    const place = delivery.kind === 'body' ? `body ${delivery.sha256}` : at.file
    const gap = {
      kind,
      message: `${isForeign ? 'no audit event' : message}${count === undefined ? '' : ` (${count})`}`,
      place,
      fromByte: offset,
      toByte: offset === undefined || length === undefined ? undefined : offset + length,
      fromTime: undefined,
      toTime: undefined,
      events: undefined,
    }
    return [{ kind: 'gap', source, arrivedUs, gap }]
  })
}
