/** The bytes of an event without what columns hold of them anyway. */
export interface Carved {
  /** What is left, in order. */
  readonly pieces: readonly Uint8Array[]
  /** Where the audit id stood in the bytes; 0: it is still in them. */
  readonly auditIdAt: number
  /** Where the URI stood in what was left without the audit id; 0: it is still in them. */
  readonly uriAt: number
}

/**
 * Takes the audit id and the URI out of the bytes of an event: half of what does not get smaller by
 * compression. Each is taken out only where it stands as it is in its column, so that `UNCARVED`
 * gives back the very bytes; what JSON writes with an escape, as Go does an `&`, stays.
 */
export const carve = (
  raw: Uint8Array,
  auditID: string | undefined,
  requestURI: string | undefined,
): Carved => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const idAt = placeOf(bytes, auditID)
  const idEnd = idAt + (idAt === 0 ? 0 : (auditID?.length ?? 0))
  const found = placeOf(bytes, requestURI)
  const uriEnd = found + (requestURI?.length ?? 0)
  // Where it stands before or within the id it is left alone: API servers write it behind.
  const uriAt = found >= idEnd ? found : 0
  const pieces = [
    ...(idAt === 0 ? [] : [raw.subarray(0, idAt)]),
    ...(uriAt === 0 ? [] : [raw.subarray(idEnd, uriAt)]),
    raw.subarray(uriAt === 0 ? idEnd : uriEnd),
  ]
  return { pieces, auditIdAt: idAt, uriAt: uriAt === 0 ? 0 : uriAt - (idEnd - idAt) }
}

/** The bytes again, from the columns that they were taken apart into. */
export const UNCARVED: string = filled(
  filled('raw_rest', 'raw_uri_at', 'request_uri'),
  'raw_audit_id_at',
  'audit_id',
)

/** The length of the bytes, without reading them. */
export const UNCARVED_LENGTH: string =
  'toUInt32(length(raw_rest)' +
  " + if(raw_audit_id_at = 0, 0, length(ifNull(audit_id, '')))" +
  " + if(raw_uri_at = 0, 0, length(ifNull(request_uri, ''))))"

/** Texts of fewer characters are not worth it. */
const WORTH_IT = 8

/** Printable ASCII without what JSON escapes: bytes and characters are the same. */
const PLAIN = /^[ !#-[\]-~]+$/

const placeOf = (bytes: Buffer, text: string | undefined): number => {
  if (text === undefined || text.length < WORTH_IT || !PLAIN.test(text)) return 0
  return Math.max(0, bytes.indexOf(text, 0, 'latin1'))
}

function filled(rest: string, at: string, text: string): string {
  const before = `substring(${rest}, 1, ${at})`
  const behind = `substring(${rest}, ${at} + 1)`
  return `if(${at} = 0, ${rest}, concat(${before}, ifNull(${text}, ''), ${behind}))`
}
