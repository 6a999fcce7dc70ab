import { TaggedTexts } from '../../base/tagged-texts.ts'
import type { ActCount } from './act-count.ts'
import { type Group, groupTag } from './places.ts'
import type { TimedCount } from './waiting-counts.ts'

/** Acts whose time has been judged, found again by the groups where they count. */
export class PastCounts {
  readonly #texts: TaggedTexts
  /** From when on all acts are here. Earlier ones are in the store. */
  coversFromUs: number = Number.NEGATIVE_INFINITY

  /** Few bytes are given up in small pieces. */
  constructor(bytesMax: number) {
    this.#texts = new TaggedTexts({
      chunkCharacters: Math.min(CHUNK_CHARACTERS, bytesMax / 32),
      plainBytesMax: bytesMax / 4,
    })
  }

  get bytes(): number {
    return this.#texts.bytes
  }

  add({ timeUs, groups, text }: TimedCount): void {
    this.#texts.push({ time: timeUs, tags: groups.map(groupTag), text })
  }

  /** What was last said of the acts of some groups, by act: of others too, whose tag is the same. */
  of(groups: Iterable<Group>, fromUs: number, toUs: number, actsMax: number): PastActs {
    const tags = new Set([...groups].map(groupTag))
    const texts = new Map<string, string>()
    let isWhole = true
    for (const text of this.#texts.texts(fromUs, toUs, tags)) {
      const act = actOf(text)
      isWhole = texts.size < actsMax || texts.has(act)
      if (!isWhole) break
      texts.set(act, text)
    }
    return { acts: [...texts.values()].map(countFrom), isWhole }
  }

  /** What was last said of each act of a span. */
  all(fromUs: number, toUs: number): readonly ActCount[] {
    const texts = new Map<string, string>()
    for (const text of this.#texts.texts(fromUs, toUs)) texts.set(actOf(text), text)
    return [...texts.values()].map(countFrom)
  }

  /** Gives up what is earlier than a time, and what has no room. */
  forget(beforeUs: number, bytesMax: number): void {
    this.#texts.dropBefore(beforeUs)
    const latest = this.#texts.shrink(bytesMax)
    const fromUs = latest === undefined ? beforeUs : Math.max(beforeUs, latest + 1)
    this.coversFromUs = Math.max(this.coversFromUs, fromUs)
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

const DIGEST_AT = '{"act":"'.length

const actOf = (text: string): string => text.slice(DIGEST_AT, text.indexOf('"', DIGEST_AT))

/** Only what `textOf` wrote is read here. */
const countFrom = (text: string): ActCount => JSON.parse(text) as ActCount
