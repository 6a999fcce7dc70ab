import { LIMIT } from '../../base/limit.ts'
import { TaggedTexts } from '../../base/tagged-texts.ts'
import type { ActCount } from './act-count.ts'
import { type Group, groupTag } from './places.ts'
import type { TimedCount } from './waiting-counts.ts'

/**
 * Acts whose time has been judged, found again by the groups where they count: each for as long as
 * it may bear on anything there.
 */
export class PastCounts {
  readonly #reachesUs: readonly number[]
  readonly #bytesMax: number
  /** By how far their acts reach. */
  readonly #byReach = new Map<number, TaggedTexts>()
  #sequence = 0
  /** Acts that reach no further than to this time have been given up. */
  #forgottenUs = Number.NEGATIVE_INFINITY
  /** For lack of room, acts before this time have been given up. */
  #lackingUs = Number.NEGATIVE_INFINITY

  /** How far an act bears, by correlation: see `reachesOf`. */
  constructor(reachesUs: readonly number[], bytesMax: number) {
    this.#reachesUs = reachesUs
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return [...this.#byReach.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Before this time acts are lacking for correlations of any reach. */
  get lackingUs(): number {
    return this.#lackingUs
  }

  /** From this time on all acts are here that count for a correlation. Others are in the store. */
  coversFromUs(correlation: number): number {
    return Math.max(this.#lackingUs, this.#forgottenUs - this.#reachUs(correlation))
  }

  add({ timeUs, groups, text }: TimedCount): void {
    const reachUs = groups.reduce((most, one) => Math.max(most, this.#reachUs(one.correlation)), 0)
    const texts = this.#byReach.get(reachUs) ?? this.#newTexts()
    this.#byReach.set(reachUs, texts)
    this.#sequence += 1
    const numbered = `${this.#sequence} ${text}`
    texts.push({ time: timeUs, tags: groups.map(groupTag), text: numbered })
  }

  /**
   * What was last said of the acts of some groups, by act: of others too, whose tag is the same.
   */
  of(groups: Iterable<Group>, fromUs: number, toUs: number, actsMax: number): PastActs {
    const tags = new Set([...groups].map(groupTag))
    const newest = new NewestTexts()
    for (const texts of this.#byReach.values()) {
      for (const text of texts.texts(fromUs, toUs, tags)) {
        newest.add(text)
        if (newest.size > actsMax) return { acts: newest.counts(), isWhole: false }
      }
    }
    return { acts: newest.counts(), isWhole: true }
  }

  /** What was last said of each act. */
  all(): readonly ActCount[] {
    const newest = new NewestTexts()
    for (const texts of this.#byReach.values()) {
      for (const text of texts.texts(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
        newest.add(text)
      }
    }
    return newest.counts()
  }

  /** Another process had judged so far, and given up what lay before a time. */
  goOn(judgedUs: number, lackingUs: number): void {
    this.#forgottenUs = judgedUs - LATE_US
    this.#lackingUs = lackingUs
  }

  /** Gives up what bears on nothing that may still come, and what has no room. */
  forget(judgedUs: number, bytesMax: number): void {
    this.#forgottenUs = Math.max(this.#forgottenUs, judgedUs - LATE_US)
    for (const [reachUs, texts] of this.#byReach) texts.dropBefore(this.#forgottenUs - reachUs)
    while (this.bytes > bytesMax) {
      const [most] = [...this.#byReach.values()].sort((a, b) => b.bytes - a.bytes)
      const latest = most?.shrink(most.bytes - 1)
      if (latest === undefined) return
      this.#lackingUs = Math.max(this.#lackingUs, latest + 1)
    }
  }

  #reachUs(correlation: number): number {
    return this.#reachesUs[correlation] ?? 0
  }

  /** Few bytes are given up in small pieces. */
  #newTexts(): TaggedTexts {
    return new TaggedTexts({
      chunkCharacters: Math.min(CHUNK_CHARACTERS, this.#bytesMax / 32),
      plainBytesMax: this.#bytesMax / 8,
    })
  }
}

/** Acts that were asked for. */
export interface PastActs {
  readonly acts: readonly ActCount[]
  /** Whether they are all. */
  readonly isWhole: boolean
}

/** An act as text; its digest comes first. */
export const textOf = ({ act, ...more }: ActCount): string => JSON.stringify({ act, ...more })

const CHUNK_CHARACTERS = 131_072

const LATE_US = LIMIT.liveLateSecondsMax * 1_000_000

const DIGEST_AT = '{"act":"'.length

/** Of each act the text that was written last: a number, a blank, and what `textOf` wrote. */
class NewestTexts {
  readonly #byAct = new Map<string, { readonly sequence: number; readonly text: string }>()

  get size(): number {
    return this.#byAct.size
  }

  add(numbered: string): void {
    const blank = numbered.indexOf(' ')
    const sequence = Number(numbered.slice(0, blank))
    const text = numbered.slice(blank + 1)
    const act = text.slice(DIGEST_AT, text.indexOf('"', DIGEST_AT))
    const known = this.#byAct.get(act)
    if (known === undefined || known.sequence < sequence) this.#byAct.set(act, { sequence, text })
  }

  counts(): readonly ActCount[] {
    // Only what `textOf` wrote is read here.
    return [...this.#byAct.values()].map(({ text }) => JSON.parse(text) as ActCount)
  }
}
