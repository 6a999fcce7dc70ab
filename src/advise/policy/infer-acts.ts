import type { PolicyRequest } from '../../kubernetes/audit-policy/policy.ts'
import type { Level } from '../../model/event.ts'
import type { SeenRequest } from './infer-requests.ts'

/** Verbs that policies treat alike, and requests that are not about objects. */
export type VerbClass = 'read' | 'write' | 'sweep' | 'other' | 'path'

/** The verbs of the classes that have a closed list. */
export const CLASS_VERBS: Readonly<Partial<Record<VerbClass, readonly string[]>>> = {
  read: ['get', 'list', 'watch'],
  write: ['create', 'update', 'patch', 'delete'],
  sweep: ['deletecollection'],
}

/** What requests are about, as a rule can name it. */
export interface Target {
  readonly key: string
  /** The API group; of a path its first part. */
  readonly family: string
  /** `pods/exec`, or the path. */
  readonly pattern: string
  readonly isPath: boolean
  /** Whether a rule can name it: a pattern with a star would name more. */
  readonly isNameable: boolean
}

/** A verb on a target, with all who did so. */
export interface Act {
  readonly verb: string
  readonly verbClass: VerbClass
  readonly target: Target
  readonly seen: readonly Seen[]
}

/** A request with the level at which it was logged, or logged most. */
export interface Seen extends SeenRequest {
  readonly level: Level
}

/** Requests by verb and target, in order of their names. */
export const actsOf = (requests: readonly SeenRequest[]): readonly Act[] => {
  const acts = new Map<string, { verb: string; target: Target; seen: Seen[] }>()
  for (const one of requests) {
    const { request } = one
    const target = targetOf(request)
    const key = JSON.stringify([target.key, request.verb])
    const act = acts.get(key) ?? { verb: request.verb, target, seen: [] }
    acts.set(key, act)
    act.seen.push({ ...one, level: mostOf(Object.entries(one.levels) as [Level, number][]) })
  }
  return [...acts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, act]) => ({ ...act, verbClass: verbClassOf(act.verb, act.target) }))
}

/** The level with the greatest weight; the preferred one, else the lower, where there are two. */
export const mostOf = (
  weights: Iterable<readonly [Level, number]>,
  preferred: Level = 'Metadata',
): Level => {
  let most: readonly [Level, number] = [preferred, 0]
  const all = [...weights]
  for (const [level, weight] of [...all.filter(([one]) => one === preferred), ...all]) {
    if (weight > most[1]) most = [level, weight]
  }
  return most[0]
}

const targetOf = ({ resource, path }: PolicyRequest): Target => {
  if (resource === undefined) {
    const family = /^\/[^/]*/.exec(path)?.[0] ?? ''
    const isNameable = path.startsWith('/') && !path.includes('*')
    return { key: `path ${path}`, family, pattern: path, isPath: true, isNameable }
  }
  const { group, resource: name, subresource } = resource
  const pattern = subresource === '' ? name : `${name}/${subresource}`
  const isNameable = name !== '' && !pattern.includes('*') && (group === '' || GROUP.test(group))
  return { key: `${group} ${pattern}`, family: group, pattern, isPath: false, isNameable }
}

/** A DNS subdomain: the API server refuses a policy that names another group. */
const GROUP = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

const verbClassOf = (verb: string, { isPath }: Target): VerbClass => {
  if (isPath) return 'path'
  const known = (Object.keys(CLASS_VERBS) as VerbClass[]).find((one) =>
    CLASS_VERBS[one]?.includes(verb),
  )
  return known ?? 'other'
}
