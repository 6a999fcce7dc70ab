import { PART } from '../model/blindness.ts'
import type { Level, ObjectRef, ResponseStatus, Stage, User } from '../model/event.ts'
import type { Members } from './event.ts'

/** A JSON object as parsed: its members may be anything. */
export type Foreign = any

/** Whether it is a JSON object: no array, no null. */
export const isObject = (value: unknown): value is Record<string, Foreign> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Whether all known members of a native record have the types of `audit.k8s.io/v1`, so that the
 * parsed object itself can serve as `Members`, nothing copied. Nearly every record is clean; the
 * others go through `cleaned`.
 */
export const isClean = (record: Foreign): boolean =>
  isLevel(record.level) &&
  isStage(record.stage) &&
  isText(record.auditID) &&
  isText(record.requestURI) &&
  isText(record.userAgent) &&
  isTime(record.requestReceivedTimestamp) &&
  isTime(record.stageTimestamp) &&
  isTexts(record.sourceIPs) &&
  isUser(record.user) &&
  (record.impersonatedUser === undefined || isUser(record.impersonatedUser)) &&
  (record.objectRef === undefined || isObjectRef(record.objectRef)) &&
  (record.responseStatus === undefined || isStatus(record.responseStatus)) &&
  (record.annotations === undefined || isTextMap(record.annotations)) &&
  record.authenticationMetadata === undefined &&
  record.impersonationConstraint === undefined

/** What became of a record that is not clean. */
export interface Cleaned {
  readonly members: Members
  /** Members of a wrong type, by path: taken as absent. */
  readonly wrong: readonly string[]
  /** The parts of those members: not absent, but unknown. */
  readonly unknown: number
}

/**
 * The members of a record some of which are null, missing, or of a wrong type. Null is absent. A
 * missing stage is ResponseComplete, and a missing time is that of the other stage, `timestamp`
 * (v1beta1) or `metadata.creationTimestamp`; an event without any time has the empty text.
 */
export const cleaned = (record: Foreign): Cleaned => {
  const reader = new Reader()
  const time =
    reader.time(record, 'stageTimestamp') ??
    reader.time(record, 'timestamp') ??
    reader.time(record, 'requestReceivedTimestamp') ??
    reader.time(isObject(record.metadata) ? record.metadata : {}, 'creationTimestamp') ??
    ''
  const members: Members = {
    level: reader.oneOf(record, 'level', LEVELS, 0),
    auditID: reader.text(record, 'auditID', PART.auditID),
    stage: reader.oneOf(record, 'stage', STAGES, 0) ?? 'ResponseComplete',
    requestURI: reader.text(record, 'requestURI', PART.requestURI),
    verb: record.verb,
    user: reader.user(record, 'user', PART.groups | PART.credential, true) ?? NOBODY,
    impersonatedUser: reader.user(record, 'impersonatedUser', PART.impersonation, false),
    impersonationConstraint: reader.constraint(record),
    sourceIPs: reader.texts(record, 'sourceIPs', '', PART.sourceIPs),
    userAgent: reader.text(record, 'userAgent', PART.userAgent),
    objectRef: reader.objectRef(record),
    responseStatus: reader.status(record),
    requestReceivedTimestamp: reader.time(record, 'requestReceivedTimestamp') ?? time,
    stageTimestamp: time,
    annotations: reader.textMap(record, 'annotations', PART.annotations),
  }
  return { members, wrong: [...new Set(reader.wrong)], unknown: reader.unknown }
}

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']
const STAGES: readonly Stage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

const NOBODY: User = { username: undefined, uid: undefined, groups: undefined, extra: undefined }

const isLevel = (value: unknown): boolean =>
  value === 'Metadata' || value === 'RequestResponse' || value === 'Request' || value === undefined

const isStage = (value: unknown): boolean =>
  value === 'ResponseComplete' ||
  value === 'RequestReceived' ||
  value === 'ResponseStarted' ||
  value === 'Panic'

const isText = (value: unknown): boolean => typeof value === 'string' || value === undefined

/** RFC 3339 at a glance: a date, `T`, and room for a time and a zone. */
const isTime = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length >= 20 &&
  value.length <= 40 &&
  value.charCodeAt(4) === 0x2d &&
  value.charCodeAt(7) === 0x2d &&
  value.charCodeAt(10) === 0x54 &&
  value.charCodeAt(13) === 0x3a

const isTexts = (value: unknown): boolean => {
  if (value === undefined) return true
  if (!Array.isArray(value)) return false
  for (let index = 0; index < value.length; index += 1) {
    if (typeof value[index] !== 'string') return false
  }
  return true
}

const isTextMap = (value: Foreign): boolean => {
  if (!isObject(value)) return false
  for (const key in value) if (typeof value[key] !== 'string') return false
  return true
}

const isUser = (value: Foreign): boolean =>
  isObject(value) &&
  isText(value.username) &&
  isText(value.uid) &&
  isTexts(value.groups) &&
  (value.extra === undefined || isExtra(value.extra))

const isExtra = (value: Foreign): boolean => {
  if (!isObject(value)) return false
  for (const key in value) if (value[key] === undefined || !isTexts(value[key])) return false
  return true
}

const isObjectRef = (value: Foreign): boolean =>
  isObject(value) &&
  isText(value.resource) &&
  isText(value.namespace) &&
  isText(value.name) &&
  isText(value.uid) &&
  isText(value.apiGroup) &&
  isText(value.apiVersion) &&
  isText(value.resourceVersion) &&
  isText(value.subresource)

const isStatus = (value: Foreign): boolean =>
  isObject(value) &&
  (value.code === undefined || typeof value.code === 'number') &&
  isText(value.status) &&
  isText(value.reason) &&
  isText(value.message)

/** Reads members one by one, and notes those of a wrong type. */
class Reader {
  readonly wrong: string[] = []
  unknown = 0

  text(from: Foreign, name: string, part: number, path: string = name): string | undefined {
    const value = from[name]
    return typeof value === 'string' ? value : this.absent(value, path, part)
  }

  time(from: Foreign, name: string): string | undefined {
    const value = from[name]
    return isTime(value) ? value : this.absent(value, name, 0)
  }

  oneOf<T extends string>(
    from: Foreign,
    name: string,
    among: readonly T[],
    part: number,
  ): T | undefined {
    const found = among.find((one) => one === from[name])
    return found ?? this.absent(from[name], name, part)
  }

  texts(from: Foreign, name: string, above: string, part: number): readonly string[] | undefined {
    const value = from[name]
    if (Array.isArray(value) && isTexts(value)) return value
    return this.absent(value, above + name, part)
  }

  textMap(from: Foreign, name: string, part: number): Record<string, string> | undefined {
    const value = from[name]
    if (!isObject(value)) return this.absent(value, name, part)
    if (isTextMap(value)) return value
    const kept = Object.entries(value).filter(([, text]) => typeof text === 'string')
    this.absent(value, name, 0)
    return Object.fromEntries(kept)
  }

  user(from: Foreign, name: string, part: number, required: boolean): User | undefined {
    const value = from[name]
    if (!isObject(value)) {
      if (required) this.unknown |= part
      return this.absent(value, name, part)
    }
    return {
      username: this.text(value, 'username', 0, `${name}.username`),
      uid: this.text(value, 'uid', PART.credential, `${name}.uid`),
      groups: this.texts(value, 'groups', `${name}.`, PART.groups),
      extra: this.extra(value, `${name}.extra`),
    }
  }

  extra(user: Foreign, path: string): User['extra'] {
    const value = user.extra
    return isObject(value) && isExtra(value) ? value : this.absent(value, path, PART.credential)
  }

  objectRef(from: Foreign): ObjectRef | undefined {
    const value = from.objectRef
    if (!isObject(value)) return this.absent(value, 'objectRef', PART.name)
    const read = (name: keyof ObjectRef): string | undefined =>
      this.text(value, name, name === 'name' ? PART.name : 0, `objectRef.${name}`)
    return {
      resource: read('resource'),
      namespace: read('namespace'),
      name: read('name'),
      uid: read('uid'),
      apiGroup: read('apiGroup'),
      apiVersion: read('apiVersion'),
      resourceVersion: read('resourceVersion'),
      subresource: read('subresource'),
    }
  }

  status(from: Foreign): ResponseStatus | undefined {
    const value = from.responseStatus
    const part = PART.responseStatus
    if (!isObject(value)) return this.absent(value, 'responseStatus', part)
    const code = value.code
    return {
      code: typeof code === 'number' ? code : this.absent(code, 'responseStatus.code', part),
      status: this.text(value, 'status', part, 'responseStatus.status'),
      reason: this.text(value, 'reason', part, 'responseStatus.reason'),
      message: this.text(value, 'message', part, 'responseStatus.message'),
    }
  }

  constraint(from: Foreign): string | undefined {
    const value = from.authenticationMetadata
    if (!isObject(value)) return this.absent(value, 'authenticationMetadata', 0)
    const path = 'authenticationMetadata.impersonationConstraint'
    return this.text(value, 'impersonationConstraint', PART.impersonation, path)
  }

  /** Null and undefined are absent; anything else is of a wrong type, and so unknown. */
  absent(value: unknown, path: string, part: number): undefined {
    if (value === undefined || value === null) return undefined
    this.wrong.push(path)
    this.unknown |= part
    return undefined
  }
}
