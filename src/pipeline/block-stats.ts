import type { AuditEvent } from '../model/event.ts'

/** What a block's events say of the time they cover. */
export interface Stats {
  readonly events: number
  readonly shapes: readonly string[]
  /** RFC 3339 text, of the events' own times. */
  readonly firstTime: string | undefined
  readonly lastTime: string | undefined
  /** Minutes since 1970 in which there was an event. */
  readonly minutes: readonly number[]
}

const MINUTE_DIGITS = 'YYYY-MM-DDTHH:MM'.length
const MINUTE_MS = 60_000

/** Counts the events of one block. */
export class BlockStats {
  #events = 0
  #first: string | undefined
  #last: string | undefined
  #minute = ''
  readonly #shapes = new Set<string>()
  readonly #minutes = new Set<number>()

  add(event: AuditEvent): void {
    const time = event.stageTimestamp
    this.#events += 1
    // An AdmissionReview, for one, says no time.
    if (time === '') return
    if (this.#first === undefined || time < this.#first) this.#first = time
    if (this.#last === undefined || time > this.#last) this.#last = time
    if (!time.startsWith(this.#minute) || this.#minute === '') this.#addMinute(time)
  }

  addShape(name: string): void {
    this.#shapes.add(name)
  }

  done(): Stats {
    return {
      events: this.#events,
      shapes: [...this.#shapes],
      firstTime: this.#first,
      lastTime: this.#last,
      minutes: [...this.#minutes],
    }
  }

  #addMinute(time: string): void {
    this.#minute = time.slice(0, MINUTE_DIGITS)
    const minute = Math.floor(Date.parse(time) / MINUTE_MS)
    if (!Number.isNaN(minute)) this.#minutes.add(minute)
  }
}
