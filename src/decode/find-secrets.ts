import { afterQuote, newScan, scanValue, skipSpace } from '../base/json-scan.ts'
import { LIMIT } from '../base/limit.ts'
import { findGlued } from './glued.ts'
import { contentEnd, jsonTree, type Leaf, type Member, type Node } from './json-tree.ts'
import {
  type MappedText,
  type OnRange,
  percentDecoded,
  placeOf,
  textOf,
  unescaped,
} from './mapped-text.ts'
import { findPatterns, findQuoted } from './redact-text.ts'
import { type Bodies, bodiesOf, type Context, kindContext } from './secret-context.ts'
import { findHints, type Hints } from './secret-hints.ts'
import {
  CONFIG_MEMBERS,
  isCredentialKey,
  isSecretFlag,
  isSecretName,
  isSecretVariable,
  LAST_APPLIED,
  SECRET_MEMBERS,
} from './secret-words.ts'

/**
 * Called with the place of each secret, in the bytes that were looked through, and its text as it
 * was read: unescaped. Places may overlap. `bare`: a number, without quotes around it.
 */
export type OnSecret = (from: number, to: number, secret: string, bare: boolean) => void

/**
 * Finds the secrets in a text: what looks like one anywhere, and in JSON within the text the values
 * of Secrets, credentials in ConfigMaps, tokens that the API server issues or reviews, and what
 * stands under the name of a password. `context` says what the text is known to be a body of.
 */
export const findSecretsInText = (
  text: MappedText,
  context: Context,
  depth: number,
  found: OnSecret,
): void => {
  const hints = findHints(text.bytes)
  if (hints.count === 0 && context === 'other') return
  new TextSearch(text, hints, depth, found).all(context)
}

/** Finds the secrets in one JSON value, which `scanValue` has proved. */
export const findSecretsInJson = (
  text: MappedText,
  start: number,
  end: number,
  context: Context,
  hints: Hints,
  found: OnSecret,
): void => new TextSearch(text, hints, 0, found).json(start, end, context)

/**
 * Finds what is secret in bytes that are no JSON from the byte `wrong` on: what is before it is
 * looked into, what is behind it counts as secret where Secrets are spoken of.
 */
export const findSecretsInBroken = (
  text: MappedText,
  { start, wrong, end, ofSecrets }: BrokenJson,
  hints: Hints,
  found: OnSecret,
): void => {
  const search = new TextSearch(text, hints, 0, found)
  search.broken(start, wrong, end)
  if (ofSecrets) search.words(wrong, end)
}

/** Bytes that begin like JSON. */
export interface BrokenJson {
  readonly start: number
  /** The first byte at which they are none. */
  readonly wrong: number
  readonly end: number
  /** Whether it is known from elsewhere that they may hold a Secret. */
  readonly ofSecrets: boolean
}

/** Whether a text may hold a Secret, by its words. */
export const speaksOfSecrets = (text: string): boolean => SPEAKS_OF_SECRETS.test(text)

/** Bytes from `start` to before `end`. */
interface Part {
  readonly start: number
  readonly end: number
}

/** What of a range lies in no part; the parts are in order. */
function outside(from: number, to: number, parts: readonly Part[]): readonly Part[] {
  const found: Part[] = []
  let at = from
  for (const { start, end } of parts) {
    if (end <= at) continue
    if (start >= to) break
    if (start > at) found.push({ start: at, end: start })
    at = end
  }
  return at < to ? [...found, { start: at, end: to }] : found
}

/** Before an object that holds the values of a Secret, of which the beginning is not there. */
const DATA_BEFORE = /"(?:data|stringData)\\*"\s{0,8}:\s{0,8}$/

/** A text that is JSON from its beginning, if it is any. */
const STARTS = /^\s*[{[]/

/** Where JSON may begin within a text. */
function nextOpening(text: string, at: number): number {
  OPENING.lastIndex = at
  return OPENING.exec(text)?.index ?? -1
}

const OPENING = /[{[][ \t\r\n]*["{[]|\{\}/g

/** The search through one text; texts within it are searched by others. */
class TextSearch {
  readonly #text: MappedText
  readonly #bytes: Buffer
  readonly #hints: Hints
  readonly #depth: number
  readonly #found: OnSecret

  constructor(text: MappedText, hints: Hints, depth: number, found: OnSecret) {
    this.#text = text
    this.#bytes = text.bytes
    this.#hints = hints
    this.#depth = depth
    this.#found = found
  }

  /** Text with JSON in it, or without. */
  all(context: Context): void {
    const { length } = this.#bytes
    if (this.#depth > LIMIT.secretTextDepthMax) {
      this.#range(0, length)
      return
    }
    const text = textOf(this.#text)
    const scan = newScan()
    const understood: Part[] = []
    let at = 0
    for (;;) {
      const start = at === 0 && STARTS.test(text) ? text.search(/\S/) : nextOpening(text, at)
      if (start < 0) break
      scanValue(this.#bytes, start, length, scan)
      if (scan.end < 0) at = this.#torn(start, -1 - scan.end)
      else {
        at = scan.end
        understood.push({ start, end: at })
        if (DATA_BEFORE.test(text.slice(Math.max(0, start - 40), start))) this.#allOf(start, at)
        else this.json(start, at, context)
      }
    }
    this.#plain(text, understood)
  }

  /** Text that begins like JSON and is none; gives where to go on. */
  #torn(start: number, wrong: number): number {
    const bytes = this.#bytes
    const { length } = bytes
    const isObject =
      bytes[start] === OPEN_OBJECT && bytes[skipSpace(bytes, start + 1, length)] === QUOTE
    // An object may have been cut off, up to an event that is glued to it; the rest is prose.
    const glued = isObject ? findGlued(bytes, start, length, wrong) : -1
    const end = isObject ? (glued < 0 ? length : glued) : Math.max(start + 1, wrong - 2)
    this.broken(start, wrong, end)
    return end
  }

  /** One JSON value. */
  json(start: number, end: number, context: Context): void {
    const hints = this.#hints
    if (context === 'other' && !hints.any(start, end)) return
    const all = context !== 'other'
    const tree = jsonTree(this.#bytes, start, end, (from, to) => all || hints.any(from, to))
    if (tree === undefined) this.#allOf(start, end)
    else this.#value(tree, context)
  }

  /** A JSON value that is cut off, or no JSON from some place on. */
  broken(start: number, wrong: number, end: number): void {
    const hints = this.#hints
    if (!hints.any(start, end)) return
    this.json(start, Math.min(wrong, end), 'other')
    const text = textOf(this.#text, start, end)
    this.#patterns(text, start)
    if (speaksOfSecrets(text)) this.words(Math.min(wrong, end), end)
  }

  /** All that is neither a bracket, a quote nor a mark of a cut. */
  words(from: number, to: number): void {
    const text = textOf(this.#text, from, to)
    const cut = text.lastIndexOf('[Truncated...]')
    for (const { 0: word, index } of text.slice(0, cut < 0 ? text.length : cut).matchAll(WORD)) {
      this.#range(from + index, from + index + word.length)
    }
  }

  #value(node: Node, context: Context): void {
    switch (node.kind) {
      case 'string':
        this.#string(node, context)
        break
      case 'object':
        this.#object(node.members, context)
        break
      case 'array':
        this.#array(node.items, context)
        break
      case 'closed':
        // What belongs to a Secret is looked into though nothing in it says so.
        if (context !== 'other') this.json(node.start, node.end, context)
        break
      case 'deep':
        if (context !== 'other' || this.#hints.any(node.start, node.end))
          this.#allOf(node.start, node.end)
        break
      default:
        break
    }
  }

  #string(node: Leaf, context: Context): void {
    if (context === 'other' && !this.#hints.any(node.start, node.end)) return
    const text = this.#content(node)
    findSecretsInText(
      text,
      context === 'secret' ? 'secret' : 'other',
      this.#depth + 1,
      this.#inside,
    )
  }

  #array(items: readonly Node[], context: Context): void {
    let isNext = false
    for (const item of items) {
      if (isNext) this.#texts(item)
      else this.#value(item, context)
      isNext = item.kind === 'string' && !isNext && isSecretFlag(this.#textOf(item))
    }
  }

  #object(members: readonly Member[], outer: Context): void {
    if (outer !== 'other' && isOperation(members)) {
      this.#operation(members, outer)
      return
    }
    const context = kindContext(this.#textOf(member(members, 'kind')), outer)
    const bodies = bodiesOf(members, this.#tree)
    const name = this.#textOf(member(members, 'name') ?? member(members, 'key'))
    const variable = name !== '' && isSecretVariable(name)
    for (const one of members) {
      this.#key(one)
      if (variable && one.name === 'value') this.#texts(one.value)
      else if (bodies?.names.has(one.name)) this.#body(one, bodies)
      else this.#member(one, context, outer)
    }
  }

  #member(one: Member, context: Context, outer: Context): void {
    const { name, value } = one
    if (name === 'stringData' || (context === 'secret' && SECRET_MEMBERS.has(name))) {
      this.#all(value)
    } else if (isSecretName(name)) this.#texts(value)
    else if (name === LAST_APPLIED && value.kind === 'string') this.#applied(value, context)
    else if (context === 'config' && CONFIG_MEMBERS.has(name)) this.#configuration(value)
    else if (name === 'message' && value.kind === 'string' && outer === 'secret') {
      this.#message(value)
    } else {
      const inside = INSIDE.has(name) || value.kind === 'array' || this.#isClosedArray(value)
      this.#value(value, inside ? context : 'other')
    }
  }

  /** A body of an event whose `objectRef` says what it is of. */
  #body({ name, value }: Member, { context, names }: Bodies): void {
    const what = names.get(name)
    if (what === 'status') {
      for (const one of this.#membersOf(value)) {
        if (one.name === 'message' && one.value.kind === 'string' && context === 'secret') {
          this.#message(one.value)
        } else this.#member(one, 'other', 'other')
      }
    } else if (value.kind !== 'string') this.#value(value, context)
    else {
      const text = this.#content(value)
      const start = text.bytes[0]
      if (what === 'text' && (start === 0x7b || start === 0x5b)) this.#string(value, context)
      // A body that is text is none that the API server understood: nobody can say what it holds.
      else if (context === 'secret') this.#all(value)
      else this.#string(value, 'other')
    }
  }

  /** One operation of a JSON Patch on a Secret or a ConfigMap. */
  #operation(members: readonly Member[], context: Context): void {
    const path = this.#textOf(member(members, 'path'))
    const key = path.slice(path.lastIndexOf('/') + 1).replaceAll('~1', '/')
    for (const one of members) {
      this.#key(one)
      if (one.name !== 'value') this.#value(one.value, 'other')
      else if (HARMLESS_PATH.test(path)) this.#value(one.value, context)
      else if (path === '' && one.value.kind !== 'string') this.#value(one.value, context)
      else if (context === 'secret' || isCredentialKey(key)) this.#all(one.value)
      else if (/^\/(?:binaryD|d)ata$/.test(path)) this.#configuration(one.value)
      else this.#value(one.value, 'other')
    }
  }

  /** `data` of a ConfigMap: each key by its name. */
  #configuration(node: Node): void {
    for (const one of this.#membersOf(node)) {
      this.#key(one)
      if (isCredentialKey(one.name)) this.#all(one.value)
      else this.#value(one.value, 'other')
    }
  }

  /** What was last applied: when it is no JSON, nobody can say what of it is secret. */
  #applied(node: Leaf, context: Context): void {
    const text = this.#content(node)
    const scan = newScan()
    scanValue(text.bytes, 0, text.bytes.length, scan)
    const isJson = scan.end >= 0 && textOf(text, scan.end).trim() === ''
    if (isJson) findSecretsInText(text, context, this.#depth + 1, this.#inside)
    else this.#all(node)
  }

  #message(node: Leaf): void {
    const text = this.#content(node)
    const plain = textOf(text)
    findQuoted(plain, this.#rangesOf(text, plain))
    findSecretsInText(text, 'other', this.#depth + 1, this.#inside)
  }

  /** Text and numbers are masked; an object under such a name (`token: {…}`) is looked into. */
  #texts(node: Node): void {
    if (node.kind === 'array') for (const item of node.items) this.#texts(item)
    else if (node.kind === 'closed') this.#reopened(node, (open) => this.#texts(open))
    else if (node.kind === 'string' || node.kind === 'number' || node.kind === 'deep')
      this.#all(node)
    else this.#value(node, 'other')
  }

  /** Every text and number of a value; names stay. */
  #all(node: Node): void {
    if (node.kind === 'number') this.#range(node.start, node.end, true)
    else if (node.kind === 'string') {
      const text = this.#content(node)
      this.#rangesOf(text, textOf(text))(0, text.bytes.length)
    } else if (node.kind !== 'word') this.#allOf(node.start, node.end)
  }

  /** The same of bytes that are not opened: strings that are no names, and the digits between. */
  #allOf(start: number, end: number): void {
    const bytes = this.#bytes
    for (let at = start; at < end; ) {
      if (bytes[at] === QUOTE) {
        const after = afterQuote(bytes, at + 1, end)
        const stop = after < 0 ? end : after
        const isName = after >= 0 && bytes[skipSpace(bytes, stop, end)] === COLON
        if (!isName) this.#all({ kind: 'string', start: at, end: stop })
        at = stop
      } else {
        const quote = bytes.indexOf(QUOTE, at)
        const stop = quote < 0 ? end : Math.min(quote, end)
        if (hasDigit(bytes, at, stop)) this.#range(at, stop, true)
        at = stop
      }
    }
  }

  #key({ keyStart, keyEnd }: Member): void {
    if (!this.#hints.any(keyStart, keyEnd + 1)) return
    const key = unescaped(this.#bytes, keyStart, keyEnd)
    findSecretsInText(key, 'other', this.#depth + 1, this.#inside)
  }

  /** What of a text is not JSON, which has been looked into by itself. */
  #plain(text: string, understood: readonly Part[]): void {
    const [first] = understood
    if (first !== undefined && text.length === first.end - first.start) return
    findPatterns(text, (from, to) => {
      for (const part of outside(from, to, understood)) this.#range(part.start, part.end)
    })
    const decoded = percentDecoded(this.#bytes)
    if (decoded === undefined) return
    findSecretsInText(decoded, 'other', this.#depth + 1, (from, to, secret, bare) => {
      if (understood.some(({ start, end }) => from < end && to > start)) return
      this.#inside(from, to, secret, bare)
    })
  }

  #patterns(text: string, offset: number): void {
    findPatterns(text, (from, to) => this.#range(offset + from, offset + to))
  }

  #range(from: number, to: number, bare = false): void {
    if (from >= to) return
    const text = this.#text
    const start = placeOf(text, from)
    const end = placeOf(text, to)
    // A number that is written with escapes is no number there.
    this.#found(start, end, textOf(text, from, to), bare && end - start === to - from)
  }

  /** Tells of secrets found in bytes of this text, where a text within it was read. */
  get #inside(): OnSecret {
    return (from, to, secret, bare) => {
      const start = placeOf(this.#text, from)
      const end = placeOf(this.#text, to)
      this.#found(start, end, secret, bare && end - start === to - from)
    }
  }

  /** Tells of ranges of a text that was unescaped out of this one. */
  #rangesOf(inner: MappedText, plain: string): OnRange {
    const inside = this.#inside
    return (from, to) => {
      if (from >= to) return
      inside(placeOf(inner, from), placeOf(inner, to), plain.slice(from, to), false)
    }
  }

  #content(node: Leaf): MappedText {
    return unescaped(this.#bytes, node.start + 1, this.#stringEnd(node))
  }

  #stringEnd({ start, end }: Leaf): number {
    return contentEnd(this.#bytes, start, end)
  }

  #textOf(node: Node | undefined): string {
    return node?.kind === 'string' ? textOf(this.#content(node)) : ''
  }

  readonly #tree = {
    text: (node: Node | undefined): string => this.#textOf(node),
    members: (node: Node): readonly Member[] => this.#membersOf(node),
  }

  #isClosedArray(node: Node): boolean {
    return node.kind === 'closed' && this.#bytes[node.start] === 0x5b
  }

  #membersOf(node: Node): readonly Member[] {
    if (node.kind === 'object') return node.members
    let members: readonly Member[] = []
    if (node.kind === 'closed') {
      this.#reopened(node, (open) => {
        members = open.kind === 'object' ? open.members : []
      })
    }
    return members
  }

  #reopened(node: Node, use: (open: Node) => void): void {
    const open = jsonTree(this.#bytes, node.start, node.end, () => true)
    if (open === undefined) this.#allOf(node.start, node.end)
    else use(open)
  }
}

/** Members below which it is still about the same object, or one of the same kind. */
const INSIDE: ReadonlySet<string> = new Set(['items', 'metadata', 'annotations', 'rows', 'object'])

/** Where an operation on a Secret holds none of its values. */
const HARMLESS_PATH = /^\/(?:metadata|type|kind|apiVersion|immutable)(?:\/|$)/

const OPEN_OBJECT = 0x7b
const QUOTE = 0x22
const COLON = 0x3a

/** What says that a text may hold a Secret, however often it is escaped. */
const SPEAKS_OF_SECRETS = /"(?:secrets?(?:list)?|stringdata)\\*"|\/secrets[/"\\]/i
const WORD = /[^ \t\r\n{}[\]",:\\]+/g

function hasDigit(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    if ((bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) return true
  }
  return false
}

/** Of a JSON Patch, well formed or not: a refused one was logged all the same. */
const isOperation = (members: readonly Member[]): boolean =>
  members.some(({ name, value }) => name === 'op' || (name === 'path' && value.kind === 'string'))

const member = (members: readonly Member[], name: string): Node | undefined =>
  members.findLast((one) => one.name === name)?.value
