import type { Delivered } from './api-server.ts'
import type { MadeBatch, MadeEvent } from './events.ts'

/** What the store must answer for: an event, how it was sent, and whether it was acknowledged. */
export interface Expected {
  readonly event: MadeEvent
  /** `cluster/server/way`. */
  readonly source: string
  readonly sha256: string
  isAcknowledged: boolean
}

/** A row of the store, as far as conservation goes. */
export interface StoredRow {
  readonly source: string
  /** Of the bytes as they came: the stored ones, or those before something was masked. */
  readonly sha256: string
}

/** What is wrong with a store. All 0: nothing was lost, doubled or invented. */
export interface Verdict {
  readonly lost: number
  readonly doubled: number
  readonly invented: number
  /** Some of each, by name. */
  readonly such: readonly string[]
}

/** The verdict on a store that is right. */
export const CONSERVED: Verdict = { lost: 0, doubled: 0, invented: 0, such: [] }

/** Knows what was offered and what was acknowledged. */
export class Oracle {
  readonly #expected = new Map<string, Expected>()

  /** Notes a body before it is sent. */
  offer(server: string, batch: MadeBatch): void {
    for (const event of batch.events) this.#add(event, `${server}/webhook`, event.itemSha256, false)
  }

  /** Notes what became of it. */
  settle(server: string, batch: MadeBatch, { outcome }: Delivered): void {
    if (outcome !== 'acknowledged') return
    for (const { itemSha256 } of batch.events) {
      const expected = this.#expected.get(`${server}/webhook ${itemSha256}`)
      if (expected !== undefined) expected.isAcknowledged = true
    }
  }

  /** Notes lines that lie whole in a file that is followed: none of them may be lost. */
  write(server: string, events: readonly MadeEvent[]): void {
    for (const event of events) this.#add(event, `${server}/file`, event.lineSha256, true)
  }

  get offered(): number {
    return this.#expected.size
  }

  get acknowledged(): number {
    return [...this.#expected.values()].filter(({ isAcknowledged }) => isAcknowledged).length
  }

  /** Compares a store with what it must hold. */
  judge(rows: Iterable<StoredRow>): Verdict {
    const found = new Map<string, number>()
    const invented: string[] = []
    for (const { source, sha256 } of rows) {
      const key = `${source} ${sha256}`
      found.set(key, (found.get(key) ?? 0) + 1)
      if (!this.#expected.has(key)) invented.push(key)
    }
    const lost: string[] = []
    const doubled: string[] = []
    for (const [key, { event, isAcknowledged }] of this.#expected) {
      const count = found.get(key) ?? 0
      if (count === 0 && isAcknowledged) lost.push(event.name)
      if (count > 1) doubled.push(event.name)
    }
    const such = [lost, doubled, invented].flatMap((names) => names.slice(0, 5))
    return { lost: lost.length, doubled: doubled.length, invented: invented.length, such }
  }

  #add(event: MadeEvent, source: string, sha256: string, isAcknowledged: boolean): void {
    this.#expected.set(`${source} ${sha256}`, { event, source, sha256, isAcknowledged })
  }
}
