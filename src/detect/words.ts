import { type Needle, NeedleSearch } from '../base/needles.ts'
import { Recall } from '../base/recall.ts'
import { foldAscii } from '../sigma/match/fold.ts'
import { cluesOf } from '../sigma/plan/guards.ts'
import { leaves } from '../sigma/plan/leaves.ts'
import type { Plan } from '../sigma/plan/plan.ts'

/** All texts that the rules of a set look for, by field: one search for all kinds of request. */
export class FieldWords {
  readonly #fields = new Map<string, Words>()

  constructor(plans: readonly Plan[]) {
    for (const leaf of plans.flatMap(leaves)) {
      for (const { field, needles } of cluesOf(leaf)) {
        for (const needle of needles) this.of(field).add(needle)
      }
    }
  }

  of(field: string): Words {
    let words = this.#fields.get(field)
    if (words === undefined) {
      words = new Words(STEADY.includes(field))
      this.#fields.set(field, words)
    }
    return words
  }
}

/**
 * Fields whose values come again and again in a log (leases are renewed at the same path for ever),
 * and are texts of their own: a part cut out of a longer text would keep that in memory.
 */
const STEADY = [
  ...['userAgent', 'user.username', 'requestURI'],
  'annotations.authorization.k8s.io/reason',
]

/** The texts that rules look for in a field, each with a number. */
export class Words {
  readonly #whole = new Map<string, number>()
  /** Whether a whole text may have this length and this last letter. */
  readonly #shapes = new Uint8Array(SHAPES)
  readonly #parts = new Map<string, number>()
  readonly #needles: { readonly needle: Needle; readonly word: number }[] = []
  readonly #known: Recall<readonly number[]> | undefined
  #count = 0
  #search: NeedleSearch | undefined

  constructor(isSteady: boolean) {
    this.#known = isSteady ? new Recall((text) => this.#look(text)) : undefined
  }

  add(needle: Needle): void {
    if (needle.place === 'whole') {
      this.#shapes[shapeOf(needle.text)] = 1
      if (!this.#whole.has(needle.text)) this.#whole.set(needle.text, this.#count++)
      return
    }
    const name = nameOf(needle)
    if (this.#parts.has(name)) return
    this.#needles.push({ needle, word: this.#count })
    this.#parts.set(name, this.#count++)
  }

  numberOf(needle: Needle): number {
    const found =
      needle.place === 'whole' ? this.#whole.get(needle.text) : this.#parts.get(nameOf(needle))
    if (found === undefined) throw new Error(`bug: the needle ${needle.text} is in no rule`)
    return found
  }

  /** The words that the text is or, if asked, has as parts; some more than once. */
  in(text: string, withParts: boolean): readonly number[] {
    if (!withParts || this.#needles.length === 0) return this.#wordOf(text)
    return this.#known === undefined ? this.#look(text) : this.#known.of(text)
  }

  #look(text: string): readonly number[] {
    this.#search ??= new NeedleSearch(this.#needles.map(({ needle }) => needle))
    const whole = this.#wordOf(text)
    let parts: number[] | undefined
    this.#search.search(text, (at) => {
      parts ??= [...whole]
      parts.push(this.#needles[at]?.word ?? 0)
    })
    return parts ?? whole
  }

  #wordOf(text: string): readonly number[] {
    if (this.#shapes[shapeOf(text)] === 0) return NO_WORDS
    const word = this.#whole.get(foldAscii(text))
    return word === undefined ? NO_WORDS : [word]
  }
}

const NO_WORDS: readonly number[] = []

const SHAPES = 2_048

/** Length and last letter, in any case. */
const shapeOf = (text: string): number =>
  ((text.length & 63) << 5) | (text.charCodeAt(text.length - 1) & 31)

const nameOf = ({ text, place }: Needle): string => `${place} ${text}`
