import { KIND_EVENTS_MIN, usualNameOf } from '../../model/request-kind.ts'
import type { Confidence } from './infer.ts'
import type { SeenEvent, SeenRequest, SeenRequests } from './infer-requests.ts'

/** Something that one API server logs and another, which must have it too, never shows. */
export interface Absence {
  readonly kind: string
  /** Of the one that shows it. */
  readonly level: string
  readonly events: number
  /** All events of the one that does not. */
  readonly otherEvents: number
  readonly confidence: Confidence
  readonly example: SeenEvent | undefined
}

/**
 * What the other log lacks though it should be there: any read at all, and what each API server
 * does for itself every few seconds. Of other requests an absence says nothing: clients stay with
 * one API server.
 */
export const absencesOf = (one: SeenRequests, other: SeenRequests): readonly Absence[] => {
  const otherEvents = other.counts.events
  if (otherEvents < OTHER_EVENTS_MIN) return []
  const reads = one.all.filter(isRead)
  const kinds: readonly (readonly [string, readonly SeenRequest[]])[] =
    reads.length > 0 && !other.all.some(isRead)
      ? [['get, list and watch of anything', reads]]
      : ownKinds(one, other)
  return kinds.flatMap(([kind, some]) => {
    const events = some.reduce((sum, { counts }) => sum + counts.events, 0)
    if (events < KIND_SEEN_MIN) return []
    const [first] = some
    const [level, example] = [...(first?.examples ?? [])][0] ?? []
    const confidence = events >= KIND_EVENTS_MIN ? 'high' : 'medium'
    return [{ kind, level: level ?? '', events, otherEvents, confidence, example }]
  })
}

const ownKinds = (
  one: SeenRequests,
  other: SeenRequests,
): readonly (readonly [string, readonly SeenRequest[]])[] => {
  if (lengthOf(other) < lengthOf(one) * SPAN_SHARE) return []
  const [mine, others] = [ownOf(one), ownOf(other)]
  return [...mine]
    .filter(([kind]) => !others.has(kind))
    .map(([kind, some]) => [`${kind} by ${API_SERVER}`, some] as const)
}

/** What an API server does for itself, all the time. */
const ownOf = (log: SeenRequests): ReadonlyMap<string, readonly SeenRequest[]> => {
  const kinds = new Map<string, SeenRequest[]>()
  for (const seen of log.all) {
    const { user, verb, resource } = seen.request
    if (user?.name !== API_SERVER) continue
    const kind = usualNameOf(verb, resource?.resource ?? '', resource?.subresource ?? '')
    if (OWN_KINDS.has(kind)) kinds.set(kind, [...(kinds.get(kind) ?? []), seen])
  }
  return kinds
}

const isRead = ({ request: { verb, resource } }: SeenRequest): boolean =>
  resource !== undefined && READS.has(verb)

const lengthOf = ({ firstUs, lastUs }: SeenRequests): number => (lastUs ?? 0) - (firstUs ?? 0)

const READS = new Set(['get', 'list', 'watch'])
const API_SERVER = 'system:apiserver'
/**
 * Every ten seconds or so: its own lease, and the endpoints of the service `kubernetes`.
 * Upstream: kubernetes/kubernetes pkg/controlplane, controller/kubernetesservice and
 * controller/apiserverleasegc.
 */
const OWN_KINDS = new Set(['update leases', 'get endpoints', 'get endpointslices'])
const OTHER_EVENTS_MIN = 100
const KIND_SEEN_MIN = 10
/** A log that is much shorter may end before it comes. */
const SPAN_SHARE = 0.5
