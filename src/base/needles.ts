/** Where in a text a needle must stand. */
export type NeedlePlace = 'whole' | 'start' | 'end' | 'anywhere'

/** A text to look for, in any letter case of A to Z. */
export interface Needle {
  readonly text: string
  readonly place: NeedlePlace
}

/**
 * Looks for many texts at once, in one pass over the text to search, however many there are
 * (Aho and Corasick's automaton). Letters A to Z equal a to z. It may also tell of a needle that is
 * not there: of one with characters outside ASCII only the longest part within ASCII is looked for.
 */
export class NeedleSearch {
  /** The class of each ASCII character: 0 is in no needle. */
  readonly #classes = new Uint8Array(128)
  readonly #atStart: Automaton
  readonly #anywhere: Automaton

  constructor(needles: readonly Needle[]) {
    const endings = needles.map(toEnding)
    const width = classify(this.#classes, endings)
    this.#atStart = automaton(
      endings.filter(({ fromStart }) => fromStart),
      this.#classes,
      width,
      false,
    )
    this.#anywhere = automaton(
      endings.filter(({ fromStart }) => !fromStart),
      this.#classes,
      width,
      true,
    )
  }

  /** Calls `found` with the number of each needle that is there; with some more than once. */
  search(text: string, found: (needle: number) => void): void {
    if (this.#atStart.hasAny) this.#searchStart(text, found)
    if (this.#anywhere.hasAny) this.#searchAnywhere(text, found)
  }

  /** Ends where no needle goes on. */
  #searchStart(text: string, found: (needle: number) => void): void {
    const { next, ends, width } = this.#atStart
    const classes = this.#classes
    tell(ends[0], text === '', found)
    let state = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      state = code < 128 ? (next[(state >> 1) + (classes[code] as number)] as number) : 0
      if (state === 0) return
      if ((state & 1) !== 0) tell(ends[(state / width) | 0], at + 1 === text.length, found)
    }
  }

  #searchAnywhere(text: string, found: (needle: number) => void): void {
    const { next, ends, width } = this.#anywhere
    const classes = this.#classes
    // The empty text is everywhere, at the end too.
    tell(ends[0], true, found)
    let state = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      state = code < 128 ? (next[(state >> 1) + (classes[code] as number)] as number) : 0
      if ((state & 1) !== 0) tell(ends[(state / width) | 0], at + 1 === text.length, found)
    }
  }
}

/** States, by numbers that are times the double of the width; the lowest bit: needles end here. */
interface Automaton {
  readonly hasAny: boolean
  readonly width: number
  /** The next state by state and class. */
  readonly next: Int32Array
  /** What ends at a state; where needles may stand anywhere also what ends at its suffixes. */
  readonly ends: readonly (readonly Ending[])[]
}

const automaton = (
  endings: readonly Ending[],
  classes: Uint8Array,
  width: number,
  anywhere: boolean,
): Automaton => {
  const trie = new Trie(width)
  for (const ending of endings) trie.add(ending, classes)
  if (anywhere) trie.link()
  const next = Int32Array.from(trie.next, (state) => {
    const isEnd = state !== 0 && (trie.ends[state]?.length ?? 0) > 0
    return state * width * 2 + (isEnd ? 1 : 0)
  })
  return { hasAny: endings.length > 0, width: width * 2, next, ends: trie.ends }
}

const tell = (
  ends: readonly Ending[] | undefined,
  isEnd: boolean,
  found: (needle: number) => void,
): void => {
  for (const { needle, toEnd } of ends ?? []) if (isEnd || !toEnd) found(needle)
}

interface Ending {
  readonly needle: number
  readonly text: string
  readonly fromStart: boolean
  readonly toEnd: boolean
}

const toEnding = ({ text, place }: Needle, needle: number): Ending => {
  const part = longestAscii(text)
  // Nothing is known of where a part of a needle stands.
  const known = part.length === text.length
  return {
    needle,
    text: part,
    fromStart: known && (place === 'start' || place === 'whole'),
    toEnd: known && (place === 'end' || place === 'whole'),
  }
}

const longestAscii = (text: string): string =>
  text
    .split(/[^\0-\x7f]+/)
    .reduce((best, part) => (part.length > best.length ? part : best), '')
    .toLowerCase()

const UPPER_A = 0x41
const UPPER_Z = 0x5a
const CASE_BIT = 0x20

/** Gives each character of the needles a class; how many classes there are. */
const classify = (classes: Uint8Array, endings: readonly Ending[]): number => {
  let width = 1
  for (const { text } of endings) {
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (classes[code] === 0) classes[code] = width++
    }
  }
  for (let code = UPPER_A; code <= UPPER_Z; code += 1) classes[code] = classes[code | CASE_BIT] ?? 0
  return width
}

/** The automaton while it is made. */
class Trie {
  readonly next: number[]
  readonly ends: Ending[][] = [[]]
  readonly #width: number

  constructor(width: number) {
    this.#width = width
    this.next = new Array<number>(width).fill(0)
  }

  add(ending: Ending, classes: Uint8Array): void {
    let state = 0
    for (let at = 0; at < ending.text.length; at += 1) {
      const place = state * this.#width + (classes[ending.text.charCodeAt(at)] ?? 0)
      const below = this.next[place] ?? 0
      state = below === 0 ? this.#grow(place) : below
    }
    this.ends[state]?.push(ending)
  }

  /** Completes every state, the shallow ones first: where to go on when no needle goes on here. */
  link(): void {
    const fallback = new Uint32Array(this.ends.length)
    const queue: number[] = []
    for (let kind = 0; kind < this.#width; kind += 1) {
      const below = this.next[kind] ?? 0
      if (below !== 0) queue.push(below)
    }
    for (let head = 0; head < queue.length; head += 1) {
      const state = queue[head] ?? 0
      const back = fallback[state] ?? 0
      if (back !== 0) this.ends[state]?.push(...(this.ends[back] ?? []))
      for (let kind = 0; kind < this.#width; kind += 1) {
        const below = this.next[state * this.#width + kind] ?? 0
        const beside = this.next[back * this.#width + kind] ?? 0
        if (below === 0) this.next[state * this.#width + kind] = beside
        else {
          fallback[below] = beside
          queue.push(below)
        }
      }
    }
  }

  #grow(place: number): number {
    const state = this.ends.length
    this.next[place] = state
    for (let kind = 0; kind < this.#width; kind += 1) this.next.push(0)
    this.ends.push([])
    return state
  }
}
