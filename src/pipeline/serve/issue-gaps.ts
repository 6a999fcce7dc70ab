import type { Issue } from '../../base/issue.ts'
import type { Delivery, GapDelivery, GapKind, SourceGap } from '../../model/delivery.ts'

/** Issues that say that bytes of a log are no event, or that an event in them is lost. */
const LOST: ReadonlyMap<string, GapKind> = new Map([
  ['decode/torn', 'torn'],
  ['decode/broken', 'torn'],
  ['decode/no-verb', 'torn'],
  ['decode/truncated-message', 'torn'],
  ['decode/nul-bytes', 'torn'],
  ['decode/wrapped-too-deep', 'torn'],
  ['source/record-too-long', 'oversize'],
])

/**
 * What a delivery held that was not ingested: a gap for each kind, from the first place to the last
 * one, which says how many there are; the issues have every place. In a webhook body, where an API
 * server writes events alone, whatever is no event counts too.
 */
export const gapsOf = (delivery: Delivery, issues: readonly Issue[]): readonly GapDelivery[] => {
  const { source, arrivedUs } = delivery
  const byKind = new Map<GapKind, [Issue, ...Issue[]]>()
  for (const issue of issues) {
    const kind = kindOf(delivery, issue)
    if (kind === undefined) continue
    const known = byKind.get(kind)
    if (known === undefined) byKind.set(kind, [issue])
    else known.push(issue)
  }
  return [...byKind].map(([kind, [first, ...others]]) => ({
    kind: 'gap',
    source,
    arrivedUs,
    gap: {
      kind,
      message: messageOf(first, others),
      place: delivery.kind === 'body' ? `body ${delivery.sha256}` : first.at.file,
      ...rangeOf([first, ...others]),
      fromTime: undefined,
      toTime: undefined,
      events: undefined,
    },
  }))
}

const FOREIGN = 'decode/not-audit'

const kindOf = (delivery: Delivery, { code }: Issue): GapKind | undefined =>
  code === FOREIGN && delivery.kind === 'body' ? 'torn' : LOST.get(code)

const messageOf = (first: Issue, others: readonly Issue[]): string => {
  const message = first.code === FOREIGN ? 'no audit event' : first.message
  const count = [first, ...others].reduce((sum, one) => sum + (one.count ?? 1), 0)
  return count === 1 ? message : `${message} (${count} of this kind, the first of them)`
}

/** From the first place to the last; undefined where one of them is not known. */
const rangeOf = (issues: readonly Issue[]): Pick<SourceGap, 'fromByte' | 'toByte'> => {
  const from = issues.flatMap(({ at }) => at.offset ?? [])
  const to = issues.flatMap(({ at: { offset, length } }) =>
    offset === undefined || length === undefined ? [] : offset + length,
  )
  return {
    fromByte: from.length === issues.length ? Math.min(...from) : undefined,
    toByte: to.length === issues.length ? Math.max(...to) : undefined,
  }
}
