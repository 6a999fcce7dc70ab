import { LIMIT } from '../../base/limit.ts'

/** A condition of a Falco rule or macro, as written. */
export type FalcoCondition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FalcoCondition[] }
  | { readonly kind: 'not'; readonly of: FalcoCondition }
  | { readonly kind: 'macro'; readonly name: string }
  | FalcoTest

/** One comparison. */
export interface FalcoTest {
  readonly kind: 'test'
  /** Such as `ka.verb`, without its argument. */
  readonly field: string
  /** What stands in brackets behind the field. */
  readonly argument: string | undefined
  readonly operator: FalcoOperator
  /** One value, or those in parentheses, in which a bare word may name a list. None of `exists`. */
  readonly values: readonly FalcoValue[]
}

/** A value on the right side. */
export interface FalcoValue {
  readonly text: string
  /** Whether it stood in quotes: then it names no list. */
  readonly quoted: boolean
}

/** Every operator of Falco's conditions. */
export type FalcoOperator = (typeof OPERATORS)[number]

/** Why a condition cannot be read. */
export interface FalcoFault {
  readonly kind: 'fault'
  readonly message: string
}

/**
 * Reads a condition of the grammar of falcosecurity/libs (userspace/libsinsp/filter/parser.h): or,
 * and, not, parentheses, comparisons, names of macros. From the least to the most binding.
 */
export const parseFalcoCondition = (text: string): FalcoCondition | FalcoFault => {
  const reader = new ConditionReader(text)
  return reader.read()
}

/** Longest first, so that none hides another. */
const OPERATORS = [
  'bstartswith',
  'icontains',
  'bcontains',
  'startswith',
  'intersects',
  'contains',
  'endswith',
  'pmatch',
  'exists',
  'iglob',
  'regex',
  'glob',
  'in',
  '==',
  '!=',
  '<=',
  '>=',
  '=',
  '<',
  '>',
] as const

const LISTS: readonly FalcoOperator[] = ['in', 'intersects', 'pmatch']

const SPACE = /\s*/y
const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/y
const BARE = /[^\s()"'=,]+/y
const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy
const ARGUMENT = /\[(?:"([^"]*)"|'([^']*)'|([^\]]*))\]/y

/** Reads one condition; it has the lifetime of that. */
class ConditionReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): FalcoCondition | FalcoFault {
    const condition = this.#or()
    if (condition.kind === 'fault') return condition
    this.#take(SPACE)
    return this.#at === this.#text.length ? condition : this.#fault('and, or or the end')
  }

  #or(): FalcoCondition | FalcoFault {
    return this.#joined('or', () => this.#joined('and', () => this.#not()))
  }

  #joined(
    kind: 'and' | 'or',
    next: () => FalcoCondition | FalcoFault,
  ): FalcoCondition | FalcoFault {
    const first = next()
    if (first.kind === 'fault') return first
    const of = [first]
    while (this.#word(kind)) {
      const part = next()
      if (part.kind === 'fault') return part
      of.push(part)
    }
    return of.length === 1 ? first : { kind, of }
  }

  #not(): FalcoCondition | FalcoFault {
    if (!this.#word('not')) return this.#primary()
    const of = this.#deeper(() => this.#not())
    return of.kind === 'fault' ? of : { kind: 'not', of }
  }

  #primary(): FalcoCondition | FalcoFault {
    if (!this.#symbol('(')) return this.#comparison()
    const inner = this.#deeper(() => this.#or())
    if (inner.kind === 'fault') return inner
    return this.#symbol(')') ? inner : this.#fault('a closing parenthesis')
  }

  #deeper(read: () => FalcoCondition | FalcoFault): FalcoCondition | FalcoFault {
    this.#depth += 1
    if (this.#depth > LIMIT.conditionDepthMax) {
      return { kind: 'fault', message: `nested deeper than ${LIMIT.conditionDepthMax}` }
    }
    const condition = read()
    this.#depth -= 1
    return condition
  }

  #comparison(): FalcoCondition | FalcoFault {
    this.#take(SPACE)
    const name = this.#take(NAME)?.[0]
    if (name === undefined) return this.#fault('a field or a macro')
    const found = this.#take(ARGUMENT)
    const argument = found === undefined ? undefined : (found[1] ?? found[2] ?? found[3])
    if (this.#symbol('(')) {
      return { kind: 'fault', message: `the transformer ${name}(…) has no counterpart` }
    }
    const operator = this.#operator()
    if (operator === undefined) {
      if (argument === undefined && !name.includes('.')) return { kind: 'macro', name }
      return this.#fault(`an operator after ${name}`)
    }
    const values = this.#values(operator)
    if (values === undefined) return this.#fault(`a value after ${name} ${operator}`)
    return { kind: 'test', field: name, argument, operator, values }
  }

  #operator(): FalcoOperator | undefined {
    this.#take(SPACE)
    return OPERATORS.find((one) => (/^[a-z]/.test(one) ? this.#word(one) : this.#symbol(one)))
  }

  #values(operator: FalcoOperator): readonly FalcoValue[] | undefined {
    if (operator === 'exists') return []
    if (!LISTS.includes(operator) || !this.#symbol('(')) {
      const value = this.#value()
      return value === undefined ? undefined : [value]
    }
    const values: FalcoValue[] = []
    while (!this.#symbol(')')) {
      if (values.length > 0 && !this.#symbol(',')) return undefined
      // A comma before the end is allowed.
      if (this.#symbol(')')) return values
      const value = this.#value()
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }

  #value(): FalcoValue | undefined {
    this.#take(SPACE)
    const quoted = this.#take(QUOTED)
    if (quoted !== undefined) {
      const text = (quoted[1] ?? quoted[2] ?? '').replaceAll(/\\(.)/gs, unescaped)
      return { text, quoted: true }
    }
    const bare = this.#take(BARE)?.[0]
    return bare === undefined ? undefined : { text: bare, quoted: false }
  }

  /** A word that ends where a name would. */
  #word(word: string): boolean {
    this.#take(SPACE)
    const after = this.#text[this.#at + word.length] ?? ' '
    if (!this.#text.startsWith(word, this.#at) || /[A-Za-z0-9_.]/.test(after)) return false
    this.#at += word.length
    return true
  }

  #symbol(symbol: string): boolean {
    this.#take(SPACE)
    if (!this.#text.startsWith(symbol, this.#at)) return false
    this.#at += symbol.length
    return true
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }

  #fault(expected: string): FalcoFault {
    const rest = this.#text.slice(this.#at).trim()
    const seen = rest === '' ? 'the end' : `"${rest.slice(0, SHOWN_CHARACTERS)}"`
    return { kind: 'fault', message: `expected ${expected}, found ${seen}` }
  }
}

const SHOWN_CHARACTERS = 24

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
}

const unescaped = (_: string, character: string): string => ESCAPES[character] ?? character
