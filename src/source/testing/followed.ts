import type { Clock } from '../../base/clock.ts'
import type {
  Delivery,
  FilePosition,
  LinesDelivery,
  LogSource,
  SourceGap,
} from '../../model/delivery.ts'
import { FollowedLog } from '../follow/followed-log.ts'
import { HandingOn } from '../follow/handing-on.ts'

/** Whose log tests follow. */
export const SOURCE: LogSource = { cluster: 'shop', server: 'cp-1', way: 'file' }

/** Lines as they were kept. */
export interface KeptLines {
  readonly delivery: LinesDelivery
  readonly bytes: Buffer
}

/** What is kept, in order. */
export class Kept {
  readonly lines: KeptLines[] = []
  readonly gaps: SourceGap[] = []
  /** Lines and gaps, in the order in which they came: bytes as text, gaps as their kind. */
  readonly order: string[] = []

  /** Called after each delivery. */
  onKept: () => void = () => {}
  /** So many deliveries are kept, and the next one is met by a crash. */
  failsAt: number | undefined

  readonly keep = async (delivery: Delivery, bytes: Uint8Array): Promise<void> => {
    if (this.order.length === this.failsAt) {
      this.failsAt = undefined
      throw new Error('crash')
    }
    this.#keep(delivery, bytes)
    this.onKept()
  }

  #keep(delivery: Delivery, bytes: Uint8Array): void {
    if (delivery.kind === 'gap') {
      this.gaps.push(delivery.gap)
      this.order.push(`gap ${delivery.gap.kind}`)
    }
    if (delivery.kind !== 'lines') return
    this.lines.push({ delivery, bytes: Buffer.from(bytes) })
    this.order.push(Buffer.from(bytes).toString())
  }

  /** All bytes in the order in which they were kept. */
  bytes(): Buffer {
    return Buffer.concat(this.lines.map(({ bytes }) => bytes))
  }

  text(): string {
    return this.bytes().toString()
  }

  /** Where a follower would go on. */
  positions(): readonly FilePosition[] {
    const reached = new Map<string, FilePosition>()
    for (const { delivery } of this.lines) {
      const { source, path, fingerprint, offset, length, lastTime } = delivery
      const time = lastTime === undefined ? {} : { lastTime }
      reached.delete(fingerprint)
      reached.set(fingerprint, { source, path, fingerprint, offset: offset + length, ...time })
    }
    return [...reached.values()]
  }
}

/** What a test may choose. */
export interface FollowChoice {
  readonly path: string
  readonly clock: Clock
  readonly kept: Kept
  readonly from?: 'start' | 'end'
  readonly positions?: readonly FilePosition[]
  readonly chunkBytes?: number
}

/** Follows a log that a test polls. */
export const followed = (choice: FollowChoice): FollowedLog => {
  const { path, clock, kept, from = 'start', positions = [], chunkBytes = 65_536 } = choice
  const { signal } = new AbortController()
  const handingOn = new HandingOn({ source: SOURCE, keep: kept.keep, clock, signal })
  return new FollowedLog({
    path,
    source: SOURCE,
    from,
    positions,
    chunkBytes,
    handingOn,
    clock,
  })
}

/** A line of an audit log, with a number to know it by. */
export const eventLine = (number: number, atMs: number, more = ''): string =>
  `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"${number}",` +
  `"stage":"ResponseComplete",${more}"stageTimestamp":"${new Date(atMs).toISOString()}"}\n`

/** A line that only has a name, as long as an event. */
export const row = (name: string): string => `{"row":"${name}","space":"${' '.repeat(120)}"}\n`
