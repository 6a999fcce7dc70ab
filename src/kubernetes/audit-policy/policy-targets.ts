import { LIMIT } from '../../base/limit.ts'
import { groupMatches, pathMatches, patternMatches } from './evaluate.ts'
import type { GroupResources, PolicyRule, RequestedResource } from './policy.ts'
import { addRule, noRule, type RuleSet } from './rule-set.ts'

/**
 * The rules that cover what is done with one kind of object, or with one path, and what they still
 * ask of a request.
 */
export interface PolicyTarget {
  /** Up to the first that asks nothing more: those after it never decide. */
  readonly rules: RuleSet
  /** Those of them that cover only objects of some names, and these names, item by item. */
  readonly names: ReadonlyMap<number, Names> | undefined
  readonly asksUser: boolean
  readonly asksGroup: boolean
  readonly asksNamespace: boolean
}

/** Names that a rule lists, each item's by themselves. */
export type Names = readonly ReadonlySet<string>[]

/** A kind of object, as far as rules tell kinds apart. */
type Kind = Pick<RequestedResource, 'group' | 'resource' | 'subresource'>

/** The rules of a policy by what a request is about. What was asked for once is kept ready. */
export class PolicyTargets {
  readonly #rules: readonly PolicyRule[]
  /** By verb, group, resource and subresource. */
  readonly #kinds = new Map<string, Map<string, Map<string, Map<string, PolicyTarget>>>>()
  /** By verb and path. */
  readonly #paths = new Map<string, Map<string, PolicyTarget>>()
  readonly #names = new Map<GroupResources, ReadonlySet<string>>()
  #kept = 0
  #words = 0

  constructor(rules: readonly PolicyRule[]) {
    this.#rules = rules
  }

  /** The rules that cover a verb on an object, its name and namespace aside. */
  ofObject(verb: string, kind: Kind): PolicyTarget {
    const { group, resource, subresource } = kind
    const known = this.#kinds.get(verb)?.get(group)?.get(resource)?.get(subresource)
    if (known !== undefined) return known
    const made = targetOf(this.#rules, verb, (rule) => coverOfKind(rule, kind, this.#namesOf))
    if (this.#mayKeep(made, verb, group, resource, subresource)) {
      const byGroup = branch(this.#kinds, copied(verb))
      const byResource = branch(byGroup, copied(group))
      branch(byResource, copied(resource)).set(copied(subresource), made)
    }
    return made
  }

  /** The rules that cover a method on a path, of a request that is not about an object. */
  ofPath(verb: string, path: string): PolicyTarget {
    const known = this.#paths.get(verb)?.get(path)
    if (known !== undefined) return known
    const made = targetOf(this.#rules, verb, (rule) => coversPath(rule, path))
    if (this.#mayKeep(made, verb, path)) branch(this.#paths, copied(verb)).set(copied(path), made)
    return made
  }

  /** The names of an item, made once for all targets. */
  readonly #namesOf = (item: GroupResources): ReadonlySet<string> => {
    const known = this.#names.get(item)
    if (known !== undefined) return known
    const made = new Set(item.resourceNames)
    this.#names.set(item, made)
    return made
  }

  /**
   * Anybody can ask for objects and paths that do not exist: when too many are kept, all are
   * forgotten, and long ones are never kept.
   */
  #mayKeep(target: PolicyTarget, ...texts: readonly string[]): boolean {
    if (texts.some(({ length }) => length > LIMIT.kindCharactersMax)) return false
    if (this.#kept >= LIMIT.policyTargetsMax || this.#words >= LIMIT.policySetWordsMax) {
      this.#kinds.clear()
      this.#paths.clear()
      this.#kept = 0
      this.#words = 0
    }
    this.#kept++
    this.#words += target.rules.length
    for (const names of target.names?.values() ?? []) this.#words += names.length
    return true
  }
}

/** Whether a rule covers something: always, never, or if the object has one of these names. */
type Cover = boolean | Names

const targetOf = (
  rules: readonly PolicyRule[],
  verb: string,
  coverOf: (rule: PolicyRule) => Cover,
): PolicyTarget => {
  const covering = noRule(rules.length)
  const names = new Map<number, Names>()
  const asked: PolicyRule[] = []
  for (const [index, rule] of rules.entries()) {
    if (rule.verbs.length > 0 && !rule.verbs.includes(verb)) continue
    const cover = coverOf(rule)
    if (cover === false) continue
    addRule(covering, index)
    if (typeof cover !== 'boolean') names.set(index, cover)
    asked.push(rule)
    if (cover === true && asksNothing(rule)) break
  }
  return {
    rules: covering,
    names: names.size === 0 ? undefined : names,
    asksUser: asked.some((rule) => rule.users.length > 0),
    asksGroup: asked.some((rule) => rule.userGroups.length > 0),
    asksNamespace: asked.some((rule) => rule.namespaces.length > 0),
  }
}

const asksNothing = (rule: PolicyRule): boolean =>
  rule.users.length + rule.userGroups.length + rule.namespaces.length === 0

const coverOfKind = (
  rule: PolicyRule,
  kind: Kind,
  namesOf: (item: GroupResources) => ReadonlySet<string>,
): Cover => {
  if (rule.resources.length === 0) {
    return rule.namespaces.length > 0 || rule.nonResourceURLs.length === 0
  }
  const names: ReadonlySet<string>[] = []
  for (const item of rule.resources) {
    if (!groupMatches(item, kind)) continue
    if (item.resources.length === 0) return true
    if (!item.resources.some((pattern) => patternMatches(pattern, kind))) continue
    if (item.resourceNames.length === 0) return true
    names.push(namesOf(item))
  }
  return names.length > 0 && names
}

const coversPath = (rule: PolicyRule, path: string): boolean => {
  if (rule.namespaces.length > 0 || rule.resources.length > 0) return false
  const urls = rule.nonResourceURLs
  return urls.length === 0 || urls.some((url) => pathMatches(url, path))
}

const branch = <Value>(of: Map<string, Map<string, Value>>, key: string): Map<string, Value> => {
  const known = of.get(key)
  if (known !== undefined) return known
  const made = new Map<string, Value>()
  of.set(key, made)
  return made
}

/** The same text as characters of its own: a slice would keep alive what it was cut from. */
const copied = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le')
