import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** From a millisecond to half a minute: what a delivery, an insert or a finding takes. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const SOURCE: readonly string[] = ['cluster', 'server', 'way']

/** What a running instance counts, in the form that Prometheus scrapes. */
export class Meters {
  readonly registry: Registry = new Registry()
  readonly events: Counter = this.#counter('events_total', 'Events decoded.', SOURCE)
  readonly deliveries: Counter = this.#counter(
    'deliveries_total',
    'Bodies and pieces of files kept.',
    SOURCE,
  )
  readonly bytes: Counter = this.#counter('ingested_bytes_total', 'Bytes kept.', SOURCE)
  readonly duplicates: Counter = this.#counter(
    'duplicate_bodies_total',
    'Bodies that came again, byte for byte, and were not kept again.',
    SOURCE,
  )
  readonly gaps: Counter = this.#counter('gaps_total', 'Records of what was not ingested.', [
    ...SOURCE,
    'kind',
  ])
  readonly issues: Counter = this.#counter('issues_total', 'Faults in the input.', ['code'])
  readonly findings: Counter = this.#counter('findings_total', 'Findings told.', ['level'])
  readonly batches: Counter = this.#counter('batches_total', 'Batches committed to the store.')
  readonly storeRetries: Counter = this.#counter(
    'store_retries_total',
    'What was asked of the store again after a fault.',
  )
  readonly engineRestarts: Counter = this.#counter(
    'engine_restarts_total',
    'Restarts of the embedded store.',
  )
  readonly logBytes: Gauge = this.#gauge('log_bytes', 'Bytes of the write-ahead log on disk.')
  readonly disk: Gauge = this.#gauge('disk_used_ratio', 'How full the disk of the data is.')
  readonly backlog: Gauge = this.#gauge('log_backlog_records', 'Records that wait for the store.')
  readonly lagBytes: Gauge = this.#gauge('source_lag_bytes', 'Bytes not read of a file.', SOURCE)
  readonly budget: Gauge = this.#gauge(
    'source_budget_seconds',
    'Time until rotation deletes what is not read.',
    SOURCE,
  )
  readonly lastEvent: Gauge = this.#gauge(
    'source_last_event_timestamp_seconds',
    'The latest event, by its own time.',
    SOURCE,
  )
  readonly requests: Counter = this.#counter(
    'webhook_requests_total',
    'Requests to the webhook receiver by what became of them.',
    ['result'],
  )
  readonly ackSeconds: Histogram = this.#histogram(
    'webhook_ack_seconds',
    'From the last byte of a body to its acknowledgement.',
  )
  readonly findingSeconds: Histogram = this.#histogram(
    'finding_seconds',
    'From the arrival of a delivery to a finding about it.',
  )
  readonly insertSeconds: Histogram = this.#histogram(
    'store_insert_seconds',
    'To insert a batch and all that belongs to it.',
  )

  constructor(version: string) {
    const info = this.#gauge('build_info', 'Always 1; the version is a label.', ['version'])
    info.set({ version }, 1)
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ ...this.#head(name, help), labelNames: [...labelNames] })
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ ...this.#head(name, help), labelNames: [...labelNames] })
  }

  #histogram(name: string, help: string): Histogram {
    return new Histogram({ ...this.#head(name, help), buckets: SECONDS })
  }

  #head(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `deckwatch_${name}`, help, registers: [this.registry] }
  }
}
