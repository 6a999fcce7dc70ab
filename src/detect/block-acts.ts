import { type AuditEvent, STAGE_RANK } from '../model/event.ts'

/** The earlier stages of an act, as far as one block shows them. */
export interface EarlierStages {
  /** In order of arrival; the last stage among them is `latest`. */
  readonly events: readonly AuditEvent[]
  readonly latest: AuditEvent
}

/** How many events at the start of a block tell what time it begins at. */
const EVENTS_TO_START = 256

/**
 * Joins the stages of requests within a block, so that most requests, whose last stage settles
 * them, cost nothing further: an earlier stage waits unjudged, and is judged only if nothing came
 * after it.
 */
export class BlockActs {
  readonly #waiting = new Map<string, EarlierStages>()
  #seen = 0
  #startsBefore = ''

  /** Keeps a stage that a later one may settle. */
  wait(event: AuditEvent): void {
    this.#see(event)
    const key = joinKey(event)
    const earlier = this.#waiting.get(key)
    if (earlier === undefined) this.#waiting.set(key, { events: [event], latest: event })
    else if (isSameRequest(earlier.latest, event)) {
      const latest = isLater(event, earlier.latest) ? event : earlier.latest
      this.#waiting.set(key, { events: [...earlier.events, event], latest })
    } else this.#waiting.set(`${key}\n${this.#seen}`, { events: [event], latest: event })
  }

  /** The earlier stages of the act that this final stage ends; they wait no longer. */
  settle(event: AuditEvent): EarlierStages | undefined {
    this.#see(event)
    if (this.#waiting.size === 0) return undefined
    const key = joinKey(event)
    const earlier = this.#waiting.get(key)
    if (earlier === undefined || !isSameRequest(earlier.latest, event)) return undefined
    this.#waiting.delete(key)
    return earlier
  }

  /** Those that nothing in this block settled. */
  unsettled(): Iterable<EarlierStages> {
    return this.#waiting.values()
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

/** The server's own microsecond beside the id, which a client may choose. */
const joinKey = (event: AuditEvent): string =>
  `${event.requestReceivedTimestamp}\n${event.auditID ?? ''}`

/** The members that `actKey` digests, compared one by one. */
const isSameRequest = (a: AuditEvent, b: AuditEvent): boolean =>
  a.verb === b.verb &&
  a.user.username === b.user.username &&
  a.requestURI === b.requestURI &&
  a.sourceIPs?.at(-1) === b.sourceIPs?.at(-1) &&
  a.origin.source.cluster === b.origin.source.cluster

const isLater = (a: AuditEvent, b: AuditEvent): boolean => STAGE_RANK[a.stage] > STAGE_RANK[b.stage]
