import type { AuditEvent, Level, Stage } from './event.ts'

/**
 * The parts of an event that may be missing for a reason that has nothing to do with the request.
 * A field names the part it comes from; a set of parts is the sum of their bits.
 */
export const PART = {
  requestObject: 1,
  responseObject: 2,
  responseStatus: 4,
  annotations: 8,
  impersonation: 16,
  groups: 32,
  /** objectRef.name: of a create it is known only once the body was read. */
  name: 64,
  userAgent: 128,
  sourceIPs: 256,
  requestURI: 512,
  auditID: 1024,
  /** user.uid and user.extra. */
  credential: 2048,
} as const
/** All of them: where a keyword may be found. */
export const EVERY_PART: number = Object.values(PART).reduce((sum, part) => sum | part, 0)

/** The name of a part. */
export type Part = keyof typeof PART

/** The names of the parts of a set. */
export const partNames = (parts: number): readonly Part[] =>
  PART_NAMES.filter((name) => (parts & PART[name]) !== 0)

// The keys of the table are its parts, and no others.
const PART_NAMES = Object.keys(PART) as readonly Part[]

/**
 * Why a field could not be judged. `level`, `stage` and `truncated` are the API server's settings,
 * `provider` is what a cloud or forwarder does not say, `missing` a body that should have been
 * there, `unparsable` a body that is no JSON, `partial` a patch that shows only part of the object,
 * `unmeasured` something about the log itself that nothing has measured.
 */
export type Reason =
  | 'level'
  | 'stage'
  | 'truncated'
  | 'provider'
  | 'missing'
  | 'unparsable'
  | 'partial'
  | 'unmeasured'

const BODIES = PART.requestObject | PART.responseObject
const RECEIVED = BODIES | PART.responseStatus | PART.annotations | PART.impersonation | PART.name

/**
 * The parts that an event at this level and stage cannot carry, on a server that says everything.
 */
export const partsHidden = (level: Level | undefined, stage: Stage, truncated: boolean): number => {
  if (stage === 'RequestReceived') return RECEIVED
  if (truncated) return BODIES
  if (level === 'RequestResponse') return stage === 'ResponseStarted' ? PART.responseObject : 0
  return level === 'Request' ? PART.responseObject : BODIES
}

/** Why this event cannot say what is in `part`. Meaningful only when the part is in `unknown`. */
export const reasonFor = (event: AuditEvent, part: number): Reason => {
  if ((event.unknown & part) === 0) return 'partial'
  if ((event.unparsable & part) !== 0) return 'unparsable'
  if (event.provider !== 'native') return 'provider'
  if (event.stage === 'RequestReceived' && (RECEIVED & part) !== 0) return 'stage'
  if (event.annotations?.['audit.k8s.io/truncated'] === 'true') return 'truncated'
  if ((partsHidden(event.level, event.stage, false) & part) !== 0) {
    return event.stage === 'ResponseStarted' && event.level === 'RequestResponse'
      ? 'stage'
      : 'level'
  }
  return 'missing'
}
