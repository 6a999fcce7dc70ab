/**
 * Remembers what was last made of some texts, for a question that is asked of the same few texts
 * again and again. Each text has one place in a small table: finding it costs a look at ten of its
 * characters and one comparison, and the memory it takes is bounded whatever is asked.
 */
export class Recall<Value> {
  readonly #make: (text: string) => Value
  readonly #known: (Known<Value> | undefined)[] = new Array(PLACES)

  constructor(make: (text: string) => Value) {
    this.#make = make
  }

  /** What is made of the text. The same text may give the same object. */
  of(text: string): Value {
    const { length } = text
    if (length > CHARACTERS_MAX) return this.#make(text)
    // Texts of one kind begin alike and differ towards their end.
    let mixed = length
    for (let at = length - 1; at >= 0 && at > length - SAMPLED; at -= STEP) {
      mixed = (mixed * 31 + text.charCodeAt(at)) | 0
    }
    const place = mixed & (PLACES - 1)
    const known = this.#known[place]
    if (known !== undefined && known.text === text) return known.value
    const value = this.#make(text)
    this.#known[place] = { text, value }
    return value
  }
}

interface Known<Value> {
  readonly text: string
  readonly value: Value
}

/** A power of two. */
const PLACES = 512

/** So far from the end characters are looked at, one in so many. */
const SAMPLED = 30
const STEP = 3

/** Longer texts are not kept. */
const CHARACTERS_MAX = 256
