import { LIMIT } from '../../base/limit.ts'
import type { AuditMetrics } from '../../model/source-health.ts'

/** The counters of a scrape, without whose they are and when they were read. */
export type AuditCounters = Omit<AuditMetrics, 'cluster' | 'server' | 'atUs'>

/**
 * Reads what an API server says at `/metrics`, piece by piece, and keeps nothing but the audit
 * counters. Upstream: kubernetes/apiserver pkg/audit/metrics.go, in Prometheus' text format.
 */
export class AuditMetricsReader {
  #rest: Buffer = Buffer.alloc(0)
  /** Within a line that is too long to be read. */
  #isSkipping = false
  #eventTotal: number | undefined
  #rejectedTotal = 0
  #startedUs: number | undefined
  readonly #errorTotal = new Map<string, number>()
  readonly #levelTotal = new Map<string, number>()

  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
    let from = 0
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from)
      if (end < 0) break
      if (!this.#isSkipping) this.#line(bytes, from, end)
      this.#isSkipping = false
      from = end + 1
    }
    const isLong = bytes.length - from > LIMIT.metricsLineBytesMax
    this.#isSkipping ||= isLong
    this.#rest = this.#isSkipping ? Buffer.alloc(0) : bytes.subarray(from)
  }

  /** The counters; undefined when there is none of audit events: no API server says so little. */
  done(): AuditCounters | undefined {
    if (!this.#isSkipping) this.#line(this.#rest, 0, this.#rest.length)
    this.#rest = Buffer.alloc(0)
    if (this.#eventTotal === undefined) return undefined
    return {
      eventTotal: this.#eventTotal,
      errorTotal: Object.fromEntries(this.#errorTotal),
      levelTotal: Object.fromEntries(this.#levelTotal),
      rejectedTotal: this.#rejectedTotal,
      startedUs: this.#startedUs,
    }
  }

  #line(bytes: Buffer, from: number, end: number): void {
    if (end - from > LIMIT.metricsLineBytesMax) return
    const first = bytes[from]
    if (first !== AUDIT[0] && first !== STARTED[0]) return
    const line = bytes.subarray(from, end)
    const isOurs = line.subarray(0, AUDIT.length).equals(AUDIT)
    if (!isOurs && !line.subarray(0, STARTED.length).equals(STARTED)) return
    const sample = parseSample(line.toString('utf8'))
    if (sample !== undefined) this.#take(sample)
  }

  #take({ name, labels, value }: Sample): void {
    switch (name) {
      case 'apiserver_audit_event_total':
        this.#eventTotal = (this.#eventTotal ?? 0) + value
        return
      case 'apiserver_audit_error_total':
        add(this.#errorTotal, labels.get('plugin') ?? '', value)
        return
      case 'apiserver_audit_level_total':
        add(this.#levelTotal, labels.get('level') ?? '', value)
        return
      case 'apiserver_audit_requests_rejected_total':
        this.#rejectedTotal += value
        return
      case 'process_start_time_seconds':
        this.#startedUs = Math.round(value * 1e6)
        return
      default:
    }
  }
}

interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** `name{label="value",…} number`, with perhaps a time behind it. */
const parseSample = (line: string): Sample | undefined => {
  const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+([^ \t]+)/.exec(line)
  const value = Number(found?.[3])
  if (found === null || !Number.isFinite(value) || value < 0) return undefined
  const labels = new Map<string, string>()
  for (const [, name = '', text = ''] of (found[2] ?? '').matchAll(LABEL)) {
    labels.set(
      name,
      text.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
    )
  }
  return { name: found[1] ?? '', labels, value }
}

const add = (counts: Map<string, number>, name: string, value: number): void => {
  if (!counts.has(name) && counts.size >= LIMIT.metricsLabelsMax) return
  counts.set(name, (counts.get(name) ?? 0) + value)
}

const NEWLINE = 0x0a
const AUDIT = Buffer.from('apiserver_audit_')
const STARTED = Buffer.from('process_start_time_seconds')
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g
