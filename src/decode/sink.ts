import type { Issue } from '../base/issue.ts'
import type { AuditEvent } from '../model/event.ts'

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
