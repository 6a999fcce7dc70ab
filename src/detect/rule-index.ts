import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, type FieldValue, NO, type Truth } from '../base/truth.ts'
import { type AuditEvent, type ObjectRef, STAGE_RANK } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import type { Predicate } from '../sigma/emit/predicate.ts'
import { foldAscii } from '../sigma/match/fold.ts'
import type { CompiledRule } from './compile.ts'
import { factsAccess } from './schema.ts'
import { ScopedRule } from './scoped-rule.ts'

/** Rules that need one of a few exact values in a field, found by reading that field once. */
interface LiteralGroup {
  readonly read: (facts: Facts) => FieldValue
  readonly rules: readonly BoundRule[]
  readonly byValue: ReadonlyMap<string, readonly BoundRule[]>
}

/** A rule as it is for one kind of request. */
interface BoundRule {
  /** Its number in the rule set. */
  readonly rule: number
  readonly test: Predicate<Facts>
}

/** The rules that may speak of one kind of request. */
export interface Bucket {
  readonly rules: readonly BoundRule[]
  readonly always: readonly BoundRule[]
  readonly literals: readonly LiteralGroup[]
  /** Events of this kind by rank of stage. */
  readonly seen: Uint32Array
}

/** A member of a path, or its absence. */
type Name = string | undefined

/** Called for every rule that does not say "no". */
export type OnVerdict = (rule: number, truth: Truth) => void

/** Fields worth an index of their values: cheap to read, and where rules name exact ones. */
const LITERAL_FIELDS = ['actor.kind', 'actor.name', 'user.username', 'outcome', 'spoof.signals']

/**
 * Rules by (verb, group, resource, subresource) and then by required literals. It may only
 * over-approximate: a rule left out would have said "no". The state is a cache and counts.
 */
export class RuleIndex {
  readonly #rules: readonly CompiledRule[]
  /** By verb, resource, subresource and group: absent and empty are different kinds of request. */
  readonly #objects: Map<string, Map<Name, Map<Name, Map<Name, Bucket>>>> = new Map()
  /** By verb: requests that are not about objects. */
  readonly #others = new Map<string, Bucket>()
  #buckets: Bucket[] = []
  readonly #scoped: readonly ScopedRule[]
  readonly #eligible: readonly Uint32Array[]

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules
    this.#scoped = rules.map((rule) => new ScopedRule(rule.plan))
    this.#eligible = rules.map(() => new Uint32Array(4))
  }

  /** The rules for this kind of request. */
  bucketOf(event: AuditEvent): Bucket {
    this.#makeRoom()
    return this.#find(event)
  }

  /** The rules for this kind of request; the event is counted as seen. */
  bucketFor(event: AuditEvent): Bucket {
    const bucket = this.bucketOf(event)
    const rank = STAGE_RANK[event.stage]
    bucket.seen[rank] = (bucket.seen[rank] ?? 0) + 1
    return bucket
  }

  /** Judges the event by each rule of its bucket that its literals do not rule out. */
  judge(bucket: Bucket, facts: Facts, onVerdict: OnVerdict): void {
    judgeAll(bucket.always, facts, onVerdict)
    for (const group of bucket.literals) judgeAll(candidates(group, facts), facts, onVerdict)
  }

  /** For every rule the events of its kind, by rank of stage. */
  eligible(): readonly Uint32Array[] {
    for (const bucket of this.#buckets) this.#settle(bucket)
    return this.#eligible
  }

  #find(event: AuditEvent): Bucket {
    const ref = event.objectRef
    // A name that no API could have is a client's: to keep it would be to keep megabytes.
    if (isLong(event.verb) || (ref !== undefined && isLongKind(ref))) return this.#build(event)
    if (ref === undefined) {
      const found = this.#others.get(event.verb)
      if (found !== undefined) return found
      const bucket = this.#build(event)
      this.#others.set(event.verb, bucket)
      return bucket
    }
    const byResource = branch(this.#objects, event.verb)
    const byGroup = branch(branch(byResource, ref.resource), ref.subresource)
    const found = byGroup.get(ref.apiGroup)
    if (found !== undefined) return found
    const bucket = this.#build(event)
    byGroup.set(ref.apiGroup, bucket)
    return bucket
  }

  /**
   * Forgets all buckets, not what they counted, when hostile kinds of request have made too many.
   */
  #makeRoom(): void {
    if (this.#buckets.length < LIMIT.ruleBucketsMax) return
    this.eligible()
    this.#objects.clear()
    this.#others.clear()
    this.#buckets = []
  }

  #build(event: AuditEvent): Bucket {
    const key = {
      verb: event.verb,
      isResource: event.objectRef !== undefined,
      resource: event.objectRef?.resource,
      subresource: event.objectRef?.subresource,
      apiGroup: event.objectRef?.apiGroup,
    }
    const rules = this.#scoped.flatMap((scoped, rule): BoundRule[] => {
      const test = scoped.forKey(key)
      return test === undefined ? [] : [{ rule, test }]
    })
    const always: BoundRule[] = []
    const byField = new Map<string, BoundRule[]>()
    for (const bound of rules) {
      const field = LITERAL_FIELDS.find((name) => this.#rules[bound.rule]?.needs.has(name))
      if (field === undefined) always.push(bound)
      else byField.set(field, [...(byField.get(field) ?? []), bound])
    }
    const literals = [...byField].map(([field, group]) => this.#literalGroup(field, group))
    const bucket = { rules, always, literals, seen: new Uint32Array(4) }
    this.#buckets.push(bucket)
    return bucket
  }

  #literalGroup(field: string, rules: readonly BoundRule[]): LiteralGroup {
    const byValue = new Map<string, BoundRule[]>()
    for (const bound of rules) {
      for (const value of this.#rules[bound.rule]?.needs.get(field) ?? []) {
        byValue.set(value, [...(byValue.get(value) ?? []), bound])
      }
    }
    return { read: factsAccess.value(field), rules, byValue }
  }

  #settle(bucket: Bucket): void {
    for (const { rule } of bucket.rules) {
      const counts = this.#eligible[rule]
      if (counts === undefined) continue
      for (const [rank, seen] of bucket.seen.entries()) counts[rank] = (counts[rank] ?? 0) + seen
    }
    bucket.seen.fill(0)
  }
}

const isLong = (name: Name): boolean => name !== undefined && name.length > LIMIT.kindCharactersMax

const isLongKind = ({ resource, subresource, apiGroup }: ObjectRef): boolean =>
  isLong(resource) || isLong(subresource) || isLong(apiGroup)

const judgeAll = (rules: readonly BoundRule[], facts: Facts, onVerdict: OnVerdict): void => {
  for (const { rule, test } of rules) {
    const truth = test(facts)
    if (truth !== NO) onVerdict(rule, truth)
  }
}

const branch = <Key, Below, Value>(
  tree: Map<Key, Map<Below, Value>>,
  key: Key,
): Map<Below, Value> => {
  let below = tree.get(key)
  if (below === undefined) {
    below = new Map()
    tree.set(key, below)
  }
  return below
}

const NONE: readonly BoundRule[] = []

/** The rules of the group that the field's value allows. */
const candidates = (group: LiteralGroup, facts: Facts): readonly BoundRule[] => {
  const value = group.read(facts)
  if (value === CANNOT_TELL) return group.rules
  if (typeof value === 'string') return group.byValue.get(foldAscii(value)) ?? NONE
  return Array.isArray(value) && value.length > 0 ? anyMember(group, value) : NONE
}

const anyMember = (group: LiteralGroup, values: readonly unknown[]): readonly BoundRule[] => {
  const rules = new Set<BoundRule>()
  for (const value of values) {
    if (typeof value !== 'string') continue
    for (const bound of group.byValue.get(foldAscii(value)) ?? NONE) rules.add(bound)
  }
  return [...rules]
}
