import { hash } from 'node:crypto'
import type { AuditEvent } from '../../model/event.ts'

/** 48 bits: enough to tell the ids of some hundred thousand requests apart. */
const DIGITS = 12

/**
 * Remembers under which auditID and stage an API server logged what, to notice when a client gives
 * the id of one request to another: whoever joins or drops events by it would be fooled.
 */
export class AuditIds {
  readonly #keep: number
  /** From a digest of server, id and stage to the beginning of the content's digest. */
  #young = new Map<number, number>()
  #old = new Map<number, number>()

  /** At least the last `keep` ids are remembered. */
  constructor(keep: number) {
    this.#keep = keep
  }

  /** Whether the event's id and stage were logged before with other bytes. */
  isReused(event: AuditEvent, content: string): boolean {
    const { auditID, stage, origin } = event
    if (auditID === undefined) return false
    const key = keyOf(`${origin.source.cluster}\n${origin.source.server}\n${stage}\n${auditID}`)
    const is = Number.parseInt(content.slice(0, DIGITS), 16)
    const was = this.#young.get(key) ?? this.#old.get(key)
    if (was === is) return false
    if (this.#young.size >= this.#keep) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, is)
    return was !== undefined
  }
}

const keyOf = (text: string): number => Number.parseInt(hash('sha256', text).slice(0, DIGITS), 16)
