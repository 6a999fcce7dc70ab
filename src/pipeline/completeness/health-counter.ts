import { LIMIT } from '../../base/limit.ts'
import { HASH_SEED, quickHash } from '../../base/quick-hash.ts'
import { shown } from '../../detect/describe.ts'
import { microsecondsOf } from '../../detect/time.ts'
import { PART, reasonFor } from '../../model/blindness.ts'
import { type AuditEvent, STAGE_RANK } from '../../model/event.ts'
import type { Facts } from '../../model/facts.ts'
import type { EventRef } from '../../model/finding.ts'
import type { OpenRequest, SecondCount, SourceObservation } from '../../model/source-health.ts'
import { maskOf, refOf } from '../event-ref.ts'
import { LevelCounter } from './level-counter.ts'

/**
 * Counts what the events of one delivery say of their log. One for each delivery: `add` every
 * event as it is decoded, then ask `done` once.
 */
export class HealthCounter {
  readonly #fingerprint: string
  readonly #levels = new LevelCounter()
  readonly #stages = { received: 0, started: 0, complete: 0, panic: 0 }
  readonly #opened = new Map<number, Facts>()
  readonly #closed: number[] = []
  readonly #seconds = new Map<number, Counting>()
  readonly #examples: EventRef[] = []
  #second: Counting = { text: '-', isTime: false, events: 0, sum: 0 }
  #events = 0
  #bytes = 0
  #lastOffset = -1
  #first = ''
  #last = ''
  #heartbeats = 0
  #started = ''
  #truncated = 0
  #hugeMetadata = 0
  #hugeMetadataBytes = 0
  #missingBodies = 0
  #leftOut = 0

  /** The fingerprint is that of the delivery: it is part of the identity of its events. */
  constructor(fingerprint: string) {
    this.#fingerprint = fingerprint
  }

  add(facts: Facts): void {
    const { event } = facts
    this.#events += 1
    this.#addBytes(event)
    const key = keyOf(event)
    this.#addTime(event, key)
    switch (event.stage) {
      case 'RequestReceived':
        this.#stages.received += 1
        this.#open(key, facts)
        return
      case 'ResponseStarted':
        this.#stages.started += 1
        return
      case 'Panic':
        this.#stages.panic += 1
        break
      default:
        this.#stages.complete += 1
    }
    this.#close(key)
    this.#levels.add(event)
    this.#addEvidence(event)
    this.#addSigns(event)
  }

  done(): SourceObservation {
    const { kinds, leftOut } = this.#levels.done()
    return {
      events: this.#events,
      bytes: this.#bytes,
      firstUs: microsecondsOf(this.#first),
      lastUs: microsecondsOf(this.#last),
      stages: this.#stages,
      heartbeats: this.#heartbeats,
      startedUs: microsecondsOf(this.#started),
      truncated: this.#truncated,
      hugeMetadata: this.#hugeMetadata,
      hugeMetadataBytes: this.#hugeMetadataBytes,
      missingBodies: this.#missingBodies,
      examples: this.#examples,
      levels: kinds,
      opened: [...this.#opened].map(([key, facts]) => toOpen(key, facts, this.#fingerprint)),
      closed: Float64Array.from(this.#closed),
      seconds: [...this.#seconds].map(([second, { events, sum }]) => ({ second, events, sum })),
      leftOut: this.#leftOut + leftOut,
    }
  }

  /** The events of one record have its bytes together. */
  #addBytes({ origin }: AuditEvent): void {
    if (origin.offset === this.#lastOffset) return
    this.#lastOffset = origin.offset
    this.#bytes += origin.length
  }

  #addTime(event: AuditEvent, key: number): void {
    const text = event.stageTimestamp
    if (!text.startsWith(this.#second.text)) this.#second = this.#secondOf(text)
    if (this.#second.isTime) {
      if (this.#first === '' || text < this.#first) this.#first = text
      if (text > this.#last) this.#last = text
    }
    this.#second.events += 1
    this.#second.sum += ((key % HASHES) + STAGE_RANK[event.stage] * STAGE_STEP) % HASHES
  }

  #secondOf(text: string): Counting {
    const second = Math.floor(Date.parse(text) / 1000)
    const known = this.#seconds.get(second)
    if (known !== undefined) return known
    // Times that nobody can read, and more seconds than are kept, count in no second.
    const isTime = Number.isFinite(second)
    const whole = text.endsWith('Z') ? text.slice(0, WHOLE_SECONDS) : text
    const counting = { text: whole === '' ? '-' : whole, isTime, events: 0, sum: 0 }
    if (isTime && this.#seconds.size < LIMIT.observationSecondsMax)
      this.#seconds.set(second, counting)
    else this.#leftOut += 1
    return counting
  }

  #open(key: number, facts: Facts): void {
    if (this.#opened.size < LIMIT.observationRequestsMax) this.#opened.set(key, facts)
    else this.#leftOut += 1
  }

  #close(key: number): void {
    if (this.#opened.delete(key)) return
    if (this.#closed.length < LIMIT.observationRequestsMax) this.#closed.push(key)
    else this.#leftOut += 1
  }

  #addEvidence(event: AuditEvent): void {
    if (event.level === 'Metadata') {
      if (event.origin.length <= LIMIT.metadataEventBytesUsual) return
      this.#hugeMetadata += 1
      this.#hugeMetadataBytes += event.origin.length
      this.#show(event)
      return
    }
    if (event.annotations?.['audit.k8s.io/truncated'] === 'true') {
      this.#truncated += 1
      this.#show(event)
    } else if (lacksBody(event)) {
      this.#missingBodies += 1
      this.#show(event)
    }
  }

  #show(event: AuditEvent): void {
    if (this.#examples.length < LIMIT.noteEventsMax) {
      this.#examples.push(refOf(event, this.#fingerprint))
    }
  }

  #addSigns({ verb, objectRef, user, stageTimestamp }: AuditEvent): void {
    const resource = objectRef?.resource
    if (resource === 'leases') {
      if ((verb === 'update' || verb === 'patch') && isSteady(user.username)) this.#heartbeats += 1
      return
    }
    // Upstream: kubernetes pkg/registry/rbac/rest/storage_rbac.go, the hook that runs at start.
    if (resource !== 'clusterroles' || objectRef?.name !== 'admin') return
    if (verb === 'get' && user.username === 'system:apiserver') this.#started = stageTimestamp
  }
}

/**
 * The digest that all stages of one request share: of the microsecond at which the server received
 * it, which no client can choose, and of its auditID.
 */
export const keyOf = ({ auditID = '', requestReceivedTimestamp: time }: AuditEvent): number => {
  const end = Math.min(auditID.length, AUDIT_ID_CHARACTERS)
  const id = quickHash(auditID, 0, end, HASH_SEED ^ auditID.length)
  // The day is left out; the microseconds are at the end, where a hash mixes them least.
  const at = quickHash(time, WITHOUT_DAY, time.length, id)
  return id * TIME_HASHES + ((at ^ (at >>> TIME_BITS)) & (TIME_HASHES - 1))
}

interface Counting extends Omit<SecondCount, 'second'> {
  /** What the times of its events begin with. */
  readonly text: string
  readonly isTime: boolean
  events: number
  sum: number
}

/** Digests of seconds are sums of numbers below this, so that they stay exact. */
const HASHES = 0x100000000
const STAGE_STEP = 0x9e3779b1
const WHOLE_SECONDS = '2026-11-20T10:00:00'.length
const WITHOUT_DAY = '2026-11-20T'.length
const AUDIT_ID_CHARACTERS = 128
const TIME_BITS = 21
const TIME_HASHES = 2 ** TIME_BITS

const NODE = 'system:node:'
const CONTROL_PLANE = [
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:apiserver',
]

/** Who renews leases every few seconds for as long as it lives. */
const isSteady = (user: string | undefined): boolean =>
  user !== undefined && (user.startsWith(NODE) || CONTROL_PLANE.includes(user))

const BODIES = PART.requestObject | PART.responseObject

const lacksBody = (event: AuditEvent): boolean => {
  const { unknown, provider } = event
  if (provider !== 'native' || (unknown & BODIES) === 0) return false
  return [PART.requestObject, PART.responseObject].some(
    (part) => (unknown & part) !== 0 && reasonFor(event, part) === 'missing',
  )
}

const toOpen = (key: number, facts: Facts, fingerprint: string): OpenRequest => {
  const { event, request } = facts
  const mask = maskOf(event)
  return {
    key,
    receivedUs: microsecondsOf(event.requestReceivedTimestamp) ?? 0,
    longRunning: request.longRunning,
    write: request.write,
    verb: shown(mask, 'verb', event.verb),
    target: shown(mask, 'requestURI', request.resource ?? request.path ?? ''),
    user: shown(mask, 'user.username', event.user.username ?? ''),
    event: refOf(event, fingerprint),
  }
}
