import { LIMIT } from '../../base/limit.ts'
import { microsecondsOf } from '../../detect/time.ts'
import { policyRequestOf } from '../../kubernetes/audit-policy/event-request.ts'
import type { PolicyRequest } from '../../kubernetes/audit-policy/policy.ts'
import { isLongRunning } from '../../kubernetes/request-info/request-info.ts'
import { PART } from '../../model/blindness.ts'
import type { AuditEvent, Level, Stage } from '../../model/event.ts'
import { usualNameOf } from '../../model/request-kind.ts'
import { isObject } from '../json.ts'

/** An event that shows something. */
export interface SeenEvent {
  readonly auditID: string | undefined
  readonly stage: Stage
  readonly level: Level
  readonly time: string
  readonly file: string
  readonly offset: number
}

/**
 * What was seen of requests that a policy can tell from others. Those that differ in the object's
 * name alone are together as long as they are logged at one level.
 */
export interface SeenRequest {
  /** As the policy saw it, with the first name that was seen. */
  readonly request: PolicyRequest
  /** The same for requests that differ in the object's name alone. */
  readonly likeness: string
  /** Of the objects, the first few; `hasMoreNames`: there were others. */
  readonly names: ReadonlySet<string>
  readonly hasMoreNames: boolean
  readonly levels: Readonly<Record<Level, number>>
  readonly counts: SeenCounts
  /** The first event at each level. */
  readonly examples: ReadonlyMap<Level, SeenEvent>
  /** From when to when such requests that were logged at a level were received. */
  readonly times: ReadonlyMap<Level, SeenTimes>
}

/** In µs since 1970. */
export interface SeenTimes {
  firstUs: number
  lastUs: number
}

/** Events of something, counted. */
export interface SeenCounts {
  events: number
  received: number
  started: number
  complete: number
  panic: number
  /** Of the ended requests those that began within the log, so that it should show all stages. */
  whole: number
  /** Of these those that should have a ResponseStarted. */
  longWhole: number
  /** Stored objects in answers, and those among them that have managedFields. */
  objects: number
  managed: number
}

/** Nothing seen yet. */
export const noCounts = (): SeenCounts => ({
  events: 0,
  received: 0,
  started: 0,
  complete: 0,
  panic: 0,
  whole: 0,
  longWhole: 0,
  objects: 0,
  managed: 0,
})

/** Adds counts to others. */
export const addCounts = (to: SeenCounts, from: SeenCounts): void => {
  for (const name of Object.keys(to) as (keyof SeenCounts)[]) to[name] += from[name]
}

/** The requests that the log of one API server shows, with the levels they were logged at. */
export class SeenRequests {
  readonly counts: SeenCounts = noCounts()
  /** Kinds of `USUAL_KINDS` by name that were seen. */
  readonly usual: Set<string> = new Set()
  /** Events that say no level, or not who asked; and those of more requests than are kept. */
  untold = 0
  leftOut = 0
  firstUs: number | undefined
  lastUs: number | undefined
  readonly #seen = new Map<string, MutableSeen>()
  /** What is logged at several levels, so that names are kept apart. */
  readonly #apart = new Set<string>()

  get all(): readonly SeenRequest[] {
    return [...this.#seen.values()]
  }

  add(event: AuditEvent): void {
    const recorded = policyRequestOf(event)
    const { unknown } = recorded
    const request = (unknown & PART.name) === 0 ? recorded.request : nameless(recorded.request)
    const { level } = event
    if (level === undefined || (unknown & UNUSABLE) !== 0) {
      this.untold += 1
      return
    }
    this.#addTime(event.stageTimestamp)
    const { resource, verb } = request
    this.usual.add(usualNameOf(verb, resource?.resource ?? '', resource?.subresource ?? ''))
    const seen = this.#seenOf(request, level)
    if (seen === undefined) this.leftOut += 1
    else {
      seen.levels[level] += 1
      if (!seen.examples.has(level)) seen.examples.set(level, exampleOf(event, level))
      addTime(seen.times, level, event)
    }
    for (const counts of seen === undefined ? [this.counts] : [this.counts, seen.counts]) {
      countEvent(counts, event, request, this.#beganWithin(event))
    }
    const knowsBodies = seen !== undefined && seen.counts.objects < OBJECTS_LOOKED_AT
    if (knowsBodies && level === 'RequestResponse') this.#addObject(event, seen.counts)
  }

  #addTime(time: string): void {
    const us = microsecondsOf(time)
    if (us === undefined) return
    this.firstUs = Math.min(this.firstUs ?? us, us)
    this.lastUs = Math.max(this.lastUs ?? us, us)
  }

  #beganWithin({ requestReceivedTimestamp }: AuditEvent): boolean {
    const us = microsecondsOf(requestReceivedTimestamp)
    return us !== undefined && us >= (this.firstUs ?? us)
  }

  #addObject(event: AuditEvent, counts: SeenCounts): void {
    const body = event.responseObject
    if (!isObject(body) || !isObject(body.metadata)) return
    const { uid, resourceVersion, managedFields } = body.metadata
    if (typeof uid !== 'string' || typeof resourceVersion !== 'string') return
    for (const one of [counts, this.counts]) {
      one.objects += 1
      if (managedFields !== undefined) one.managed += 1
    }
  }

  #seenOf(request: PolicyRequest, level: Level): MutableSeen | undefined {
    const likeness = keyOf(request)
    if (likeness.length > LIMIT.kindCharactersMax * KEY_PARTS) return undefined
    const seen = this.#likeSeen(request, level, likeness)
    const name = request.resource?.name
    if (seen === undefined || name === undefined || seen.names.has(name)) return seen
    if (seen.names.size >= NAMES_KEPT || name.length > LIMIT.kindCharactersMax) {
      seen.hasMoreNames = true
    } else seen.names.add(Buffer.from(name).toString())
    return seen
  }

  /** Once requests like this were logged at another level, each name has a place of its own. */
  #likeSeen(request: PolicyRequest, level: Level, likeness: string): MutableSeen | undefined {
    const known = this.#seen.get(likeness)
    if (known === undefined) return this.#make(likeness, likeness, request)
    const isAlike = known.levels[level] === known.counts.events
    if (request.resource === undefined || (isAlike && !this.#apart.has(likeness))) return known
    this.#apart.add(likeness)
    const key = JSON.stringify([likeness, request.resource.name])
    if (key.length > LIMIT.kindCharactersMax * KEY_PARTS) return undefined
    return this.#seen.get(key) ?? this.#make(key, likeness, request)
  }

  #make(key: string, likeness: string, request: PolicyRequest): MutableSeen | undefined {
    if (this.#seen.size >= LIMIT.inferredRequestsMax) return undefined
    const made: MutableSeen = {
      request: copyOf(request),
      likeness,
      names: new Set(),
      hasMoreNames: false,
      levels: { Metadata: 0, Request: 0, RequestResponse: 0 },
      counts: noCounts(),
      examples: new Map(),
      times: new Map(),
    }
    this.#seen.set(key, made)
    return made
  }
}

interface MutableSeen extends SeenRequest {
  readonly names: Set<string>
  hasMoreNames: boolean
  readonly levels: Record<Level, number>
  readonly examples: Map<Level, SeenEvent>
  readonly times: Map<Level, SeenTimes>
}

/** Without these it is not known which request it was. */
const UNUSABLE = PART.impersonation | PART.credential | PART.requestURI
/** Bodies are long, and a few of each kind of request tell as much as all. */
const OBJECTS_LOOKED_AT = 20
/** Texts that a client may have chosen may be long: such a request is only counted. */
const KEY_PARTS = 16

const NAMES_KEPT = 10

/** Who asks for what, but for the object's name. */
const keyOf = ({ user, verb, resource, path }: PolicyRequest): string => {
  const target = resource === undefined ? path : { ...resource, name: '' }
  return JSON.stringify([user?.name, user?.groups, verb, target])
}

const nameless = (request: PolicyRequest): PolicyRequest =>
  request.resource === undefined
    ? request
    : { ...request, resource: { ...request.resource, name: '' } }

/** Texts of its own, so that none keeps a block of bytes alive. */
const copyOf = (request: PolicyRequest): PolicyRequest => structuredClone(request)

/** What a request is logged at is decided when it is received, however long it then takes. */
const addTime = (times: Map<Level, SeenTimes>, level: Level, event: AuditEvent): void => {
  const us = microsecondsOf(event.requestReceivedTimestamp)
  if (us === undefined) return
  const known = times.get(level)
  if (known === undefined) times.set(level, { firstUs: us, lastUs: us })
  else {
    known.firstUs = Math.min(known.firstUs, us)
    known.lastUs = Math.max(known.lastUs, us)
  }
}

const exampleOf = (event: AuditEvent, level: Level): SeenEvent => ({
  auditID: event.auditID === undefined ? undefined : Buffer.from(event.auditID).toString(),
  stage: event.stage,
  level,
  time: event.stageTimestamp,
  file: event.origin.source.file,
  offset: event.origin.offset,
})

const countEvent = (
  counts: SeenCounts,
  event: AuditEvent,
  request: PolicyRequest,
  isWhole: boolean,
): void => {
  counts.events += 1
  if (event.stage === 'RequestReceived') counts.received += 1
  else if (event.stage === 'ResponseStarted') counts.started += 1
  else if (event.stage === 'Panic') counts.panic += 1
  else {
    counts.complete += 1
    if (!isWhole) return
    counts.whole += 1
    const { verb, resource, path } = request
    if (isLongRunning(verb, resource?.subresource ?? '', path)) counts.longWhole += 1
  }
}
