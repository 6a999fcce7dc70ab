import { LIMIT } from '../base/limit.ts'
import { PART } from '../model/blindness.ts'
import type { Origin, Source } from '../model/event.ts'
import { type Bodies, DecodedEvent, type Members, unknownParts } from './event.ts'
import { cleaned, type Foreign, isClean, isObject } from './members.ts'
import { SHAPES } from './shape/registry.ts'
import type { Opened } from './shape/shape.ts'
import type { DecodeOptions, DecodeSink } from './sink.ts'

/** Called for text inside a record: the lines of a log, as a forwarder wraps them. */
export type OnText = (text: string, shape: string, depth: number) => void

/** Bodies that the framing found already, so that the record itself was parsed without them. */
export interface Found extends Bodies {
  /** Parts whose bytes are no JSON. */
  readonly unparsable: number
}

/** Issues of one code that are only counted. */
interface Counted {
  readonly message: string
  readonly offset: number
  readonly length: number
  count: number
}

/** Turns parsed records into events. One for a block; `begin` names the record at hand. */
export class Records {
  readonly source: Source
  readonly options: DecodeOptions
  readonly sink: DecodeSink
  readonly #onText: OnText
  #offset = 0
  #length = 0
  #index = 0
  #within = 0
  /** Issues that are only counted, by code: the first one's place is kept. */
  readonly #counted = new Map<string, Counted>()

  constructor(source: Source, options: DecodeOptions, sink: DecodeSink, onText: OnText) {
    this.source = source
    this.options = options
    this.sink = sink
    this.#onText = onText
  }

  /** The bytes that the next events come from, and the first one's place among its siblings. */
  begin(offset: number, length: number, index: number): void {
    this.#offset = offset
    this.#length = length
    this.#index = index
    this.#within = 0
  }

  /** A parsed record of any shape. `shape` is the name of what it was found in. */
  value(value: unknown, shape: string, depth: number, found: Found | undefined): void {
    if (typeof value === 'string') this.#text(value, shape, depth)
    else if (Array.isArray(value)) this.#each(value, shape, depth)
    else if (!isObject(value)) this.notAudit()
    else if (isAudit(value)) this.#native(value, shape, found)
    else this.#wrapped(value, shape, depth)
  }

  /** Counts the record at hand as no audit event. */
  notAudit(): void {
    this.#count('decode/not-audit', 'no audit event here')
  }

  /** An issue about the record at hand. */
  issue(code: string, message: string): void {
    this.issueAt(code, message, this.#offset, this.#length)
  }

  /** An issue about some bytes. */
  issueAt(code: string, message: string, offset: number, length: number): void {
    this.sink.issue({ code, message, at: { file: this.source.file, offset, length } })
  }

  /** Tells what was only counted. Call it once, after the last record. */
  finish(): void {
    const { file } = this.source
    for (const [code, { message, offset, length, count }] of this.#counted) {
      this.sink.issue({ code, message, at: { file, offset, length }, count })
    }
  }

  #count(code: string, message: string): void {
    const known = this.#counted.get(code)
    if (known !== undefined) known.count += 1
    else {
      const at = { offset: this.#offset, length: this.#length }
      this.#counted.set(code, { message, ...at, count: 1 })
    }
  }

  #native(record: Foreign, shape: string, found: Found | undefined): void {
    const request = found === undefined ? (record.requestObject ?? undefined) : found.request
    const response = found === undefined ? (record.responseObject ?? undefined) : found.response
    const unparsable = found === undefined ? 0 : found.unparsable
    let members: Members = record
    let unknown = unparsable
    if (!isClean(record)) {
      const clean = cleaned(record)
      members = clean.members
      unknown |= clean.unknown
      this.#complain(clean.wrong, members)
    }
    unknown |= unknownParts(members, request !== undefined, response !== undefined)
    this.sink.shape(shape)
    this.sink.event(
      new DecodedEvent('native', members, request, response, unknown, unparsable, this.#origin()),
    )
  }

  #complain(wrong: readonly string[], members: Members): void {
    if (wrong.length > 0) {
      this.issue('decode/bad-type', `wrong type: ${wrong.slice(0, 8).join(', ')}`)
    }
    if (members.stageTimestamp === '') this.#count('decode/no-time', 'the event says no time')
  }

  #wrapped(record: Foreign, shape: string, depth: number): void {
    for (const one of SHAPES) {
      const opened = one.open(record)
      if (opened === undefined) continue
      this.#opened(opened, nameOf(shape, one.name), depth)
      return
    }
    const named = typeof record.apiVersion === 'string' && record.apiVersion.startsWith(GROUP)
    const isEvent = record.kind === 'Event' && named
    if (isEvent || (typeof record.auditID === 'string' && record.verb !== undefined)) {
      this.issue('decode/no-verb', 'an event without a verb that is text')
    } else this.notAudit()
  }

  #opened(opened: Opened, shape: string, depth: number): void {
    if (opened.kind === 'cloud-api') {
      this.#count('decode/cloud-api', 'about the cloud’s own API, not the cluster’s')
    } else if (opened.kind === 'inside') this.#each(opened.values, shape, depth + 1)
    else {
      const { provider, members, bodies, unknown } = opened
      const { request, response } = bodies
      this.#complain([], members)
      this.sink.shape(shape)
      this.sink.event(
        new DecodedEvent(provider, members, request, response, unknown, 0, this.#origin()),
      )
    }
  }

  #each(values: readonly unknown[], shape: string, depth: number): void {
    if (depth > LIMIT.wrapDepthMax) {
      this.issue('decode/wrapped-too-deep', `more than ${LIMIT.wrapDepthMax} envelopes`)
      return
    }
    if (values.length === 0) this.notAudit()
    for (const value of values) {
      if (Array.isArray(value)) this.#each(value, shape, depth + 1)
      else this.value(value, shape, depth, undefined)
    }
  }

  #text(text: string, shape: string, depth: number): void {
    if (depth > LIMIT.wrapDepthMax) {
      this.issue('decode/wrapped-too-deep', `more than ${LIMIT.wrapDepthMax} envelopes`)
      return
    }
    if (text === '') this.notAudit()
    const first = text.charCodeAt(0)
    if (first === 0x7b && !this.options.strict) {
      const value = parsed(text)
      if (value !== undefined) {
        this.value(value, shape, depth, undefined)
        return
      }
    }
    this.#onText(text, shape, depth)
  }

  #origin(): Origin {
    const index = this.#index++
    const within = this.#within++
    return { source: this.source, offset: this.#offset, length: this.#length, index, within }
  }
}

const GROUP = 'audit.k8s.io/'

/** Whether a JSON object is an audit event in the API server's own words. */
export const isAudit = (record: Foreign): boolean =>
  typeof record.verb === 'string' &&
  (typeof record.auditID === 'string' ||
    isObject(record.user) ||
    (typeof record.apiVersion === 'string' && record.apiVersion.startsWith(GROUP)) ||
    (typeof record.stage === 'string' && typeof record.requestURI === 'string'))

/** Which parts of an event the bodies are. */
export const REQUEST: number = PART.requestObject
export const RESPONSE: number = PART.responseObject

/** The outermost envelope names the shape; a bare list or array is none. */
function nameOf(outer: string, inner: string): string {
  return outer === 'native' || outer === 'json-array' || outer === 'yaml' ? inner : outer
}

/** The value, or undefined when the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not swallowed: the caller hands the text on to be searched for events.
  }
}
