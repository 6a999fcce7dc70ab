import { afterQuote, skipBalanced, skipSpace } from '../base/json-scan.ts'
import { LIMIT } from '../base/limit.ts'
import { latin1 } from '../base/slice.ts'
import { textOf, unescaped } from './mapped-text.ts'

/** A JSON value by its place: bytes from `start` to before `end`. */
export type Node =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; members: Member[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; items: Node[] }
  | Leaf

/** A value that is not looked into. */
export interface Leaf {
  /**
   * `closed`: an object or array that nobody needed to be opened; `deep`: one that is never opened.
   */
  readonly kind: 'string' | 'number' | 'word' | 'closed' | 'deep'
  readonly start: number
  readonly end: number
}

/** A member of an object. */
export interface Member {
  /** Of the name, without its quotes. */
  readonly keyStart: number
  readonly keyEnd: number
  /** The name unescaped, a character for each of its bytes. */
  readonly name: string
  readonly value: Node
}

/** Whether anything between two places is of interest. What is not stays `closed`. */
export type Wanted = (start: number, end: number) => boolean

/**
 * The tree of the JSON value from `start` to before `end`, which `scanValue` has proved; of one
 * that is cut off, what is there. Objects and arrays deeper than `LIMIT.jsonDepthMax` are not
 * opened, nor those without anything wanted; undefined when the tree would have more than
 * `LIMIT.jsonTreeNodesMax` nodes.
 */
export const jsonTree = (
  bytes: Buffer,
  start: number,
  end: number,
  wanted: Wanted,
): Node | undefined => {
  const reader = new Reader(bytes, end, wanted)
  const tree = reader.value(skipSpace(bytes, start, end), 0)
  return reader.left < 0 ? undefined : tree
}

/** Where the content of the string from `start` to before `end` ends: it may lack its quote. */
export const contentEnd = (bytes: Buffer, start: number, end: number): number =>
  end - 1 > start && bytes[end - 1] === QUOTE ? end - 1 : end

const QUOTE = 0x22
const OPEN_OBJECT = 0x7b
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c

class Reader {
  /** Nodes that may still be made. */
  left: number = LIMIT.jsonTreeNodesMax
  /** Where the last value ended: a node may stand for less than what was read. */
  #after = 0
  readonly #bytes: Buffer
  readonly #end: number
  readonly #wanted: Wanted

  constructor(bytes: Buffer, end: number, wanted: Wanted) {
    this.#bytes = bytes
    this.#end = end
    this.#wanted = wanted
  }

  value(at: number, depth: number): Node {
    this.left -= 1
    const byte = at < this.#end ? (this.#bytes[at] as number) : 0
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (this.left < 0 || depth >= LIMIT.jsonDepthMax) return this.#deep(at)
      return byte === OPEN_OBJECT ? this.#object(at, depth) : this.#array(at, depth)
    }
    const one = byte === QUOTE ? leaf('string', at, this.#afterQuote(at)) : this.#scalar(at, byte)
    this.#after = one.end
    return one
  }

  #deep(at: number): Leaf {
    const end = skipBalanced(this.#bytes, at, this.#end)
    this.#after = end < 0 ? this.#end : end
    return leaf('deep', at, this.#after)
  }

  #scalar(at: number, byte: number): Leaf {
    const bytes = this.#bytes
    let end = Math.min(at + 1, this.#end)
    while (end < this.#end && SCALAR[bytes[end] as number] === 1) end += 1
    return leaf(byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? 'number' : 'word', at, end)
  }

  #object(start: number, depth: number): Node {
    const { left } = this
    const members: Member[] = []
    const end = this.#members(start, depth, members)
    // What has nothing of interest is let go of at once.
    if (!this.#wanted(start, end)) return this.#closed(start, end, left)
    const [only] = members
    const plain = only && members.length === 1 ? this.#plain(only, depth) : undefined
    this.#after = end
    return plain ?? { kind: 'object', start, end, members }
  }

  /** Reads the members of the object at `start`; gives where it ends. */
  #members(start: number, depth: number, members: Member[]): number {
    const bytes = this.#bytes
    let at = skipSpace(bytes, start + 1, this.#end)
    while (at < this.#end && bytes[at] === QUOTE) {
      const after = this.#afterQuote(at)
      const keyEnd = contentEnd(bytes, at, after)
      const colon = skipSpace(bytes, after, this.#end)
      const value = this.value(skipSpace(bytes, colon + 1, this.#end), depth + 1)
      members.push({ keyStart: at + 1, keyEnd, name: nameOf(bytes, at + 1, keyEnd), value })
      at = this.#next(this.#after)
    }
    return Math.min(at + 1, this.#end)
  }

  /** What OTLP's AnyValue stands for: `{"kvlistValue":{"values":[{"key":…,"value":…}]}}`. */
  #plain({ name, value }: Member, depth: number): Node | undefined {
    if (SCALARS_OF_OTLP.has(name)) return value
    const values = value.kind === 'object' ? value.members[0]?.value : undefined
    if (values?.kind !== 'array') return undefined
    if (name === 'arrayValue') return values
    if (name !== 'kvlistValue') return undefined
    const members = values.items.map((item) => this.#pair(this.#opened(item, depth)))
    if (members.includes(undefined)) return undefined
    const { start, end } = value
    return { kind: 'object', start, end, members: members.filter((one) => one !== undefined) }
  }

  #pair(node: Node): Member | undefined {
    if (node.kind !== 'object') return undefined
    const key = node.members.find(({ name }) => name === 'key')?.value
    const value = node.members.find(({ name }) => name === 'value')?.value
    if (key?.kind !== 'string' || value === undefined) return undefined
    const keyStart = key.start + 1
    const keyEnd = contentEnd(this.#bytes, key.start, key.end)
    return { keyStart, keyEnd, name: nameOf(this.#bytes, keyStart, keyEnd), value }
  }

  /** A pair in which nothing is of interest still tells of the others what they are. */
  #opened(node: Node, depth: number): Node {
    if (node.kind !== 'closed' || this.#bytes[node.start] !== OPEN_OBJECT) return node
    const members: Member[] = []
    this.#members(node.start, depth, members)
    return { kind: 'object', start: node.start, end: node.end, members }
  }

  #array(start: number, depth: number): Node {
    const bytes = this.#bytes
    const items: Node[] = []
    const { left } = this
    let at = skipSpace(bytes, start + 1, this.#end)
    while (at < this.#end && bytes[at] !== CLOSE_ARRAY) {
      const item = this.value(at, depth + 1)
      items.push(item)
      at = this.#next(this.#after)
    }
    const end = Math.min(at + 1, this.#end)
    if (!this.#wanted(start, end)) return this.#closed(start, end, left)
    this.#after = end
    return { kind: 'array', start, end, items }
  }

  #closed(start: number, end: number, left: number): Leaf {
    this.#after = end
    if (this.left >= 0) this.left = left
    return leaf('closed', start, end)
  }

  /** After the closing quote of the string at `at`; of one that is cut off, its end. */
  #afterQuote(at: number): number {
    const end = afterQuote(this.#bytes, at + 1, this.#end)
    return end < 0 ? this.#end : end
  }

  /** After the comma behind a value, or at what closes its container. */
  #next(end: number): number {
    const bytes = this.#bytes
    const at = skipSpace(bytes, end, this.#end)
    return at < this.#end && bytes[at] === COMMA ? skipSpace(bytes, at + 1, this.#end) : at
  }
}

const leaf = (kind: Leaf['kind'], start: number, end: number): Leaf => ({ kind, start, end })

const nameOf = (bytes: Buffer, start: number, end: number): string => {
  const name = latin1(bytes, start, end)
  return name.includes('\\') ? textOf(unescaped(bytes, start, end)) : name
}

/** Members that hold one value as OTLP writes it. */
const SCALARS_OF_OTLP: ReadonlySet<string> = new Set([
  ...['stringValue', 'boolValue', 'intValue', 'doubleValue'],
])

/** 1 for what a number, `true`, `false` and `null` are written with. */
const SCALAR: Uint8Array = new Uint8Array(256)
for (const char of '0123456789+-.eEtrufalsn') SCALAR[char.charCodeAt(0)] = 1
