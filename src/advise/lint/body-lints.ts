import { unreachable } from '../../base/assert.ts'
import type { Issue } from '../../base/issue.ts'
import type { Plan } from '../../sigma/plan/plan.ts'
import { resourcesNeeded } from './coverage-lints.ts'
import { type LintContext, onceEach, type RuleLint } from './lint-context.ts'
import { OBJECT_KEYS, REQUEST_KEYS, SUBRESOURCE_KEYS } from './object-keys.ts'

/** Rules that look at the wrong place of a body, or at parts that do not belong together. */
export const bodyLints: RuleLint = (context) =>
  onceEach([
    ...notInKind(context),
    ...lastApplied(context),
    ...flattened(context.rule.plan, true).issues,
  ])

/** A path whose first part no object of these kinds has. */
const notInKind = (context: LintContext): readonly Issue[] => {
  const resources = resourcesNeeded(context) ?? []
  const kinds = resources.map((name) => OBJECT_KEYS.get(name))
  if (kinds.length === 0 || kinds.includes(undefined) || isOfOthers(context)) return []
  const known = [...kinds, ...(takesSubresources(context) ? resources.map(keysBelow) : [])]
  return context.uses.flatMap(({ leaf }): readonly Issue[] => {
    const [root, key = ''] = leaf.field.split('.')
    if (root !== 'requestObject' || REQUEST_KEYS.has(key) || key.startsWith('$')) return []
    if (known.some((keys) => keys?.includes(key))) return []
    const message = `${resources.join(', ')} of Kubernetes have no ${key}: ${leaf.field} is never there`
    return [{ code: 'lint/path-not-in-kind', message, at: leaf.place }]
  })
}

/** Whether the rule asks for an API group that others than Kubernetes gave its resources. */
const isOfOthers = ({ rule: { needs } }: LintContext): boolean => {
  const groups = needs.get('objectRef.apiGroup') ?? needs.get('request.apiGroup') ?? []
  return [...groups].some((group) => !OWN_GROUP.test(group))
}

const OWN_GROUP = /^(?:apps|autoscaling|batch|extensions|policy|(?:.*\.)?k8s\.io)?$/

/** Whether it takes requests for a part of the objects too, whose bodies are of another kind. */
const takesSubresources = ({ rule: { needs } }: LintContext): boolean =>
  !needs.has('request.resource') && !needs.has('objectRef.subresource')

const keysBelow = (resource: string): readonly string[] => SUBRESOURCE_KEYS.get(resource) ?? []

const lastApplied = ({ uses }: LintContext): readonly Issue[] =>
  uses
    .filter(({ leaf }) => leaf.field.includes('last-applied-configuration'))
    .map(({ leaf }) => {
      const message = 'the annotation of kubectl apply is a copy, which other clients do not write'
      return { code: 'lint/last-applied', message, at: leaf.place }
    })

/** Keys that hold arrays of objects. */
const ARRAYS = new Set([
  ...['rules', 'subjects', 'webhooks', 'containers', 'initContainers', 'ephemeralContainers'],
  ...['volumes', 'volumeMounts', 'env', 'envFrom', 'ports', 'ownerReferences', 'conditions'],
  ...['items', 'tolerations', 'listeners', 'ingress', 'egress', 'taints', 'clusterRoleSelectors'],
])

/** Which members of which arrays a part asks for, and what was found below it. */
interface Flat {
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  readonly issues: readonly Issue[]
}

const flattened = (plan: Plan, speaksFor: boolean): Flat => {
  switch (plan.kind) {
    case 'leaf':
      return { members: membersOf(plan.field), issues: [] }
    case 'some-element':
      return { members: new Map(), issues: [] }
    case 'not':
      return flattened(plan.of, !speaksFor)
    case 'and':
    case 'or': {
      const parts = plan.of.map((part) => flattened(part, speaksFor))
      const members = parts.reduce<Flat['members']>((all, one) => merged(all, one.members), NONE)
      const issues = parts.flatMap((part) => part.issues)
      const conjunction = (plan.kind === 'and') === speaksFor
      if (!conjunction || issues.length > 0) return { members, issues }
      return { members, issues: tuples(plan, parts) }
    }
    default:
      return unreachable(plan)
  }
}

const NONE: Flat['members'] = new Map()

/** `requestObject.rules` → `verbs`, of `requestObject.rules.verbs`. */
const membersOf = (field: string): Flat['members'] => {
  const keys = field.split('.')
  const at = keys.findIndex((key) => ARRAYS.has(key))
  const isBody = keys[0] === 'requestObject' || keys[0] === 'responseObject'
  if (!isBody || at < 0 || at === keys.length - 1) return NONE
  return new Map([[keys.slice(0, at + 1).join('.'), new Set([keys.slice(at + 1).join('.')])]])
}

const merged = (a: Flat['members'], b: Flat['members']): Flat['members'] => {
  const all = new Map(a)
  for (const [array, names] of b) all.set(array, new Set([...(all.get(array) ?? []), ...names]))
  return all
}

/** Arrays of which two parts of a conjunction ask different members. */
const tuples = (plan: Plan, parts: readonly Flat[]): readonly Issue[] => {
  const arrays = new Set(parts.flatMap(({ members }) => [...members.keys()]))
  return [...arrays].flatMap((array): readonly Issue[] => {
    const asked = parts.flatMap(({ members }) => [[...(members.get(array) ?? [])].sort().join()])
    const different = new Set(asked.filter((names) => names !== ''))
    if (different.size < 2) return []
    const names = [...different].join(' and ')
    const message = `${names} of ${array} may lie in different elements: ${derivedFor(array)}`
    return [{ code: 'lint/flattened-tuples', message, at: placeIn(plan, array) }]
  })
}

const derivedFor = (array: string): string => {
  if (array.endsWith('.rules')) return 'grant.rules[] asks one rule'
  if (array.endsWith('.subjects')) return 'binding.subjects[] asks one subject'
  if (/[cC]ontainers$/.test(array)) return 'pod.containers[] asks one container'
  return array.endsWith('.volumes') ? 'pod.volumes[] asks one volume' : 'they are not asked of one'
}

const placeIn = (plan: Plan, array: string): Issue['at'] => {
  if (plan.kind === 'leaf') return plan.field.startsWith(`${array}.`) ? plan.place : {}
  if (plan.kind === 'not' || plan.kind === 'some-element') return placeIn(plan.of, array)
  const places = plan.of.map((part) => placeIn(part, array))
  return places.find((place) => place.line !== undefined) ?? {}
}
