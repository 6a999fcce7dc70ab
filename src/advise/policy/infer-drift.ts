import type { AuditEvent } from '../../model/event.ts'
import {
  actorClassOf,
  KIND_EVENTS_MIN,
  onlyLevelOf,
  STAGE_EVENTS_MIN,
  usualNameOf,
} from '../../model/request-kind.ts'
import { type Confidence, confidenceOf, type InferredPolicy, inferPolicy } from './infer.ts'
import { absencesOf } from './infer-absence.ts'
import { changeOf, type PolicyChange } from './infer-change.ts'
import { type SeenEvent, type SeenRequest, SeenRequests } from './infer-requests.ts'

/** The log of one API server. */
export interface ServerLog {
  readonly cluster: string
  readonly server: string
  readonly seen: SeenRequests
}

/** API servers that seem to have the same policy, and that policy. */
export interface PolicyGroup {
  readonly servers: readonly Pick<ServerLog, 'cluster' | 'server'>[]
  readonly inferred: InferredPolicy
}

/** The same kind of request logged differently by two API servers. */
export interface Drift {
  readonly server: Pick<ServerLog, 'cluster' | 'server'>
  readonly otherServer: Pick<ServerLog, 'cluster' | 'server'>
  /** `get pods by user`, or `stage RequestReceived`. */
  readonly kind: string
  /**
   * A level; of a stage `logged` or `not logged`. Or `never seen`, though it must have been there:
   * then `events` are all events of that log.
   */
  readonly level: string
  readonly otherLevel: string
  readonly events: number
  readonly otherEvents: number
  /** High: the very same request by the same user, or many events on both sides. */
  readonly confidence: Confidence
  readonly example: SeenEvent | undefined
  readonly otherExample: SeenEvent | undefined
}

/** What the logs of several API servers show. */
export interface InferredPolicies {
  readonly groups: readonly PolicyGroup[]
  /** Between the first servers of any two groups; the surest first. */
  readonly drift: readonly Drift[]
  /** API servers whose policy seems to have changed within their log. */
  readonly changes: readonly (PolicyChange & Pick<ServerLog, 'cluster' | 'server'>)[]
}

/** Collects the logs of API servers, each by its own name. */
export class PolicyInference {
  readonly #logs = new Map<string, ServerLog>()

  add(event: AuditEvent): void {
    const { cluster, server } = event.origin.source
    const key = JSON.stringify([cluster, server])
    let log = this.#logs.get(key)
    if (log === undefined) {
      log = { cluster, server, seen: new SeenRequests() }
      this.#logs.set(key, log)
    }
    log.seen.add(event)
  }

  result(): InferredPolicies {
    const logs = [...this.#logs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, log]) => log)
    return inferPolicies(logs)
  }
}

/** Groups API servers by policy, and infers that of each group. */
export const inferPolicies = (logs: readonly ServerLog[]): InferredPolicies => {
  const groups: ServerLog[][] = []
  for (const log of logs) {
    const group = groups.find(([first]) => first !== undefined && !isDrift(driftOf(first, log)))
    if (group === undefined) groups.push([log])
    else group.push(log)
  }
  return {
    groups: groups.map((group) => ({
      servers: group.map(({ cluster, server }) => ({ cluster, server })),
      inferred: inferPolicy(group.map(({ seen }) => seen)),
    })),
    drift: groups.flatMap(([first], at) =>
      groups
        .slice(at + 1)
        .flatMap(([other]) =>
          first === undefined || other === undefined ? [] : driftOf(first, other),
        ),
    ),
    changes: logs.flatMap(({ cluster, server, seen }) => {
      const change = changeOf(seen)
      return change === undefined ? [] : [{ cluster, server, ...change }]
    }),
  }
}

/** Where two logs differ; what is of low confidence alone is no drift. */
export const driftOf = (one: ServerLog, other: ServerLog): readonly Drift[] => {
  const [server, otherServer] = [one, other].map((log) => ({
    cluster: log.cluster,
    server: log.server,
  })) as [Drift['server'], Drift['server']]
  const kinds = kindsOf(one.seen)
  const otherKinds = kindsOf(other.seen)
  const levels = [...kinds].flatMap(([name, kind]) => {
    const otherKind = otherKinds.get(name)
    return otherKind === undefined ? [] : levelDrift(name, kind, otherKind)
  })
  return [...stageDrift(one.seen, other.seen), ...levels, ...absenceDrift(one.seen, other.seen)]
    .map((found) => ({ server, otherServer, ...found }))
    .sort((a, b) => rankOf(b) - rankOf(a) || weightOf(b) - weightOf(a))
}

/** Whether the differences are more than chance. */
export const isDrift = (drift: readonly Drift[]): boolean =>
  drift.some(({ confidence }) => confidence !== 'low')

type Difference = Omit<Drift, 'server' | 'otherServer'>

const RANKS: readonly Confidence[] = ['low', 'medium', 'high']
const rankOf = ({ confidence }: Drift): number => RANKS.indexOf(confidence)
const weightOf = ({ events, otherEvents }: Drift): number => Math.min(events, otherEvents)

/** Requests of one kind, and by who asked for what where. */
interface Kind {
  metadata: number
  request: number
  requestResponse: number
  readonly exact: Set<string>
  example: SeenEvent | undefined
}

const kindsOf = (seen: SeenRequests): ReadonlyMap<string, Kind> => {
  const kinds = new Map<string, Kind>()
  for (const one of seen.all) {
    const name = kindName(one)
    const kind = kinds.get(name) ?? {
      ...{ metadata: 0, request: 0, requestResponse: 0 },
      exact: new Set(),
      example: undefined,
    }
    kinds.set(name, kind)
    kind.metadata += one.levels.Metadata
    kind.request += one.levels.Request
    kind.requestResponse += one.levels.RequestResponse
    kind.exact.add(one.likeness)
    kind.example ??= [...one.examples.values()][0]
  }
  return kinds
}

const kindName = ({ request: { user, verb, resource } }: SeenRequest): string => {
  const group = resource?.group ? `.${resource.group}` : ''
  const name = resource === undefined ? '' : `${resource.resource}${group}`
  return `${usualNameOf(verb, name, resource?.subresource ?? '')} by ${actorClassOf(user?.name)}`
}

const levelDrift = (kind: string, one: Kind, other: Kind): readonly Difference[] => {
  const [level, otherLevel] = [onlyLevelOf(one, 1), onlyLevelOf(other, 1)]
  if (level === undefined || otherLevel === undefined || level === otherLevel) return []
  const [events, otherEvents] = [eventsOf(one), eventsOf(other)]
  const isSame = [...one.exact].some((request) => other.exact.has(request))
  const byNumber = confidenceOf(Math.min(events, otherEvents))
  return [
    {
      ...{ kind, level, otherLevel, events, otherEvents },
      // Policies may go by who asks: different users prove less than the same.
      confidence: isSame ? (events + otherEvents > 2 ? 'high' : 'medium') : lower(byNumber),
      example: one.example,
      otherExample: other.example,
    },
  ]
}

const eventsOf = ({ metadata, request, requestResponse }: Kind): number =>
  metadata + request + requestResponse

const lower = (confidence: Confidence): Confidence => (confidence === 'high' ? 'medium' : 'low')

const stageDrift = (one: SeenRequests, other: SeenRequests): readonly Difference[] => {
  const [counts, otherCounts] = [one.counts, other.counts]
  const least = Math.min(counts.complete, otherCounts.complete)
  if (least < KIND_EVENTS_MIN || counts.received > 0 === otherCounts.received > 0) return []
  const wordOf = (received: number): string => (received > 0 ? 'logged' : 'not logged')
  return [
    {
      kind: 'stage RequestReceived',
      level: wordOf(counts.received),
      otherLevel: wordOf(otherCounts.received),
      events: counts.complete,
      otherEvents: otherCounts.complete,
      confidence: least >= STAGE_EVENTS_MIN ? 'high' : 'medium',
      example: exampleOf(one),
      otherExample: exampleOf(other),
    },
  ]
}

const NEVER_SEEN = 'never seen'

const absenceDrift = (one: SeenRequests, other: SeenRequests): readonly Difference[] => [
  ...absencesOf(one, other).map((absence) => ({
    ...absence,
    otherLevel: NEVER_SEEN,
    otherExample: undefined,
  })),
  ...absencesOf(other, one).map(({ level, events, otherEvents, example, ...absence }) => ({
    ...absence,
    ...{ level: NEVER_SEEN, events: otherEvents, example: undefined },
    ...{ otherLevel: level, otherEvents: events, otherExample: example },
  })),
]

const exampleOf = (log: SeenRequests): SeenEvent | undefined =>
  log.all.flatMap(({ examples }) => [...examples.values()])[0]
