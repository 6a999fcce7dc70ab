import { PART, type Part, partsHidden } from '../../model/blindness.ts'
import type { AuditEvent, Level, Stage, User } from '../../model/event.ts'

/** An event as a case writes it: what matters, in the words of `audit.k8s.io/v1`. */
export interface EventText {
  readonly [name: string]: unknown
  readonly level?: Level
  readonly stage?: Stage
  readonly user?: Partial<User>
  readonly impersonatedUser?: Partial<User>
  readonly objectRef?: object
  readonly responseStatus?: object
  /** Parts that cannot be told besides what level and stage hide. */
  readonly unknown?: readonly Part[]
  /** Bytes of the record. */
  readonly length?: number
}

/**
 * A whole event from what a case says; level RequestResponse and stage ResponseComplete if unsaid.
 */
export const eventFrom = (text: EventText): AuditEvent => {
  const level = text.level ?? 'RequestResponse'
  const stage = text.stage ?? 'ResponseComplete'
  let unknown = partsHidden(level, stage, false)
  for (const part of text.unknown ?? []) unknown |= PART[part]
  const event = {
    ...DEFAULTS,
    ...present(text),
    level,
    stage,
    user: { ...NO_USER, ...present(text.user ?? { username: 'alice', groups: ['dev'] }) },
    impersonatedUser: text.impersonatedUser && { ...NO_USER, ...text.impersonatedUser },
    objectRef: text.objectRef && { ...NO_OBJECT, ...text.objectRef },
    responseStatus: text.responseStatus && { ...NO_STATUS, ...text.responseStatus },
    unknown,
    origin: { ...DEFAULTS.origin, length: text.length ?? 1000 },
  }
  return event as AuditEvent
}

/** A case writes null for what is absent. */
const present = (text: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(text).map(([key, value]) => [key, value ?? undefined]))

const NO_USER = { username: undefined, uid: undefined, groups: undefined, extra: undefined }
const NO_STATUS = { code: undefined, status: undefined, reason: undefined, message: undefined }
const NO_OBJECT = {
  resource: undefined,
  namespace: undefined,
  name: undefined,
  uid: undefined,
  apiGroup: undefined,
  apiVersion: 'v1',
  resourceVersion: undefined,
  subresource: undefined,
}
const DEFAULTS = {
  provider: 'native',
  auditID: '3f2c1a52-6f0e-4f0e-9d0f-1d8e1c9a7b11',
  requestURI: '/',
  verb: 'get',
  impersonatedUser: undefined,
  impersonationConstraint: undefined,
  sourceIPs: ['10.0.0.7'],
  userAgent: 'kubectl',
  objectRef: undefined,
  responseStatus: undefined,
  requestObject: undefined,
  responseObject: undefined,
  requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
  stageTimestamp: '2026-01-01T00:00:00.000000Z',
  annotations: undefined,
  unparsable: 0,
  origin: {
    source: { cluster: 'c', server: 's', file: 'f' },
    offset: 0,
    length: 1000,
    index: 0,
  },
}
