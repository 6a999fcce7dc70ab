import { utf8 } from '../base/slice.ts'
import { PART, partsHidden } from '../model/blindness.ts'
import type {
  AuditEvent,
  Level,
  ObjectRef,
  Origin,
  Provider,
  ResponseStatus,
  Stage,
  User,
} from '../model/event.ts'

/** The members of an event as a record says them, each of its right type or undefined. */
export type Members = Omit<
  AuditEvent,
  'provider' | 'requestObject' | 'responseObject' | 'unknown' | 'unparsable' | 'origin'
>

/** The bodies of an event: values, or bytes proved to be JSON and parsed when asked for. */
export interface Bodies {
  readonly request: unknown
  readonly response: unknown
}

/** A body left as bytes. */
export class LazyBody {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes
    this.start = start
    this.end = end
  }

  parse(): unknown {
    const value: unknown = JSON.parse(utf8(this.bytes, this.start, this.end))
    return value === null ? undefined : value
  }
}

/**
 * One shape for every event, so that whatever reads it stays monomorphic. A body may be given as a
 * LazyBody.
 */
export class DecodedEvent implements AuditEvent {
  readonly provider: Provider
  readonly level: Level | undefined
  readonly auditID: string | undefined
  readonly stage: Stage
  readonly requestURI: string | undefined
  readonly verb: string
  readonly user: User
  readonly impersonatedUser: User | undefined
  readonly impersonationConstraint: string | undefined
  readonly sourceIPs: readonly string[] | undefined
  readonly userAgent: string | undefined
  readonly objectRef: ObjectRef | undefined
  readonly responseStatus: ResponseStatus | undefined
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly annotations: Readonly<Record<string, string>> | undefined
  readonly dryRun: boolean | undefined
  readonly unknown: number
  readonly unparsable: number
  readonly origin: Origin
  #request: unknown
  #response: unknown

  constructor(
    provider: Provider,
    members: Members,
    request: unknown,
    response: unknown,
    unknown: number,
    unparsable: number,
    origin: Origin,
  ) {
    this.provider = provider
    this.level = members.level
    this.auditID = members.auditID
    this.stage = members.stage
    this.requestURI = members.requestURI
    this.verb = members.verb
    this.user = members.user
    this.impersonatedUser = members.impersonatedUser
    this.impersonationConstraint = members.impersonationConstraint
    this.sourceIPs = members.sourceIPs
    this.userAgent = members.userAgent
    this.objectRef = members.objectRef
    this.responseStatus = members.responseStatus
    this.requestReceivedTimestamp = members.requestReceivedTimestamp
    this.stageTimestamp = members.stageTimestamp
    this.annotations = members.annotations
    this.dryRun = members.dryRun
    this.unknown = unknown
    this.unparsable = unparsable
    this.origin = origin
    this.#request = request
    this.#response = response
  }

  get requestObject(): unknown {
    if (this.#request instanceof LazyBody) this.#request = this.#request.parse()
    return this.#request
  }

  get responseObject(): unknown {
    if (this.#response instanceof LazyBody) this.#response = this.#response.parse()
    return this.#response
  }
}

/** Upgraded or passed on: their bodies are no objects, and none is logged. */
const BODILESS: readonly (string | undefined)[] = ['exec', 'attach', 'portforward', 'proxy']
const BODIES = PART.requestObject | PART.responseObject

/**
 * The parts that a native event could not carry: those hidden by level, stage or truncation, and
 * bodies that should be there and are not. A value that is there is known, whatever the level says.
 */
export const unknownParts = (
  members: Members,
  hasRequest: boolean,
  hasResponse: boolean,
): number => {
  const { annotations, stage, level, verb } = members
  const truncated = annotations?.['audit.k8s.io/truncated'] === 'true'
  let unknown = partsHidden(level, stage, truncated)
  if (stage === 'ResponseComplete' && level !== 'Metadata') unknown |= missingBodies(members)
  if (hasRequest || annotations?.['authorization.k8s.io/decision'] === 'forbid') {
    // A request that authorization refused: its body was never read, so there is none to miss.
    unknown &= ~PART.requestObject
  }
  if (hasResponse) unknown &= ~PART.responseObject
  if (stage !== 'RequestReceived') return unknown
  if (members.responseStatus !== undefined) unknown &= ~PART.responseStatus
  if (annotations !== undefined) unknown &= ~PART.annotations
  if (members.impersonatedUser !== undefined) unknown &= ~PART.impersonation
  if (verb !== 'create' || members.objectRef?.name !== undefined) unknown &= ~PART.name
  return unknown
}

/** What a write that succeeded must have carried: absent, it is missing (a body that was lost). */
function missingBodies(members: Members): number {
  const { verb, level, objectRef } = members
  if (verb !== 'create' && verb !== 'update' && verb !== 'patch') return 0
  const code = members.responseStatus?.code
  if (code === undefined || code < 200 || code > 299 || objectRef === undefined) return 0
  if (BODILESS.includes(objectRef.subresource)) return 0
  return level === 'RequestResponse' ? BODIES : PART.requestObject
}
