import type { Clock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { timeText } from '../../detect/time.ts'
import { type Delivery, type LogSource, logSourceName } from '../../model/delivery.ts'
import type { SourcesReport } from '../../model/source-health.ts'
import type { SourceStatus } from '../../source/source.ts'
import { sourcesReport } from '../completeness/sources-report.ts'
import type { Chores } from './chores.ts'
import type { InstanceParts } from './instance-parts.ts'
import type { LiveResult } from './live-job.ts'
import type { OpenSources } from './open-sources.ts'
import { type NotReady, Readiness } from './readiness.ts'
import type { BatchBounds } from './records.ts'
import type { ServeHooks } from './running.ts'
import type { CanaryProgress, Status } from './status.ts'

const DISK_FULL = 'the disk of the data directory is all but full: nothing more is taken'

/** What an instance knows of itself: counts, and what is not ready. */
export class Monitor implements Status {
  readonly #parts: InstanceParts
  readonly #hooks: ServeHooks
  readonly #clock: Clock
  readonly #canaries = new Map<string, CanaryProgress>()
  /** Canaries whose batch is not stored yet, and their place in the log. */
  #unstored: { readonly id: string; readonly sequence: number }[] = []
  #sources: OpenSources | undefined
  #chores: Chores | undefined
  readonly #readiness: Readiness
  readonly #counted = new Map<string, SourceStatus>()
  readonly #requests = new Map<string, number>()

  constructor(parts: InstanceParts, hooks: ServeHooks, clock: Clock) {
    this.#parts = parts
    this.#hooks = hooks
    this.#clock = clock
    this.#readiness = new Readiness(hooks.log)
  }

  /** Also tells of these sources, and of the disk. */
  watch(sources: OpenSources, chores: Chores): void {
    this.#sources = sources
    this.#chores = chores
  }

  /** Tells those who judge how complete the logs are what followers know of their files. */
  observeBudgets(): void {
    for (const { source, budgetSeconds } of this.#statuses()) {
      if (source.way === 'file') this.#parts.completeness.budget(source, budgetSeconds)
    }
  }

  /** Says which part has not been ready for a while, and which is again. */
  sayReadiness(): void {
    if (this.#sources !== undefined) this.#readiness.tick(this.notReady(), this.#clock.nowUs())
  }

  /** Counts what a delivery held. */
  analyzed({ source }: Delivery, result: LiveResult): void {
    const { sequence, block, observation, canaries } = result
    const { meters } = this.#parts
    meters.events.inc({ ...source }, observation.events)
    this.#hooks.analyzed?.(observation.events)
    for (const [code, count] of Object.entries(block.issueCounts))
      meters.issues.inc({ code }, count)
    if (observation.lastUs !== undefined) {
      meters.lastEvent.set({ ...source }, observation.lastUs / 1e6)
    }
    for (const id of canaries) this.#seen(id, sequence, source)
  }

  /** Counts a batch that is stored. */
  committed({ last }: BatchBounds): void {
    this.#parts.meters.batches.inc()
    const stored = this.#unstored.filter(({ sequence }) => sequence <= last)
    this.#unstored = this.#unstored.filter(({ sequence }) => sequence > last)
    for (const { id } of stored) {
      const canary = this.#canaries.get(id)
      if (canary !== undefined) this.#canaries.set(id, { ...canary, stage: 'stored' })
    }
  }

  notReady(): readonly NotReady[] {
    const { store } = this.#parts
    const parts = [
      { part: 'store', why: store.notReady() },
      { part: 'disk', why: this.#chores?.disk.state === 'stop' ? DISK_FULL : undefined },
      ...(this.#sources?.all.map((one) => ({ part: one.name, why: one.notReady() })) ?? [
        { part: 'sources', why: 'not open yet' },
      ]),
    ]
    return parts.flatMap(({ part, why }) => (why === undefined ? [] : [{ part, why }]))
  }

  async metrics(): Promise<string> {
    const { meters, log } = this.#parts
    meters.logBytes.set(log.bytes)
    meters.backlog.set(log.nextSequence - log.firstSequence)
    for (const status of this.#statuses()) {
      const labels = { ...status.source }
      const before = this.#counted.get(logSourceName(status.source))
      meters.duplicates.inc(labels, status.duplicates - (before?.duplicates ?? 0))
      if (status.lagBytes !== undefined) meters.lagBytes.set(labels, status.lagBytes)
      if (status.budgetSeconds !== undefined) meters.budget.set(labels, status.budgetSeconds)
      this.#counted.set(logSourceName(status.source), status)
    }
    this.#countRequests()
    return meters.registry.metrics()
  }

  async sources(): Promise<SourcesReport> {
    const nowUs = this.#clock.nowUs()
    const sources = sourcesReport(this.#parts.completeness, this.#statuses(), nowUs)
    return { at: timeText(nowUs), live: true, sources }
  }

  canary(auditId: string): CanaryProgress | undefined {
    return this.#canaries.get(auditId)
  }

  #statuses(): readonly SourceStatus[] {
    return this.#sources?.all.flatMap((source) => source.status()) ?? []
  }

  #countRequests(): void {
    const counts = this.#sources?.receiver?.counts()
    for (const [result, count] of Object.entries(counts ?? {})) {
      this.#parts.meters.requests.inc({ result }, count - (this.#requests.get(result) ?? 0))
      this.#requests.set(result, count)
    }
  }

  #seen(id: string, sequence: number, { cluster, server, way }: LogSource): void {
    this.#canaries.set(id, { stage: 'decoded', cluster, server, way })
    this.#unstored.push({ id, sequence })
    for (const oldest of this.#canaries.keys()) {
      if (this.#canaries.size <= LIMIT.canariesRememberedMax) break
      this.#canaries.delete(oldest)
    }
  }
}
