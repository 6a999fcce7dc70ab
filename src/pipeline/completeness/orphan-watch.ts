import { LIMIT } from '../../base/limit.ts'
import type { LogSource } from '../../model/delivery.ts'
import type { OpenRequest, OrphanNote, SourceObservation } from '../../model/source-health.ts'
import { Episode } from './episode.ts'

/**
 * Waits for the end of every request of one API server that the log saw begin. A request that has
 * no end after 90 s, and is no watch and no session, lost it: its last event could not be written,
 * was dropped, or the server died.
 */
export class OrphanWatch {
  readonly #server: Pick<LogSource, 'cluster' | 'server'>
  /** In order of arrival. */
  readonly #open = new Map<number, Waiting>()
  /** Ends that came before their beginning, of late and of a while ago. */
  #closed = new Set<number>()
  #closedBefore = new Set<number>()
  #closedSinceUs = 0
  readonly #told = new Map<string, Told>()
  /** Moments at which the server began, by its own clock. */
  readonly #starts: number[] = []
  #begins = false
  #lastArrivedUs = 0
  #graceUntilUs = 0
  #givenUp = 0
  #count = 0

  constructor(server: Pick<LogSource, 'cluster' | 'server'>) {
    this.#server = server
  }

  /** Requests that had to be forgotten before they could end. */
  get givenUp(): number {
    return this.#givenUp
  }

  /** All that were ever found. */
  get count(): number {
    return this.#count
  }

  /** `silentUs`: for how long nothing had come, where that was longer than is usual. */
  add(arrivedUs: number, seen: SourceObservation, silentUs: number): void {
    // After a silence the sender may still be repeating what it could not deliver.
    if (silentUs > 0) this.#graceUntilUs = arrivedUs + RETRY_US
    this.#lastArrivedUs = Math.max(this.#lastArrivedUs, arrivedUs)
    this.#begins ||= seen.stages.received > 0
    if (seen.startedUs !== undefined) {
      this.#starts.push(seen.startedUs)
      if (this.#starts.length > STARTS_KEPT) this.#starts.shift()
    }
    if (!this.#begins) return
    this.#turn(arrivedUs)
    for (const key of seen.closed) this.#end(key)
    for (const request of seen.opened) this.#begin(request, arrivedUs)
  }

  tick(nowUs: number): readonly OrphanNote[] {
    if (nowUs < this.#graceUntilUs) return []
    const touched = new Set<Told>()
    for (const [key, waiting] of this.#open) {
      if (nowUs - waiting.arrivedUs < ORPHAN_US) break
      // Where nothing came after it, the end may be still on its way: silence is told by itself.
      const isJudged = this.#lastArrivedUs - waiting.arrivedUs >= FOLLOWED_US
      if (!isJudged && nowUs - waiting.arrivedUs < GIVE_UP_US) break
      this.#open.delete(key)
      touched.add(this.#orphan(waiting.request, nowUs))
    }
    this.#forget(nowUs)
    return [...touched].filter(({ episode }) => episode.isWorthTelling()).map(this.#toNote)
  }

  #begin(request: OpenRequest, arrivedUs: number): void {
    const { key, longRunning } = request
    if (longRunning || this.#closed.has(key) || this.#closedBefore.has(key)) return
    if (this.#open.has(key)) return
    this.#open.set(key, { request, arrivedUs })
    if (this.#open.size <= LIMIT.openRequestsMax) return
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest)
      this.#givenUp += 1
      break
    }
  }

  #end(key: number): void {
    if (this.#open.delete(key)) return
    if (this.#closed.size < LIMIT.openRequestsMax) this.#closed.add(key)
  }

  #turn(nowUs: number): void {
    if (nowUs - this.#closedSinceUs < RETRY_US) return
    this.#closedSinceUs = nowUs
    this.#closedBefore = this.#closed
    this.#closed = new Set()
  }

  /** Adds it to others of its kind: one finding for each kind and not for each request. */
  #orphan(request: OpenRequest, nowUs: number): Told {
    const { verb, target, user, receivedUs, event } = request
    const atStop = this.#starts.some(
      (startUs) => receivedUs < startUs && startUs - receivedUs < STOP_US,
    )
    const told = this.#episodeOf(JSON.stringify([verb, target, user, atStop]), request, atStop)
    told.episode.grow(receivedUs, 1)
    told.touchedUs = nowUs
    this.#count += 1
    if (request.write) told.writes += 1
    if (told.events.length < LIMIT.noteEventsMax) told.events.push(event)
    return told
  }

  /** What goes on with it, or begins. Where there are too many kinds, they are told as one. */
  #episodeOf(name: string, request: OpenRequest, atStop: boolean): Told {
    const known = this.#told.get(name)
    if (known !== undefined && request.receivedUs - known.episode.toUs <= EPISODE_US) return known
    const hasRoom = known !== undefined || this.#told.size < LIMIT.noteEpisodesMax
    if (!hasRoom && name !== OTHERS)
      return this.#episodeOf(OTHERS, { ...request, ...SEVERAL }, false)
    const episode = new Episode(request.receivedUs)
    const told = { key: name, request, episode, events: [], writes: 0, touchedUs: 0, atStop }
    this.#told.set(name, told)
    return told
  }

  #forget(nowUs: number): void {
    for (const [name, { touchedUs }] of this.#told) {
      if (nowUs - touchedUs > FORGET_US) this.#told.delete(name)
    }
  }

  #toNote = ({ request, episode, events, key, writes, atStop }: Told): OrphanNote => ({
    ...this.#server,
    kind: 'orphans',
    way: undefined,
    fromUs: episode.fromUs,
    toUs: episode.toUs,
    key,
    events: [...events],
    count: episode.amount,
    writes,
    atStop,
    verb: request.verb,
    target: request.target,
    user: request.user,
  })
}

interface Waiting {
  readonly request: OpenRequest
  readonly arrivedUs: number
}

interface Told {
  readonly key: string
  readonly request: Pick<OpenRequest, 'verb' | 'target' | 'user'>
  readonly episode: Episode
  readonly events: OpenRequest['event'][]
  readonly atStop: boolean
  writes: number
  /** When the last of them was found, by our clock. */
  touchedUs: number
}

const OTHERS = '(others)'

const SEVERAL = { verb: '', target: '', user: '' }

const SECOND_US = 1_000_000
const ORPHAN_US = 90 * SECOND_US
const FOLLOWED_US = 30 * SECOND_US
const GIVE_UP_US = 600 * SECOND_US
/** A batch that is refused is repeated for up to 248 s. */
const RETRY_US = 250 * SECOND_US
/** A request that was open when the server stopped, and how long it is away. */
const STOP_US = 120 * SECOND_US
const EPISODE_US = 600 * SECOND_US
const FORGET_US = 3_600 * SECOND_US
const STARTS_KEPT = 20
