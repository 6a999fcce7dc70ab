import { type AuditEvent, STAGE_RANK } from '../model/event.ts'
import { actKey } from './act.ts'

/** The earlier stages of an act, as far as one block shows them. */
export interface EarlierStages {
  /** In order of arrival; the last stage among them is `latest`. */
  readonly events: readonly AuditEvent[]
  readonly latest: AuditEvent
}

/** How many events at the start of a block tell what time it begins at. */
const EVENTS_TO_START = 64

/**
 * Joins the stages of requests within a block, so that most requests, whose last stage settles
 * them, cost nothing further: an earlier stage waits unjudged, and is judged only if nothing came
 * after it.
 */
export class BlockActs {
  /** By auditID, as long as it belongs to one request. */
  readonly #waiting = new Map<string, EarlierStages>()
  /** Requests under the auditID of another one, by all that identifies them. */
  readonly #sharing = new Map<string, EarlierStages>()
  #seen = 0
  #startsBefore = ''

  /** Keeps a stage that a later one may settle. */
  wait(event: AuditEvent): void {
    this.#see(event)
    const id = event.auditID ?? ''
    const first = this.#waiting.get(id)
    if (first === undefined) this.#waiting.set(id, { events: [event], latest: event })
    else if (isSameRequest(first.latest, event)) this.#waiting.set(id, joined(first, event))
    else {
      const key = actKey(event)
      const earlier = this.#sharing.get(key)
      const act =
        earlier === undefined ? { events: [event], latest: event } : joined(earlier, event)
      this.#sharing.set(key, act)
    }
  }

  /** The earlier stages of the act that this final stage ends; they wait no longer. */
  settle(event: AuditEvent): EarlierStages | undefined {
    this.#see(event)
    if (this.#waiting.size === 0 && this.#sharing.size === 0) return undefined
    const id = event.auditID ?? ''
    const first = this.#waiting.get(id)
    if (first !== undefined && isSameRequest(first.latest, event)) {
      this.#waiting.delete(id)
      return first
    }
    if (this.#sharing.size === 0) return undefined
    const key = actKey(event)
    const earlier = this.#sharing.get(key)
    this.#sharing.delete(key)
    return earlier
  }

  /** Those that nothing in this block settled. */
  unsettled(): Iterable<EarlierStages> {
    return [...this.#waiting.values(), ...this.#sharing.values()]
  }

  /**
   * Whether an earlier block may hold the start of this request: it was received before the first
   * events of this block were all written. A wrong "no" could only leave the start "cannot tell".
   */
  mayHaveStartedBefore(event: AuditEvent): boolean {
    return event.requestReceivedTimestamp <= this.#startsBefore
  }

  #see(event: AuditEvent): void {
    this.#seen += 1
    if (this.#seen <= EVENTS_TO_START && event.stageTimestamp > this.#startsBefore) {
      this.#startsBefore = event.stageTimestamp
    }
  }
}

const joined = (earlier: EarlierStages, event: AuditEvent): EarlierStages => ({
  events: [...earlier.events, event],
  latest: isLater(event, earlier.latest) ? event : earlier.latest,
})

/** The members that `actKey` digests, compared one by one. */
const isSameRequest = (a: AuditEvent, b: AuditEvent): boolean =>
  a.requestReceivedTimestamp === b.requestReceivedTimestamp &&
  a.verb === b.verb &&
  a.user.username === b.user.username &&
  a.requestURI === b.requestURI &&
  a.sourceIPs?.at(-1) === b.sourceIPs?.at(-1) &&
  a.origin.source.cluster === b.origin.source.cluster

const isLater = (a: AuditEvent, b: AuditEvent): boolean => STAGE_RANK[a.stage] > STAGE_RANK[b.stage]
