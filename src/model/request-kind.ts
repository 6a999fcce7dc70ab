import type { Level } from './event.ts'

/** Who asks, as audit policies and their drift tell users apart. */
export const ACTOR_CLASSES = ['node', 'service account', 'system', 'user'] as const
export type ActorClass = (typeof ACTOR_CLASSES)[number]

/** The class of an authenticated user. */
export const actorClassOf = (user: string | undefined): ActorClass => {
  if (user === undefined || !user.startsWith('system:')) return 'user'
  if (user.startsWith('system:node:')) return 'node'
  return user.startsWith('system:serviceaccount:') ? 'service account' : 'system'
}

/** Events of one kind of request by the level they were logged at. */
export interface LevelCounts {
  readonly metadata: number
  readonly request: number
  readonly requestResponse: number
}

/** The one level at which a kind is logged, if so much of it was seen. */
export const onlyLevelOf = (
  { metadata, request, requestResponse }: LevelCounts,
  least: number,
): Level | undefined => {
  const all = metadata + request + requestResponse
  if (all < least) return undefined
  if (metadata === all) return 'Metadata'
  if (request === all) return 'Request'
  return requestResponse === all ? 'RequestResponse' : undefined
}

/** Events of a kind from which on its level is a matter of the policy, and no accident. */
export const KIND_EVENTS_MIN = 50
/** Ended requests from which on a stage that never came is one that the policy omits. */
export const STAGE_EVENTS_MIN = 1_000

/** Something that every cluster does all the time. */
export interface UsualKind {
  readonly about: string
  /** How often at least, in seconds, as far as Kubernetes itself does it. */
  readonly seconds: number
}

/**
 * What every cluster does all the time, by `verb resource/subresource`: a log that never shows it
 * has a policy that hides it.
 */
export const USUAL_KINDS: ReadonlyMap<string, UsualKind> = new Map([
  ['update leases', { about: 'heartbeats of nodes and controllers', seconds: 10 }],
  ['get leases', { about: 'reads of leases', seconds: 60 }],
  ['watch pods', { about: 'watches', seconds: 600 }],
  ['list pods', { about: 'lists', seconds: 3_600 }],
  ['get configmaps', { about: 'reads of ConfigMaps', seconds: 3_600 }],
  ['patch events', { about: 'changed events', seconds: 3_600 }],
  ['create events', { about: 'new events', seconds: 3_600 }],
  ['patch nodes/status', { about: 'status of nodes', seconds: 300 }],
  ['get (no resource)', { about: 'requests for paths such as /healthz', seconds: 60 }],
  ['create subjectaccessreviews', { about: 'access reviews', seconds: 3_600 }],
  ['create serviceaccounts/token', { about: 'tokens of service accounts', seconds: 3_600 }],
])

/** The name of a kind in `USUAL_KINDS`. */
export const usualNameOf = (verb: string, resource: string, subresource: string): string => {
  const target = resource === '' ? '(no resource)' : resource
  return `${verb} ${target}${subresource === '' ? '' : `/${subresource}`}`
}
