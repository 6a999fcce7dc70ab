import { LIMIT } from '../../../../base/limit.ts'
import { tooDeep, Unreadable } from '../value.ts'
import type { Mark } from './characters.ts'
import type { DecodedText } from './decode-text.ts'
import type { YamlNode } from './node.ts'
import { Scanner, type Token, type TokenType } from './scanner.ts'

/**
 * The first document of a text; what comes behind it is not looked at. Undefined: there is none.
 * Upstream: yaml/go-yaml v2 parserc.go, and decode.go, parse.
 */
export const parseYaml = (text: DecodedText): YamlNode | undefined => new Parser(text).document()

class Parser {
  readonly #scanner: Scanner
  readonly #anchors = new Map<string, YamlNode>()
  /** What the handles of tags stand for. */
  readonly #handles = new Map<string, string>()
  #depth = 0

  constructor(text: DecodedText) {
    this.#scanner = new Scanner(text)
  }

  document(): YamlNode | undefined {
    if (this.#type() === 'stream-end') return undefined
    const isExplicit = this.#isOneOf('version', 'tag-directive', 'document-start')
    this.#directives()
    if (isExplicit) {
      const token = this.#scanner.peek()
      if (token.type !== 'document-start') {
        throw problem('did not find expected <document start>', token)
      }
      this.#scanner.take()
    }
    const isEmpty =
      isExplicit &&
      this.#isOneOf('version', 'tag-directive', 'document-start', 'document-end', 'stream-end')
    const root = isEmpty ? empty(this.#scanner.peek().start) : this.#node(true, false)
    // What stands behind the document is read this far, and may be wrong.
    this.#scanner.peek()
    return root
  }

  #type(): TokenType {
    return this.#scanner.peek().type
  }

  #isOneOf(...types: readonly TokenType[]): boolean {
    return types.includes(this.#type())
  }

  #directives(): void {
    let hasVersion = false
    for (;;) {
      const token = this.#scanner.peek()
      if (token.type === 'version') {
        if (hasVersion) throw problem('found duplicate %YAML directive', token)
        if (token.suffix !== '1.1') throw problem('found incompatible YAML document', token)
        hasVersion = true
      } else if (token.type === 'tag-directive') {
        if (this.#handles.has(token.text)) throw problem('found duplicate %TAG directive', token)
        this.#handles.set(token.text, token.suffix)
      } else break
      this.#scanner.take()
    }
    if (!this.#handles.has('!')) this.#handles.set('!', '!')
    if (!this.#handles.has('!!')) this.#handles.set('!!', 'tag:yaml.org,2002:')
  }

  /** `isIndentless`: a list may stand in the column of the key that it belongs to. */
  #node(isBlock: boolean, isIndentless: boolean): YamlNode {
    if (this.#type() === 'alias') return this.#alias(this.#scanner.take())
    const { start, anchor, tag } = this.#properties()
    const token = this.#scanner.peek()
    const at = start.index
    if (token.type === 'scalar') {
      this.#scanner.take()
      return this.#anchored(anchor, {
        kind: 'scalar',
        text: token.text,
        plain: token.plain,
        tag,
        at,
      })
    }
    const content = this.#contentOf(token.type, isBlock, isIndentless)
    if (content !== undefined) {
      if (this.#depth === LIMIT.policyDepthMax) throw tooDeep(at)
      this.#depth += 1
      const node = content(at, anchor)
      this.#depth -= 1
      return node
    }
    if (anchor !== undefined || tag !== '') {
      return this.#anchored(anchor, { kind: 'scalar', text: '', plain: tag === '', tag, at })
    }
    throw problem('did not find expected node content', token)
  }

  #contentOf(
    type: TokenType,
    isBlock: boolean,
    isIndentless: boolean,
  ): ((at: number, anchor: string | undefined) => YamlNode) | undefined {
    if (isIndentless && type === 'entry') return (at, anchor) => this.#indentlessList(at, anchor)
    if (type === '[') return (at, anchor) => this.#flowList(at, anchor)
    if (type === '{') return (at, anchor) => this.#flowMap(at, anchor)
    if (isBlock && type === 'list-start') return (at, anchor) => this.#blockList(at, anchor)
    if (isBlock && type === 'map-start') return (at, anchor) => this.#blockMap(at, anchor)
    return undefined
  }

  #alias({ text: name, start }: Token): YamlNode {
    const to = this.#anchors.get(name)
    if (to === undefined) {
      throw new Unreadable(`yaml: unknown anchor '${name}' referenced`, start.index)
    }
    return { kind: 'alias', name, to, at: start.index }
  }

  /** A tag, an anchor, or both in any order. */
  #properties(): { start: Mark; anchor: string | undefined; tag: string } {
    const { start } = this.#scanner.peek()
    let anchor: string | undefined
    let tag: Token | undefined
    for (;;) {
      if (anchor === undefined && this.#type() === 'anchor') anchor = this.#scanner.take().text
      else if (tag === undefined && this.#type() === 'tag') tag = this.#scanner.take()
      else break
    }
    return { start, anchor, tag: tag === undefined ? '' : this.#tagOf(tag) }
  }

  #tagOf(token: Token): string {
    if (token.text === '') return token.suffix
    const prefix = this.#handles.get(token.text)
    if (prefix === undefined || prefix + token.suffix === '') {
      throw problem('found undefined tag handle', token)
    }
    return prefix + token.suffix
  }

  /** A node can be referred to before it is whole: that it holds itself is found later. */
  #anchored<Node extends YamlNode>(anchor: string | undefined, node: Node): Node {
    if (anchor !== undefined) this.#anchors.set(anchor, node)
    return node
  }

  #blockList(at: number, anchor: string | undefined): YamlNode {
    this.#scanner.take()
    const items: YamlNode[] = []
    const node = this.#anchored(anchor, { kind: 'list', items, at })
    while (this.#type() === 'entry') {
      const { end } = this.#scanner.take()
      const isEmpty = this.#isOneOf('entry', 'block-end')
      items.push(isEmpty ? empty(end) : this.#node(true, false))
    }
    this.#close('block-end', "did not find expected '-' indicator")
    return node
  }

  #indentlessList(at: number, anchor: string | undefined): YamlNode {
    const items: YamlNode[] = []
    const node = this.#anchored(anchor, { kind: 'list', items, at })
    while (this.#type() === 'entry') {
      const { end } = this.#scanner.take()
      const isEmpty = this.#isOneOf('entry', 'key', 'value', 'block-end')
      items.push(isEmpty ? empty(end) : this.#node(true, false))
    }
    return node
  }

  #blockMap(at: number, anchor: string | undefined): YamlNode {
    this.#scanner.take()
    const pairs: [YamlNode, YamlNode][] = []
    const node = this.#anchored(anchor, { kind: 'map', pairs, at })
    while (this.#type() === 'key') {
      const key = this.#blockMapNode(this.#scanner.take().end)
      const token = this.#scanner.peek()
      const hasValue = token.type === 'value'
      pairs.push([
        key,
        hasValue ? this.#blockMapNode(this.#scanner.take().end) : empty(token.start),
      ])
    }
    this.#close('block-end', 'did not find expected key')
    return node
  }

  /** A key or a value; nothing may stand there, too. */
  #blockMapNode(mark: Mark): YamlNode {
    return this.#isOneOf('key', 'value', 'block-end') ? empty(mark) : this.#node(true, true)
  }

  #flowList(at: number, anchor: string | undefined): YamlNode {
    this.#scanner.take()
    const items: YamlNode[] = []
    const node = this.#anchored(anchor, { kind: 'list', items, at })
    for (let isFirst = true; this.#type() !== ']'; isFirst = false) {
      if (!isFirst) this.#close(',', "did not find expected ',' or ']'")
      if (this.#type() === 'key') items.push(this.#pair())
      else if (this.#type() !== ']') items.push(this.#node(false, false))
    }
    this.#scanner.take()
    return node
  }

  /** `key: value` as an item of a list: a map of one. */
  #pair(): YamlNode {
    const at = this.#scanner.take().start.index
    // As upstream does, the token is taken here: `[? : x]` is refused for it.
    const isEmptyKey = this.#isOneOf('value', ',', ']')
    const key = isEmptyKey ? empty(this.#scanner.take().end) : this.#node(false, false)
    const isWritten = this.#type() === 'value'
    if (isWritten) this.#scanner.take()
    const isEmpty = !isWritten || this.#isOneOf(',', ']')
    const value = isEmpty ? empty(this.#scanner.peek().start) : this.#node(false, false)
    return { kind: 'map', pairs: [[key, value]], at }
  }

  #flowMap(at: number, anchor: string | undefined): YamlNode {
    this.#scanner.take()
    const pairs: [YamlNode, YamlNode][] = []
    const node = this.#anchored(anchor, { kind: 'map', pairs, at })
    for (let isFirst = true; this.#type() !== '}'; isFirst = false) {
      if (!isFirst) this.#close(',', "did not find expected ',' or '}'")
      if (this.#type() === 'key') {
        this.#scanner.take()
        const isEmpty = this.#isOneOf('value', ',', '}')
        const key = isEmpty ? empty(this.#scanner.peek().start) : this.#node(false, false)
        pairs.push([key, this.#flowValue()])
      } else if (this.#type() !== '}') {
        const key = this.#node(false, false)
        pairs.push([key, empty(this.#scanner.peek().start)])
      }
    }
    this.#scanner.take()
    return node
  }

  #flowValue(): YamlNode {
    if (this.#type() === 'value') {
      this.#scanner.take()
      if (!this.#isOneOf(',', '}')) return this.#node(false, false)
    }
    return empty(this.#scanner.peek().start)
  }

  #close(type: TokenType, message: string): void {
    const token = this.#scanner.peek()
    if (token.type !== type) throw problem(message, token)
    this.#scanner.take()
  }
}

const empty = (mark: Mark): YamlNode => ({
  kind: 'scalar',
  text: '',
  plain: true,
  tag: '',
  at: mark.index,
})

/** The parser names the line before: it counts from 0, and is shown as it is. */
const problem = (message: string, { start }: Token): Unreadable =>
  new Unreadable(`yaml: ${start.line === 0 ? '' : `line ${start.line}: `}${message}`, start.index)
