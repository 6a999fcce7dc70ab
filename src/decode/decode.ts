import type { Issue } from '../base/issue.ts'
import type { AuditEvent, Source } from '../model/event.ts'

/** How to decode. */
export interface DecodeOptions {
  /** Look for duplicate keys and deep nesting in every record, not only where it costs nothing. */
  readonly strict: boolean
}

/** Where decoded events and what could not be decoded go, in the order of the bytes. */
export interface DecodeSink {
  event(event: AuditEvent): void
  issue(issue: Issue): void
  /** The name of the shape of each event's record (`native`, `gke` …), just before the event. */
  shape(name: string): void
}

/**
 * Decodes a block of whole records: each byte is an event's, an issue's, or counted as not audit.
 * `offset` is that of the first byte in the decompressed content of `source.file`. Never throws.
 */
export declare const decodeBlock: (
  bytes: Uint8Array,
  offset: number,
  source: Source,
  options: DecodeOptions,
  sink: DecodeSink,
) => void
