import type { PolicyFault, PolicyPath } from '../policy.ts'
import type { Shape, StructShape } from './shapes.ts'
import { type Json, type JsonObject, type MapValue, Unreadable, type Value } from './value.ts'

/** A file decoded into a shape. */
export interface Decoded {
  readonly object: JsonObject
  /** In the order in which the API server meets them. */
  readonly faults: readonly (Omit<PolicyFault, 'at'> & { readonly at: number })[]
}

/**
 * Decodes a value as the API server does: fields that are unknown are left out, of fields that
 * come twice the last one counts, and both are noted; a value of a wrong type is `Unreadable`.
 * Upstream: kubernetes-sigs/json internal/golang/encoding/json/decode.go, UnmarshalStrict.
 */
export const decodeValue = (value: Value, shape: StructShape): Decoded => {
  const decoder = new Decoder()
  const decoded = decoder.value(value, shape, [], undefined)
  if (decoder.wrong !== undefined) throw decoder.wrong
  return { object: isObject(decoded) ? decoded : {}, faults: decoder.faults }
}

/** Whether a value of JSON is an object. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The state of one decoding. What was there before (`old`) is decoded into, not replaced. */
class Decoder {
  readonly faults: { kind: PolicyFault['kind']; path: PolicyPath; message: string; at: number }[] =
    []
  /** The first value of a wrong type: decoding goes on behind it, and ends with it. */
  wrong: Unreadable | undefined
  /** The struct whose field is being decoded, and the names of the fields down to it. */
  #struct = ''
  #fields: readonly string[] = []

  value(value: Value, shape: Shape, path: PolicyPath, old: Json | undefined): Json | undefined {
    if (shape.kind === 'any') return toJson(value)
    if (shape.kind === 'optional') {
      return value.kind === 'null' ? undefined : this.value(value, shape.of, path, old)
    }
    if (value.kind === 'null') {
      // Lists and maps are emptied by null; anything else stays as it was.
      return shape.kind === 'list' || shape.kind === 'texts' ? undefined : old
    }
    switch (shape.kind) {
      case 'text':
        return value.kind === 'text' ? value.text : this.#misfit(value, shape.type, old)
      case 'boolean':
        return value.kind === 'boolean' ? value.is : this.#misfit(value, shape.type, old)
      case 'integer':
        return this.#integer(value, shape.type, old)
      case 'time':
        return timeOf(value)
      case 'list':
        return this.#list(value, shape, path, old)
      case 'texts':
        return this.#texts(value, shape.type, path, old)
      case 'struct':
        return this.#struct_(value, shape, path, old)
    }
  }

  #integer(value: Value, type: string, old: Json | undefined): Json | undefined {
    if (value.kind !== 'number') return this.#misfit(value, type, old)
    if (!isInt64(value.text)) return this.#misfit(value, type, old, `number ${value.text}`)
    return Number(value.text)
  }

  #list(
    value: Value,
    shape: Extract<Shape, { kind: 'list' }>,
    path: PolicyPath,
    old: Json | undefined,
  ): Json | undefined {
    if (value.kind !== 'list') return this.#misfit(value, shape.type, old)
    const before = Array.isArray(old) ? old : []
    return value.items.map(
      (item, index) =>
        this.value(item, shape.of, [...path, index], before[index]) ?? emptyOf(shape.of),
    )
  }

  #texts(value: Value, type: string, path: PolicyPath, old: Json | undefined): Json | undefined {
    if (value.kind !== 'map') return this.#misfit(value, type, old)
    const texts = new Map(isObject(old) ? Object.entries(old) : [])
    const seen = new Set<string>()
    for (const member of value.members) {
      this.#noteTwice(seen, member.key, path, member.keyAt)
      const text = this.value(member.value, STRING, [...path, member.key], undefined)
      texts.set(member.key, text ?? '')
    }
    return fromEntries(texts)
  }

  #struct_(
    value: Value,
    shape: StructShape,
    path: PolicyPath,
    old: Json | undefined,
  ): Json | undefined {
    if (value.kind !== 'map') return this.#misfit(value, shape.type, old)
    const fields = new Map(isObject(old) ? Object.entries(old) : [])
    const [struct, names] = [this.#struct, this.#fields]
    const seen = new Set<string>()
    for (const { key, keyAt, value: inner } of value.members) {
      const field = shape.fields.get(key)
      if (field === undefined) {
        this.#note('unknown-field', [...path, key], keyAt)
        continue
      }
      this.#noteTwice(seen, key, path, keyAt)
      this.#struct = shape.type.replace(/^.*\./, '')
      this.#fields = [...names, key]
      const decoded = this.value(inner, field, [...path, key], fields.get(key))
      if (decoded === undefined) fields.delete(key)
      else fields.set(key, decoded)
      this.#struct = struct
      this.#fields = names
    }
    return fromEntries(fields)
  }

  #noteTwice(seen: Set<string>, key: string, path: PolicyPath, at: number): void {
    if (seen.has(key)) this.#note('duplicate-field', [...path, key], at)
    seen.add(key)
  }

  #note(kind: PolicyFault['kind'], path: PolicyPath, at: number): void {
    const word = kind === 'unknown-field' ? 'unknown' : 'duplicate'
    this.faults.push({ kind, path, message: `${word} field "${pathText(path)}"`, at })
  }

  #misfit(
    value: Value,
    type: string,
    old: Json | undefined,
    said: string = NAMES[value.kind],
  ): Json | undefined {
    const target =
      this.#struct === ''
        ? `Go value of type ${type}`
        : `Go struct field ${this.#struct}.${this.#fields.join('.')} of type ${type}`
    this.wrong ??= new Unreadable(`json: cannot unmarshal ${said} into ${target}`, value.at)
    return old
  }
}

const STRING: Shape = { kind: 'text', type: 'string' }

/** How the API server calls what it cannot use. */
const NAMES: Readonly<Record<Value['kind'], string>> = {
  null: 'null',
  boolean: 'bool',
  number: 'number',
  text: 'string',
  list: 'array',
  map: 'object',
}

/** A path as the API server writes it. */
export const pathText = (path: PolicyPath): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`,
    '',
  )

/** What an item is that is null. */
const emptyOf = (shape: Shape): Json =>
  shape.kind === 'struct' ? {} : shape.kind === 'text' ? '' : null

/** A name such as `__proto__` is a name like any other. */
const fromEntries = (entries: ReadonlyMap<string, Json>): JsonObject => Object.fromEntries(entries)

const isInt64 = (text: string): boolean => {
  if (!/^-?\d{1,19}$/.test(text)) return false
  const number = BigInt(text)
  return number >= -(2n ** 63n) && number < 2n ** 63n
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)$/

/** Times stand only in metadata, which no one reads. */
function timeOf(value: Exclude<Value, { kind: 'null' }>): Json {
  if (value.kind !== 'text') {
    const message = `json: cannot unmarshal ${NAMES[value.kind]} into Go value of type string`
    throw new Unreadable(message, value.at)
  }
  if (!TIME.test(value.text) || Number.isNaN(Date.parse(value.text.replace(',', '.')))) {
    throw new Unreadable(`parsing time ${JSON.stringify(value.text)} as RFC 3339`, value.at)
  }
  return `${new Date(Date.parse(value.text.replace(',', '.'))).toISOString().slice(0, 19)}Z`
}

function toJson(value: Value): Json {
  switch (value.kind) {
    case 'null':
      return null
    case 'boolean':
      return value.is
    case 'number':
      return Number(value.text)
    case 'text':
      return value.text
    case 'list':
      return value.items.map(toJson)
    case 'map':
      return mapToJson(value)
  }
}

const mapToJson = ({ members }: MapValue): JsonObject =>
  Object.fromEntries(members.map(({ key, value }) => [key, toJson(value)]))
