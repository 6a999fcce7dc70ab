import type { Issue, Place } from '../../base/issue.ts'
import { PART } from '../../model/blindness.ts'
import { partBehind } from '../../model/fields.ts'
import { type LintContext, onceEach, type RuleLint, textsIn } from './lint-context.ts'
import type { Use } from './uses.ts'

/** Rules that see one way of doing a thing and not its siblings. */
export const coverageLints: RuleLint = (context) => [
  ...missingVerbs(context),
  ...onceEach([...missingContainers(context), ...missingTemplates(context), ...owned(context)]),
]

/** `pods/exec` and its like that the rule needs; undefined when it takes any resource. */
export const resourcesNeeded = ({
  rule: { needs },
}: LintContext): readonly string[] | undefined => {
  const whole = needs.get('request.resource')
  if (whole !== undefined) return [...whole]
  const resources = needs.get('objectRef.resource')
  const subresources = needs.get('objectRef.subresource')
  if (resources === undefined || subresources === undefined) return resources && [...resources]
  return [...resources].flatMap((name) => [...subresources].map((sub) => `${name}/${sub}`))
}

/** Where the rule tests a field; else where its detection begins. */
export const placeOfField = ({ uses, rule }: LintContext, ...names: readonly string[]): Place =>
  uses.find(({ leaf }) => names.includes(leaf.field))?.leaf.place ?? rule.sigma.detection.place

const SESSIONS = new Set(['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy'])
/** What cannot be deleted as a collection. */
const SINGLE = new Set(['namespaces', 'services/proxy', 'nodes/proxy'])
/** What cannot be changed in what matters once it is there. */
const FIXED = new Set(['pods', 'certificatesigningrequests', 'jobs'])

const missingVerbs = (context: LintContext): readonly Issue[] => {
  const { rule } = context
  const verbs = rule.needs.get('verb')
  if (verbs === undefined) return []
  const resources = resourcesNeeded(context)
  const wanted = [
    ...sessionVerbs(verbs, resources),
    ...deletionVerbs(verbs, resources, rule.needs.has('objectRef.name')),
    ...(context.uses.some(readsBody) ? writeVerbs(verbs, resources) : []),
  ]
  const missing = wanted.filter(({ verb }) => !verbs.has(verb))
  const at = placeOfField(context, 'verb')
  return missing.map(({ verb, why }) => {
    const message = `takes ${[...verbs].join(', ')} and not ${verb}: ${why}`
    return { code: 'lint/missing-verb', message, at }
  })
}

interface Wanted {
  readonly verb: string
  readonly why: string
}

const sessionVerbs = (
  verbs: ReadonlySet<string>,
  resources: readonly string[] | undefined,
): readonly Wanted[] => {
  if (!resources?.some((name) => SESSIONS.has(name))) return []
  if (verbs.has('create') && !verbs.has('get')) {
    return [
      { verb: 'get', why: 'sessions by WebSocket are a get, as kubectl makes them since 1.30' },
    ]
  }
  if (!verbs.has('get')) return []
  return [{ verb: 'create', why: 'sessions by SPDY are a create, as older clients make them' }]
}

const deletionVerbs = (
  verbs: ReadonlySet<string>,
  resources: readonly string[] | undefined,
  isNamed: boolean,
): readonly Wanted[] => {
  const whole = resources === undefined || resources.some((name) => !name.includes('/'))
  const single = resources?.every((name) => SINGLE.has(name)) === true
  if (!verbs.has('delete') || isNamed || !whole || single) return []
  return [{ verb: 'deletecollection', why: 'it deletes all of a kind at once' }]
}

const writeVerbs = (
  verbs: ReadonlySet<string>,
  resources: readonly string[] | undefined,
): readonly Wanted[] => {
  const whole = resources === undefined || resources.some((name) => !name.includes('/'))
  const changes = verbs.has('create') || verbs.has('update')
  if (!whole || !changes || resources?.every((name) => /reviews?$/.test(name)) === true) return []
  const patch = { verb: 'patch', why: 'server-side apply creates and changes with it' }
  const update = { verb: 'update', why: 'the object may be changed so later' }
  const fixed = resources?.every((name) => FIXED.has(name)) === true
  return fixed ? [patch] : [update, patch]
}

const readsBody = ({ field, speaksFor }: Use): boolean =>
  speaksFor && field !== undefined && (partBehind(field) & PART.requestObject) !== 0

const NATIVE_CONTAINERS = /^requestObject\.(?:.+\.)?containers\./

const missingContainers = ({ uses }: LintContext): readonly Issue[] => {
  const speaking = uses.filter(({ speaksFor }) => speaksFor)
  const others = ['initContainers', 'ephemeralContainers'].filter(
    (kind) => !uses.some(({ leaf }) => leaf.field.includes(`${kind}.`)),
  )
  return speaking.flatMap(({ leaf }): readonly Issue[] => {
    const { field, place: at } = leaf
    const texts = field === 'pod.containers[].kind' ? textsIn(leaf) : []
    const plainOnly = texts.length === 1 && texts[0] === 'container'
    if (!plainOnly && (!NATIVE_CONTAINERS.test(field) || others.length === 0)) return []
    const missed = plainOnly ? 'init and ephemeral containers' : others.join(' and ')
    const message = `${field} leaves out ${missed}: pod.containers[] has them all`
    return [{ code: 'lint/missing-containers', message, at }]
  })
}

const NATIVE_POD =
  /^requestObject\.spec\.(?:(?:init|ephemeral)?[cC]ontainers|host(?:Network|PID|IPC|Aliases)|volumes|serviceAccountName|nodeName|securityContext|shareProcessNamespace)(?:\.|$)/

const missingTemplates = (context: LintContext): readonly Issue[] => {
  const resources = resourcesNeeded(context)
  const podsAlone = resources?.length === 1 && resources[0] === 'pods'
  const ofPods = resources?.includes('pods') !== false
  const meansPods = context.uses.some((use) => use.speaksFor && OF_PODS.test(use.leaf.field))
  const hasTemplates = context.uses.some(({ leaf }) => leaf.field.includes('.template.spec.'))
  return context.uses.flatMap(({ leaf, speaksFor }): readonly Issue[] => {
    const { field, place: at } = leaf
    const native = ofPods && NATIVE_POD.test(field) && !hasTemplates
    const derived = field.startsWith('pod.') && podsAlone && !meansPods
    if (!speaksFor || (!native && !derived)) return []
    const message = `${field} of pods alone: a Deployment, Job or CronJob says the same in its template`
    return [{ code: 'lint/missing-templates', message, at }]
  })
}

/** What only a Pod itself has. */
const OF_PODS = /^pod\.(?:owned|ownerKinds|raisedByAdmission|nodeName)$/

const owned = (context: LintContext): readonly Issue[] => {
  const resources = resourcesNeeded(context)
  if (resources?.length !== 1 || resources[0] !== 'pods') return []
  return context.uses.flatMap(({ leaf, speaksFor }): readonly Issue[] => {
    const { field, place: at } = leaf
    const isOwner = /^pod\.owne|^requestObject\.metadata\.ownerReferences/.test(field)
    if (!isOwner || speaksFor) return []
    const message =
      'pods of controllers pass, and no template is looked at: their makers are not found'
    return [{ code: 'lint/exempts-owned', message, at }]
  })
}
