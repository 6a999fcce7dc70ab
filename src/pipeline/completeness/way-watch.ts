import type { LogSource } from '../../model/delivery.ts'
import type { OneWayNote } from '../../model/source-health.ts'
import { Episode } from './episode.ts'
import type { Ways } from './metrics-watch.ts'
import type { WaySeconds } from './way-seconds.ts'

/**
 * Compares the two ways by which one API server's log comes, minute by minute: every event goes to
 * its file and to its webhook with the same time. What only one of them brought is lost on the
 * other.
 */
export class WayWatch {
  readonly #server: Pick<LogSource, 'cluster' | 'server'>
  readonly #lacking = new Map<LogSource['way'], Episode>()
  #nextSecond: number | undefined
  #matched: number | undefined

  constructor(server: Pick<LogSource, 'cluster' | 'server'>) {
    this.#server = server
  }

  /** Events that came by both ways, of the time that was compared; undefined: none was. */
  get matched(): number | undefined {
    return this.#matched
  }

  /** `starts`: moments at which the server began, µs by its own clock. */
  tick(nowUs: number, ways: Ways, starts: readonly number[]): readonly OneWayNote[] {
    const [file, webhook] = [ways.get('file'), ways.get('webhook')]
    if (file?.first === undefined || webhook?.first === undefined) return []
    const begin = Math.max(file.first, webhook.first) + SETTLES
    this.#nextSecond = Math.max(this.#nextSecond ?? begin, file.since, webhook.since)
    // A way that has stopped is told as silent, and not as lacking all that follows.
    const judged = Math.min(file.last, webhook.last, Math.floor(nowUs / 1e6)) - LATE_SECONDS
    const touched = new Set<LogSource['way']>()
    for (; this.#nextSecond < judged; this.#nextSecond++) {
      for (const way of this.#compare(this.#nextSecond, file, webhook)) touched.add(way)
    }
    return [...touched].flatMap((way) => this.#tell(way, starts))
  }

  #compare(second: number, file: WaySeconds, webhook: WaySeconds): readonly LogSource['way'][] {
    const [a, b] = [file.at(second), webhook.at(second)]
    this.#matched = (this.#matched ?? 0) + Math.min(a.events, b.events)
    if (a.events === b.events && a.sum === b.sum) return []
    const touched: LogSource['way'][] = []
    // As many, and others: each lacks something.
    const same = a.events === b.events ? 1 : 0
    const inFileOnly = Math.max(a.events - b.events, same)
    const inWebhookOnly = Math.max(b.events - a.events, same)
    if (inFileOnly > 0) touched.push(this.#grow('webhook', second, inFileOnly))
    if (inWebhookOnly > 0) touched.push(this.#grow('file', second, inWebhookOnly))
    return touched
  }

  #grow(way: LogSource['way'], second: number, count: number): LogSource['way'] {
    const atUs = second * 1e6
    let episode = this.#lacking.get(way)
    if (episode === undefined || atUs - episode.toUs > EPISODE_US) {
      episode = new Episode(atUs)
      this.#lacking.set(way, episode)
    }
    episode.grow(atUs + 1e6, count)
    return way
  }

  #tell(way: LogSource['way'], starts: readonly number[]): readonly OneWayNote[] {
    const episode = this.#lacking.get(way)
    if (episode === undefined || !episode.isWorthTelling()) return []
    const { fromUs, toUs, amount } = episode
    const atStop = starts.some((startUs) => startUs > fromUs - EDGE_US && startUs - toUs < STOP_US)
    const head = { ...this.#server, way, fromUs, toUs, key: '', events: [] }
    return [{ ...head, kind: 'one-way', count: amount, atStop }]
  }
}

/** A batch may be repeated for 248 s; a file may be read late. */
const LATE_SECONDS = 600
/** What a way brought in its first seconds it may have brought in part. */
const SETTLES = 60
const EPISODE_US = 600_000_000
const EDGE_US = 5_000_000
const STOP_US = 120_000_000
