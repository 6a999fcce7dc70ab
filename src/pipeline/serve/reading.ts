import { type Delivery, type LogSource, logSourceName } from '../../model/delivery.ts'

/** What the deliveries of a batch were, for one log source. */
export interface SourceReading {
  readonly source: LogSource
  deliveries: number
  bytes: number
  arrivedFromUs: number
  arrivedToUs: number
  /** SHA-256 of each body, 64 hex digits. */
  readonly bodies: string[]
  /** The last place read of each file, by fingerprint. */
  readonly files: Map<string, ReadRange>
}

/** What was read of a file. */
export interface ReadRange {
  readonly path: string
  readonly from: number
  readonly to: number
  /** Of the last event read, RFC 3339, if it is known. */
  readonly lastTime: string | undefined
}

/** By the name of the log source. */
export type BatchReading = ReadonlyMap<string, SourceReading>

/** Notes what the deliveries of the open batch are. */
export class ReadingOf {
  #bySource = new Map<string, SourceReading>()

  add(delivery: Delivery): void {
    const reading = this.#of(delivery)
    reading.deliveries += 1
    reading.arrivedFromUs = Math.min(reading.arrivedFromUs, delivery.arrivedUs)
    reading.arrivedToUs = Math.max(reading.arrivedToUs, delivery.arrivedUs)
    if (delivery.kind === 'gap') return
    reading.bytes += delivery.length
    if (delivery.kind === 'body') {
      reading.bodies.push(delivery.sha256)
      return
    }
    const { path, fingerprint, offset, length } = delivery
    const before = reading.files.get(fingerprint)
    const from = before?.from ?? offset
    const lastTime = delivery.lastTime ?? before?.lastTime
    // The file that was read last stands last.
    reading.files.delete(fingerprint)
    reading.files.set(fingerprint, { path, from, to: offset + length, lastTime })
  }

  /** What was noted; the next batch begins with nothing. */
  take(): BatchReading {
    const reading = this.#bySource
    this.#bySource = new Map()
    return reading
  }

  #of({ source, arrivedUs }: Delivery): SourceReading {
    const name = logSourceName(source)
    const known = this.#bySource.get(name)
    if (known !== undefined) return known
    const reading: SourceReading = {
      source,
      deliveries: 0,
      bytes: 0,
      arrivedFromUs: arrivedUs,
      arrivedToUs: arrivedUs,
      bodies: [],
      files: new Map(),
    }
    this.#bySource.set(name, reading)
    return reading
  }
}
