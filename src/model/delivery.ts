/** By which way an API server's log came. An import is never taken for what came live. */
export type Way = 'webhook' | 'file' | 'import'

/** An API server's log by one way: what a checkpoint, a chain of evidence and a lag belong to. */
export interface LogSource {
  readonly cluster: string
  readonly server: string
  readonly way: Way
}

/** One text for a log source: `cluster/server/way`, each percent-encoded where it has a slash. */
export const logSourceName = ({ cluster, server, way }: LogSource): string =>
  [cluster, server, way].map(encodeURIComponent).join('/')

/**
 * A webhook body as it was received. Its bytes, never changed, stand in the write-ahead log behind
 * this head.
 */
export interface BodyDelivery {
  readonly kind: 'body'
  readonly source: LogSource
  /** When its last byte came, in µs since 1970, by our clock. */
  readonly arrivedUs: number
  /** SHA-256 of the whole body, 64 hex digits; of an oversize one too. */
  readonly sha256: string
  /** Bytes of the whole body. */
  readonly length: number
  /**
   * Why it is set aside and not decoded: longer than `LIMIT.webhookBodyBytesMax`, of which only the
   * first `LIMIT.quarantineBytes` are kept, or no JSON at all. Absent for an ordinary body.
   */
  readonly quarantine?: 'oversize' | 'unparsable'
}

/**
 * Whole lines of a log file, or of a rotated one, read at a known place. None at all, once, when a
 * file begins to be followed at its end: a bookmark.
 */
export interface LinesDelivery {
  readonly kind: 'lines'
  readonly source: LogSource
  readonly arrivedUs: number
  /** As configured or found; it may name another file after a rotation. */
  readonly path: string
  /** Of the file's content, whatever its name and compression: see source/fingerprint.ts. */
  readonly fingerprint: string
  /** Of the first byte, in the decompressed content. */
  readonly offset: number
  readonly length: number
  /** The `stageTimestamp` of the last line, RFC 3339, as far as a look at it tells. */
  readonly lastTime?: string
}

/** What is known to be missing, told by whoever noticed. It goes the same way as events do. */
export interface GapDelivery {
  readonly kind: 'gap'
  readonly source: LogSource
  readonly arrivedUs: number
  readonly gap: SourceGap
}

/** What a source hands on, and the write-ahead log keeps until the store has it. */
export type Delivery = BodyDelivery | LinesDelivery | GapDelivery

/** Why something is missing, or may be. */
export type GapKind =
  /** A rotated file went before it was read to its end. */
  | 'retention'
  /** A file shrank in place (copytruncate), and what lay behind the reader is unknown. */
  | 'truncated-file'
  /** Bytes that are no event: a torn line, a block of NUL, half of a glued line. */
  | 'torn'
  /** A compressed file ended too early. */
  | 'damaged-file'
  /** A body or a line longer than what is read. */
  | 'oversize'
  /** A body that is no JSON; its bytes are kept. */
  | 'quarantine'
  /** Bytes of the write-ahead log that a crash of the machine damaged. */
  | 'log-damage'
  /** The API server logged nothing for longer than is usual for it. */
  | 'silence'
  /** The API server's own metrics count more events than arrived. */
  | 'undelivered'

/** A range that was not ingested, as far as it is known. A durable record, and a reason to look. */
export interface SourceGap {
  readonly kind: GapKind
  /** A sentence for people. */
  readonly message: string
  /** The file or body concerned. */
  readonly place: string | undefined
  /** Bytes [from, to) of its decompressed content; `to` undefined: up to an unknown end. */
  readonly fromByte: number | undefined
  readonly toByte: number | undefined
  /** RFC 3339: the missing events lie between these moments, as far as neighbours tell. */
  readonly fromTime: string | undefined
  readonly toTime: string | undefined
  /** Events missing, if it is known. */
  readonly events: number | undefined
}

/**
 * How a source makes a delivery safe: resolves once it is durable, and only then may the source
 * acknowledge it or move on. Rejects with a `Fault` of base/fault.ts when it cannot be kept now.
 */
export type Keep = (delivery: Delivery, bytes: Uint8Array) => Promise<void>

/** Up to where a file has been kept: what a follower begins from. */
export interface FilePosition {
  readonly source: LogSource
  readonly path: string
  readonly fingerprint: string
  /** In the decompressed content. */
  readonly offset: number
  /** Of the last event kept of it, RFC 3339, where it is known: bounds a gap behind it. */
  readonly lastTime?: string
}
