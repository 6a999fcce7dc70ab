import { sign } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { scrapeAuditMetrics } from '../../source/metrics/scrape.ts'
import { type DiskUse, diskUse } from '../../store/upkeep/disk-guard.ts'
import { type RetentionRule, retain } from '../../store/upkeep/retention.ts'
import type { Retention, ServeConfig } from '../serve-options.ts'
import type { InstanceParts } from './instance-parts.ts'
import { shapeOf } from './open-store.ts'
import type { ServeHooks } from './running.ts'

const SECOND_MS = 1_000
/** Between two scrapes of an API server's metrics. */
const SCRAPE_MS = 30 * SECOND_MS
/** Between two looks at what is older than it should be kept. */
const RETAIN_MS = 3_600 * SECOND_MS
/** Between two looks at how full the disk is. */
const DISK_MS = 10 * SECOND_MS

/** What a chore works with. */
export interface ChoreParts {
  readonly config: ServeConfig
  readonly parts: InstanceParts
  readonly hooks: ServeHooks
  readonly clock: Clock
}

/**
 * What an instance does by itself now and then, besides its way of events: it drops what is older
 * than it is kept, asks API servers for their own counts, and looks how full the disk is.
 */
export class Chores {
  readonly #of: ChoreParts
  #disk: DiskUse = { fraction: 0, state: 'ok' }
  #failing = new Set<string>()

  constructor(of: ChoreParts) {
    this.#of = of
  }

  /** How full the disk of the data directory was when it was last looked at. */
  get disk(): DiskUse {
    return this.#disk
  }

  /** Works until the signal aborts. A chore that fails is tried again the next time. */
  async run(signal: AbortSignal): Promise<void> {
    const { config } = this.#of
    const rules = retentionRules(config.retention)
    await Promise.all([
      this.#each('disk', DISK_MS, signal, () => this.#lookAtDisk()),
      this.#each('retention', RETAIN_MS, signal, () => this.#retain(rules)),
      ...config.metricsScrape.map((target) =>
        this.#each(`metrics of ${target.cluster}/${target.server}`, SCRAPE_MS, signal, async () => {
          const { parts, clock } = this.#of
          parts.live.takeMetrics(await scrapeAuditMetrics(target, clock, signal))
        }),
      ),
    ])
  }

  async #each(
    name: string,
    everyMs: number,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await work()
        if (this.#failing.delete(name)) this.#of.hooks.log('info', `${name}: works again`)
      } catch (error) {
        if (!(error instanceof Fault) && !isSystemError(error)) throw error
        if (!this.#failing.has(name)) this.#of.hooks.log('warn', `${name}: ${error.message}`)
        this.#failing.add(name)
      }
      await this.#of.clock.sleep(everyMs, signal)
    }
  }

  async #retain(rules: readonly RetentionRule[]): Promise<void> {
    if (rules.length === 0) return
    const { parts, config, clock, hooks } = this.#of
    const { evidenceKey } = parts.folder
    const { dropped, held } = await retain(
      {
        store: parts.store.store,
        shape: shapeOf(config.store),
        clock,
        sign: (bytes) => sign(null, bytes, evidenceKey).toString('base64'),
      },
      rules,
    )
    for (const { table, cluster, monday, rows } of dropped) {
      hooks.log('info', `retention: dropped ${rows} rows of ${table}`, { cluster, week: monday })
    }
    for (const { table, cluster, monday } of held) {
      hooks.log('info', `retention: a legal hold keeps rows of ${table}`, { cluster, week: monday })
    }
  }

  async #lookAtDisk(): Promise<void> {
    const before = this.#disk.state
    this.#disk = diskUse(await statfs(this.#of.parts.folder.path))
    const { state, fraction } = this.#disk
    this.#of.parts.meters.disk.set(fraction)
    if (state === before) return
    const percent = Math.round(fraction * 100)
    const level = state === 'stop' ? 'error' : state === 'warn' ? 'warn' : 'info'
    const remedy = 'make room, or keep events for a shorter time'
    this.#of.hooks.log(level, `the disk of the data directory is ${percent} % full: ${remedy}`)
  }
}

/** The rule of a cluster stands before that of all. */
const retentionRules = ({ days, clusters }: Retention): readonly RetentionRule[] => [
  ...[...clusters].map(([cluster, of]) => ({ cluster, days: of })),
  ...(days === undefined ? [] : [{ days }]),
]

const isSystemError = (error: unknown): error is Error => error instanceof Error && 'code' in error
