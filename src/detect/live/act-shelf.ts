import type { LiveAct } from './live-act.ts'

/** Acts in the order in which they were put there: bounded in number, and by age. */
export class ActShelf {
  readonly #actsMax: number
  readonly #ageUsMax: number
  readonly #places = new Map<string, Place>()

  constructor(actsMax: number, secondsMax: number) {
    this.#actsMax = actsMax
    this.#ageUsMax = secondsMax * 1_000_000
  }

  get(key: string): LiveAct | undefined {
    return this.#places.get(key)?.act
  }

  delete(key: string): void {
    this.#places.delete(key)
  }

  /** Puts an act behind the others. Without room the first one goes, and is given back. */
  put(act: LiveAct, nowUs: number): LiveAct | undefined {
    this.#places.delete(act.key)
    this.#places.set(act.key, { act, sinceUs: nowUs })
    if (this.#places.size <= this.#actsMax) return undefined
    const [first] = this.#places.values()
    if (first !== undefined) this.#places.delete(first.act.key)
    return first?.act
  }

  /** Takes those out that have been there for longer than acts may. */
  takeOld(nowUs: number): readonly LiveAct[] {
    const old: LiveAct[] = []
    for (const { act, sinceUs } of this.#places.values()) {
      if (nowUs - sinceUs <= this.#ageUsMax) break
      old.push(act)
    }
    for (const { key } of old) this.#places.delete(key)
    return old
  }

  *acts(): Generator<LiveAct, undefined> {
    for (const { act } of this.#places.values()) yield act
  }
}

interface Place {
  readonly act: LiveAct
  readonly sinceUs: number
}
