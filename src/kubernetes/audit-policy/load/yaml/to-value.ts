import { LIMIT } from '../../../../base/limit.ts'
import { type Member, TooLarge, tooDeep, Unreadable, type Value } from '../value.ts'
import type { YamlAlias, YamlMap, YamlNode } from './node.ts'
import { resolveScalar, type Scalar } from './resolve-scalar.ts'

/** A key that came again in a map. */
export interface TwiceSaid {
  /** The way down to it. */
  readonly path: readonly (string | number)[]
  readonly key: string
  /** Where its value begins: the API server names that line. */
  readonly valueAt: number
  readonly at: number
}

/**
 * What a YAML document says as JSON: aliases and merge keys followed, of keys that come twice the
 * last one, and keys in the order of JSON. Upstream: yaml/go-yaml v2 decode.go;
 * kubernetes-sigs/yaml yaml.go, YAMLToJSON.
 */
export const toValue = (root: YamlNode): { value: Value; twice: readonly TwiceSaid[] } => {
  const resolver = new Resolver()
  const value = resolver.value(root, [])
  return { value, twice: resolver.twice }
}

/** A map while it is filled: keys are the same when their type is, too. */
type Filling = Map<string, Member & { readonly scalar: Scalar }>

class Resolver {
  readonly twice: TwiceSaid[] = []
  readonly #within = new Set<YamlAlias>()
  #nodes = 1
  #aliased = 0
  #characters = 0
  #depth = 0

  value(node: YamlNode, path: readonly (string | number)[]): Value {
    this.#count(node.at)
    switch (node.kind) {
      case 'alias':
        return this.#follow(node, () => this.value(node.to, path))
      case 'scalar': {
        this.#characters += node.text.length
        return scalarValue(resolveScalar(node), node.at)
      }
      case 'list':
        return this.#deeper(node.at, () => ({
          kind: 'list',
          items: node.items.map((item, index) => this.value(item, [...path, index])),
          at: node.at,
        }))
      case 'map': {
        const filling: Filling = new Map()
        this.#deeper(node.at, () => this.#fill(filling, node, path))
        return { kind: 'map', members: membersOf(filling), at: node.at }
      }
    }
  }

  #fill(filling: Filling, map: YamlMap, path: readonly (string | number)[]): void {
    for (const [key, value] of map.pairs) {
      if (isMerge(key)) {
        this.#merge(filling, value, path)
        continue
      }
      const scalar = this.#key(key)
      const name = nameOf(scalar)
      const identity = identityOf(scalar)
      const inner = this.value(value, [...path, name])
      if (filling.has(identity)) {
        const { at } = key
        this.twice.push({ path: [...path, name], key: shown(scalar), valueAt: value.at, at })
      }
      filling.set(identity, { key: name, keyAt: key.at, value: inner, scalar })
    }
  }

  #key(node: YamlNode): Scalar {
    this.#count(node.at)
    if (node.kind === 'alias') return this.#follow(node, () => this.#key(node.to))
    if (node.kind === 'scalar') return resolveScalar(node)
    throw new Unreadable(`yaml: invalid map key: a ${node.kind}`, node.at)
  }

  /** What `<<` brings in; in a list, the first one counts. */
  #merge(filling: Filling, node: YamlNode, path: readonly (string | number)[]): void {
    const nodes = node.kind === 'list' ? node.items.toReversed() : [node]
    for (const one of nodes) {
      const map = one.kind === 'alias' ? one.to : one
      if (map.kind !== 'map') throw new Unreadable(NO_MAP, one.at)
      this.#count(one.at)
      if (one.kind !== 'alias') this.#deeper(one.at, () => this.#fill(filling, map, path))
      else {
        this.#follow(one, () => {
          this.#count(map.at)
          this.#deeper(map.at, () => this.#fill(filling, map, path))
        })
      }
    }
  }

  #follow<T>(alias: YamlAlias, read: () => T): T {
    if (this.#within.has(alias)) {
      throw new Unreadable(`yaml: anchor '${alias.name}' value contains itself`, alias.at)
    }
    this.#within.add(alias)
    const result = read()
    this.#within.delete(alias)
    return result
  }

  #deeper<T>(at: number, read: () => T): T {
    if (this.#depth === LIMIT.policyDepthMax) throw tooDeep(at)
    this.#depth += 1
    const result = read()
    this.#depth -= 1
    return result
  }

  /** Upstream: the same file, unmarshal and allowedAliasRatio. */
  #count(at: number): void {
    this.#nodes += 1
    if (this.#within.size > 0) this.#aliased += 1
    const share = this.#aliased / this.#nodes
    if (this.#aliased > 100 && this.#nodes > 1_000 && share > shareAllowed(this.#nodes)) {
      throw new Unreadable('yaml: document contains excessive aliasing', at)
    }
    if (this.#characters > LIMIT.policyCharactersMax) {
      throw new TooLarge(`longer than ${LIMIT.policyCharactersMax} characters by aliases`, at)
    }
  }
}

const NO_MAP = 'yaml: map merge requires map or sequence of maps as the value'

const shareAllowed = (nodes: number): number => {
  if (nodes <= 400_000) return 0.99
  return nodes >= 4_000_000 ? 0.1 : 0.99 - 0.89 * ((nodes - 400_000) / 3_600_000)
}

const isMerge = (key: YamlNode): boolean =>
  key.kind === 'scalar' &&
  key.text === '<<' &&
  ((key.plain && key.tag === '') || key.tag === '!' || key.tag === MERGE)

const MERGE = 'tag:yaml.org,2002:merge'

const membersOf = (filling: Filling): readonly Member[] =>
  [...filling.values()]
    .map(({ scalar, ...member }) => {
      if (scalar.kind === 'null' || isUnsigned(scalar)) {
        throw new Unreadable(`unsupported map key: ${nameOf(scalar)}`, member.keyAt)
      }
      return member
    })
    .sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)))

const isUnsigned = (scalar: Scalar): boolean => scalar.kind === 'integer' && scalar.is >= 2n ** 63n

const identityOf = (scalar: Scalar): string => `${scalar.kind} ${nameOf(scalar)}`

/** A key as JSON has it. */
function nameOf(scalar: Scalar): string {
  switch (scalar.kind) {
    case 'null':
      return 'null'
    case 'text':
      return scalar.text
    case 'float':
      return Number.isFinite(scalar.is) ? shortFloat(scalar.is) : endlessName(scalar.is)
    default:
      return String(scalar.is)
  }
}

/** A key as the API server shows it when it came twice. */
const shown = (scalar: Scalar): string =>
  scalar.kind === 'text' ? JSON.stringify(scalar.text) : nameOf(scalar)

const endlessName = (is: number): string => {
  if (Number.isNaN(is)) return '.nan'
  return is > 0 ? '.inf' : '-.inf'
}

/** The shortest text of a float of 32 bits. */
function shortFloat(is: number): string {
  const single = Math.fround(is)
  if (!Number.isFinite(single)) return endlessName(single)
  for (let digits = 1; digits < 9; digits += 1) {
    const text = Number(single.toPrecision(digits))
    if (Math.fround(text) === single) return String(text)
  }
  return String(single)
}

function scalarValue(scalar: Scalar, at: number): Value {
  switch (scalar.kind) {
    case 'null':
      return { kind: 'null', at }
    case 'boolean':
      return { kind: 'boolean', is: scalar.is, at }
    case 'text':
      return { kind: 'text', text: scalar.text, at }
    case 'integer':
      return { kind: 'number', text: String(scalar.is), at }
    case 'float':
      if (Number.isFinite(scalar.is)) return { kind: 'number', text: String(scalar.is), at }
      throw new Unreadable(`json: unsupported value: ${goFloat(scalar.is)}`, at)
  }
}

const goFloat = (is: number): string => {
  if (Number.isNaN(is)) return 'NaN'
  return is > 0 ? '+Inf' : '-Inf'
}
