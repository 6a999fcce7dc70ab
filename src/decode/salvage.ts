import { skipBalanced, skipSpace } from '../base/json-scan.ts'
import { indexWithin } from '../base/slice.ts'
import type { Foreign } from './members.ts'

/** An event of which a body is no JSON. */
export interface Saved {
  readonly record: Foreign
  /** Whether this body was left out. */
  readonly request: boolean
  readonly response: boolean
  /** Where the bodies lie that were left out. */
  readonly cuts: readonly Range[]
}

/** Bytes from `from` to before `to`. */
export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * Reads a broken record without its bodies, when brackets and quotes show where they end. Each body
 * is left out only if the record cannot be read with it.
 */
export const salvage = (bytes: Buffer, at: number, end: number): Saved | undefined => {
  if (skipBalanced(bytes, at, end) < 0) return undefined
  const request = bodyOf(bytes, at, end, '"requestObject":')
  const response = bodyOf(bytes, at, end, '"responseObject":')
  for (const [one, two] of [
    [request, undefined],
    [undefined, response],
    [request, response],
  ] as const) {
    if (one === undefined && two === undefined) continue
    const record = parseWithout(bytes, at, end, [one, two])
    if (record !== undefined) {
      const cuts = [one, two].filter((cut) => cut !== undefined)
      return { record, request: one !== undefined, response: two !== undefined, cuts }
    }
  }
  return undefined
}

/** Where the value of a member lies: that it is the record's own, the parse afterwards proves. */
function bodyOf(bytes: Buffer, at: number, end: number, key: string): Range | undefined {
  const found = indexWithin(bytes, key, at, end)
  if (found < 0) return undefined
  const from = skipSpace(bytes, found + key.length, end)
  if (bytes[from] !== 0x7b && bytes[from] !== 0x5b) return undefined
  const to = skipBalanced(bytes, from, end)
  return to < 0 ? undefined : { from, to }
}

function parseWithout(
  bytes: Buffer,
  at: number,
  end: number,
  ranges: readonly (Range | undefined)[],
): Foreign {
  const cuts = ranges.filter((range) => range !== undefined).sort((a, b) => a.from - b.from)
  const pieces: Buffer[] = []
  let from = at
  for (const cut of cuts) {
    if (cut.from < from) return undefined
    pieces.push(bytes.subarray(from, cut.from), Buffer.from('null'))
    from = cut.to
  }
  pieces.push(bytes.subarray(from, end))
  try {
    return JSON.parse(Buffer.concat(pieces).toString())
  } catch {
    return undefined // Broken elsewhere: the caller reports the record.
  }
}
