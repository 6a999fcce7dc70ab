import { newRecordScan, scanRecord } from '../../base/json-scan.ts'
import { CANNOT_TELL } from '../../base/truth.ts'
import { toCanonical } from '../../decode/canonical.ts'
import { rawOf } from '../../decode/raw.ts'
import { cutEvent } from '../../kubernetes/audit-policy/cut-event.ts'
import type { PolicyDecision } from '../../kubernetes/audit-policy/policy.ts'
import type { AuditEvent } from '../../model/event.ts'
import { isObject, type JsonObject } from '../json.ts'
import { memberBytes, writtenBytes } from './simulate-size.ts'

/** What an event takes in the log under a policy. */
export interface LoggedSize {
  readonly bytes: number
  /** The event was recorded below the level wanted: what it would hold besides is not known. */
  readonly isAtLeast: boolean
}

/**
 * An event as it was recorded, with its bytes. What is left of it at a lower level is worked out
 * when asked, and the record read no more than once. It does not outlive its block of bytes.
 */
export class RecordedEvent {
  readonly event: AuditEvent
  /** Of its record, and of the newline or comma behind it; of a wrapped one, of the event alone. */
  readonly bytes: number
  /** The event came inside the record of somebody else: its bytes are computed. */
  readonly isWrapped: boolean
  readonly #raw: Uint8Array | undefined
  #record: JsonObject | undefined

  /** `block` holds the event's record, and `offset` is that of its first byte. */
  constructor(event: AuditEvent, block: Uint8Array, offset: number) {
    this.event = event
    this.#raw = rawOf(block, offset, event.origin)
    this.isWrapped = !this.#isOwnRecord()
    if (this.isWrapped) {
      // Made by our own decoder: plain data.
      this.#record = toCanonical(event) as JsonObject
      this.bytes = writtenBytes(this.#record) + 1
    } else this.bytes = event.origin.length + 1
  }

  /** The record as JSON; of a wrapped event, what the API server wrote of it. */
  get record(): JsonObject | undefined {
    if (this.#record === undefined && this.#raw !== undefined) this.#record = parsed(this.#raw)
    return this.#record
  }

  /** Undefined: it is not logged. */
  sizeUnder(decision: PolicyDecision): LoggedSize | undefined {
    const { level: wanted, omitStages, omitManagedFields } = decision
    const { event, bytes } = this
    if (wanted === 'None' || omitStages.includes(event.stage)) return undefined
    if (wanted === event.level && !(omitManagedFields && wanted !== 'Metadata')) {
      return { bytes, isAtLeast: false }
    }
    const { record } = this
    const cut = record === undefined ? CANNOT_TELL : cutEvent(record, decision)
    if (record === undefined || cut === undefined || cut === CANNOT_TELL) {
      // What is not known is added to what is there: it is never less.
      const longer = Math.max(0, wanted.length - (event.level ?? wanted).length)
      return { bytes: bytes + longer, isAtLeast: true }
    }
    return { bytes: this.#cutBytes(record, cut), isAtLeast: false }
  }

  /** Whether the record is the event itself, and no envelope around it. */
  #isOwnRecord(): boolean {
    const raw = this.#raw
    if (raw === undefined || this.event.provider !== 'native') return false
    if (OWN.test(Buffer.from(raw.subarray(0, OWN_BYTES)).toString('latin1'))) return true
    const { record } = this
    return record?.verb === this.event.verb && record.auditID === this.event.auditID
  }

  #cutBytes(record: JsonObject, cut: JsonObject): number {
    const bodies = this.#bodyBytes()
    let { bytes } = this
    for (const [key, value] of Object.entries(record)) {
      if (Object.hasOwn(cut, key)) bytes += changeBytes(value, cut[key])
      else bytes -= bodies.get(key) ?? memberBytes(key, value)
    }
    return bytes
  }

  /** Bytes of the bodies as they are written: a number in a patch may have any form. */
  #bodyBytes(): ReadonlyMap<string, number> {
    const raw = this.#raw
    if (raw === undefined || this.isWrapped) return new Map()
    const scan = newRecordScan()
    scanRecord(raw, 0, raw.length, scan)
    const { requestStart, requestEnd, responseStart, responseEnd } = scan
    if (scan.end < 0 || scan.odd) return new Map()
    const around = '"":,'.length
    return new Map([
      ['requestObject', 'requestObject'.length + around + requestEnd - requestStart],
      ['responseObject', 'responseObject'.length + around + responseEnd - responseStart],
    ])
  }
}

const changeBytes = (before: unknown, after: unknown): number =>
  before === after ? 0 : writtenBytes(after) - writtenBytes(before)

/** How the API server's own lines begin, and the items of its webhook bodies. */
const OWN =
  /^\{("kind":"Event","apiVersion":"audit\.k8s\.io\/v1",)?"level":"(Metadata|Request(Response)?)","auditID":/
const OWN_BYTES = 100

/** Undefined where the record is torn, as far as an event could be read of it all the same. */
const parsed = (raw: Uint8Array): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(raw).toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
