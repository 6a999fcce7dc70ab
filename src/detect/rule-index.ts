import { LIMIT } from '../base/limit.ts'
import { type FieldValue, NO, type Truth, UNKNOWN } from '../base/truth.ts'
import { type AuditEvent, type ObjectRef, STAGE_RANK } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { findField, partBehind } from '../model/fields.ts'
import type { Guard } from '../sigma/plan/guards.ts'
import type { CompiledRule } from './compile.ts'
import { bestGuard, earlyGuard } from './guard-choice.ts'
import { RoamingRules } from './roaming-rules.ts'
import { RulesByResource } from './rules-by-resource.ts'
import type { RequestKey } from './schema.ts'
import { NO_TRAITS, type Rest, ScopedRule, type TraitValues } from './scoped-rule.ts'
import { Candidates, type GuardedRule, Sieve } from './sieve.ts'
import { TRAITS, type Trait } from './traits.ts'
import { FieldWords } from './words.ts'

/** A rule as it is for one kind of request. */
interface BoundRule extends Rest {
  /** Its number in the rule set. */
  readonly rule: number
}

/** The rules that may speak of one kind of request. */
export interface Bucket {
  readonly rules: readonly BoundRule[]
  /** Events of this kind by rank of stage. */
  readonly seen: Uint32Array
  readonly key: RequestKey
  /** Lets pass the rules that are looked for in events of every kind, and those by number. */
  readonly everywhere: Sieve
  readonly roaming: ReadonlyMap<number, GuardedRule>
  /** Rules that one cheap look at a field rules out for nearly all events. */
  readonly early: Sieve | undefined
  /** The others: they are told apart by the traits that they ask. */
  readonly late: readonly BoundRule[]
  readonly traits: readonly Trait[]
  /** What is left of the late rules, by the values of the traits; made when first met. */
  readonly branches: Map<number, Sieve>
}

/** A member of a path, or its absence. */
type Name = string | undefined

/**
 * Called for every rule that does not say "no". `blindTo` is the part of the event that a rule was
 * not asked for, because it asks nothing else and it cannot be told; 0 for those that were asked.
 */
export type OnVerdict = (rule: number, truth: Truth, blindTo: number) => void

/**
 * Rules by (verb, group, resource, subresource), by a few traits of the event, and then by the
 * texts that they need. It may only over-approximate: a rule left out would have said "no". The
 * state is a cache and counts.
 */
export class RuleIndex {
  /** By verb, resource, subresource and group: absent and empty are different kinds of request. */
  readonly #objects: Map<string, Map<Name, Map<Name, Map<Name, Bucket>>>> = new Map()
  /** By verb: requests that are not about objects. */
  readonly #others = new Map<string, Bucket>()
  #buckets: Bucket[] = []
  #branches = 0
  readonly #scoped: readonly ScopedRule[]
  readonly #words: FieldWords
  readonly #byResource: RulesByResource
  readonly #eligible: readonly Uint32Array[]
  readonly #candidates: Candidates
  readonly #roaming: RoamingRules

  constructor(rules: readonly CompiledRule[]) {
    this.#scoped = rules.map((rule) => new ScopedRule(rule.plan))
    this.#words = new FieldWords(rules.map(({ plan }) => plan))
    this.#byResource = new RulesByResource(rules)
    this.#eligible = rules.map(() => new Uint32Array(4))
    this.#roaming = new RoamingRules(rules, this.#byResource.any, this.#words)
    this.#candidates = new Candidates(rules.length)
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

  /** Judges the event by each rule of its bucket that may say anything but "no" of it. */
  judge(bucket: Bucket, facts: Facts, onVerdict: OnVerdict): void {
    const { rules, blind } = this.candidates(bucket, facts)
    for (const { rule, test } of rules) {
      const truth = test(facts)
      if (truth !== NO) onVerdict(rule, truth, 0)
    }
    for (const { rule, part } of blind) onVerdict(rule, UNKNOWN, part)
  }

  /** Those rules, until the next call. */
  candidates(bucket: Bucket, facts: Facts): Candidates {
    const found = this.#candidates
    found.clear()
    if (bucket.roaming.size > 0) {
      bucket.everywhere.pass(facts, found)
      if (found.rules.length > 0) found.replace(bucket.roaming)
    }
    bucket.early?.pass(facts, found)
    if (bucket.late.length > 0) this.#branchOf(bucket, facts).pass(facts, found)
    return found
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
    if (this.#buckets.length + this.#branches < LIMIT.ruleBucketsMax) return
    this.eligible()
    this.#objects.clear()
    this.#others.clear()
    this.#buckets = []
    this.#branches = 0
  }

  #build(event: AuditEvent): Bucket {
    const key = {
      verb: event.verb,
      isResource: event.objectRef !== undefined,
      resource: event.objectRef?.resource,
      subresource: event.objectRef?.subresource,
      apiGroup: event.objectRef?.apiGroup,
    }
    const rules = this.#byResource.of(key).flatMap((rule) => this.#bind(rule, key))
    const roaming = new Map<number, GuardedRule>()
    const early: GuardedRule[] = []
    const late: BoundRule[] = []
    for (const one of rules) {
      if (this.#roaming.has(one.rule)) {
        roaming.set(one.rule, guarded(one, undefined))
        continue
      }
      const guard = earlyGuard(one.guards)
      if (guard === undefined) late.push(one)
      else early.push(guarded(one, guard))
    }
    const sieve = early.length === 0 ? undefined : new Sieve(early, this.#words)
    const traits = TRAITS.filter(({ field }) => late.some(({ fields }) => fields.has(field)))
    const bucket: Bucket = {
      rules,
      seen: new Uint32Array(4),
      key,
      everywhere: this.#roaming.sieve(key.verb),
      roaming,
      early: sieve,
      late,
      traits,
      branches: new Map(),
    }
    this.#buckets.push(bucket)
    return bucket
  }

  #bind(rule: number, key: RequestKey, traits?: TraitValues): readonly BoundRule[] {
    const rest = this.#scoped[rule]?.forKey(key, traits)
    return rest === undefined ? [] : [{ rule, ...rest }]
  }

  /** What is left of the late rules for an event with these traits. */
  #branchOf(bucket: Bucket, facts: Facts): Sieve {
    let at = 0
    for (const { read, values } of bucket.traits) {
      const value = values.indexOf(read(facts))
      if (value < 0) return this.#branch(bucket, NO_TRAITS)
      at = at * values.length + value
    }
    const known = bucket.branches.get(at)
    if (known !== undefined) return known
    const traits = new Map<string, FieldValue>(
      bucket.traits.map(({ field, read }) => [field, read(facts)]),
    )
    const branch = this.#branch(bucket, traits)
    bucket.branches.set(at, branch)
    this.#branches += 1
    return branch
  }

  #branch({ late, key }: Bucket, traits: TraitValues): Sieve {
    const rules = late
      .flatMap(({ rule }) => this.#bind(rule, key, traits))
      .map((one) => guarded(one, bestGuard(one.guards)))
    return new Sieve(rules, this.#words)
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

const guarded = ({ rule, test, plan }: BoundRule, guard: Guard | undefined): GuardedRule => {
  const [clue, ...others] = guard ?? []
  const asked = plan?.kind === 'not' ? plan.of : plan
  const isAll =
    plan?.kind === 'some-element'
      ? plan.group === clue?.group
      : asked?.kind === 'leaf' && asked.field === clue?.field
  const part = clue === undefined ? 0 : partOf(clue.field)
  return { rule, test, guard, sure: isAll && others.length === 0, part }
}

const partOf = (name: string): number => {
  const field = findField(name)?.field
  return field === undefined ? 0 : partBehind(field)
}

const isLong = (name: Name): boolean => name !== undefined && name.length > LIMIT.kindCharactersMax

const isLongKind = ({ resource, subresource, apiGroup }: ObjectRef): boolean =>
  isLong(resource) || isLong(subresource) || isLong(apiGroup)

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
