import { resolve } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { isGlob } from '../../base/glob.ts'
import { LIMIT } from '../../base/limit.ts'
import { type GapKind, type Keep, type LogSource, logSourceName } from '../../model/delivery.ts'
import { listInputs } from '../inputs.ts'
import type { Positions, RunningSource, SourceStatus } from '../source.ts'
import { FollowedLog } from './followed-log.ts'
import { HandingOn } from './handing-on.ts'
import { isRotatedName } from './rotated-names.ts'

/** The log of an API server, to be followed. */
export interface FollowedPath {
  /** A file, or a glob: each file it matches, now or later, is followed by itself. */
  readonly path: string
  readonly cluster: string
  readonly server: string
  /** Where to begin with a file that is there already, and of which nothing was kept. */
  readonly from: 'start' | 'end'
}

/** What to follow, and how. */
export interface FollowerOptions {
  readonly logs: readonly FollowedPath[]
  /** Between two looks at a log in which there was nothing new. */
  readonly pollMs?: number
  /** Read and handed on at once, unless a line is longer; at most `LIMIT.blockBytes`. */
  readonly chunkBytes?: number
}

/**
 * Follows log files across rotation: each byte is handed on once, in order, and what rotation took
 * away is told as a gap. What was kept decides where reading goes on, so it resumes from
 * `positions` after any crash. A fault that is not transient stops it for good, and it says so.
 */
export const openFollower = async (
  options: FollowerOptions,
  positions: Positions,
  keep: Keep,
  clock: Clock,
): Promise<RunningSource> => {
  const follower = new Follower(options, positions, keep, clock)
  await follower.start()
  return follower
}

const POLL_MS = 250
/** Between two looks at what a glob matches. */
const GLOB_MS = 5_000

interface Followed {
  readonly source: LogSource
  readonly handingOn: HandingOn
  readonly log: FollowedLog
}

class Follower implements RunningSource {
  readonly name = 'file'
  readonly #options: FollowerOptions
  readonly #positions: Positions
  readonly #keep: Keep
  readonly #clock: Clock
  readonly #stop = new AbortController()
  /** By absolute path. */
  readonly #followed = new Map<string, Followed>()
  readonly #running: Promise<void>[] = []
  #fault: string | undefined

  constructor(options: FollowerOptions, positions: Positions, keep: Keep, clock: Clock) {
    this.#options = options
    this.#positions = positions
    this.#keep = keep
    this.#clock = clock
  }

  /** Begins with the files that are there, and looks for more where a path is a glob. */
  async start(): Promise<void> {
    await this.#look()
    if (this.#options.logs.some(({ path }) => isGlob(path))) this.#running.push(this.#lookAgain())
  }

  notReady(): string | undefined {
    if (this.#fault !== undefined) return `following files stopped: ${this.#fault}`
    const followed = [...this.#followed.values()]
    if (followed.length === 0) return 'no file to follow is there yet'
    return followed
      .map(({ log, handingOn }) => handingOn.waitsFor ?? log.problem)
      .find((problem) => problem !== undefined)
  }

  status(): readonly SourceStatus[] {
    const bySource = Map.groupBy(this.#followed.values(), ({ source }) => logSourceName(source))
    return [...bySource.values()].flatMap(statusOf)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  async #look(): Promise<void> {
    for (const log of this.#options.logs) {
      for (const path of await pathsOf(log.path)) this.#follow(log, path)
    }
  }

  async #lookAgain(): Promise<void> {
    const { signal } = this.#stop
    for (;;) {
      await this.#clock.sleep(GLOB_MS, signal)
      if (signal.aborted) return
      await this.#look()
    }
  }

  #follow({ cluster, server, from }: FollowedPath, path: string): void {
    if (this.#followed.has(path)) return
    const source: LogSource = { cluster, server, way: 'file' }
    const [clock, { signal }] = [this.#clock, this.#stop]
    const handingOn = new HandingOn({ source, keep: this.#keep, clock, signal })
    const chunkBytes = Math.min(
      this.#options.chunkBytes ?? Number.POSITIVE_INFINITY,
      LIMIT.blockBytes,
    )
    const positions = this.#positions
    const log = new FollowedLog({ path, source, from, positions, chunkBytes, handingOn, clock })
    this.#followed.set(path, { source, handingOn, log })
    this.#running.push(this.#run(log))
  }

  async #run(log: FollowedLog): Promise<void> {
    const { signal } = this.#stop
    try {
      while (!signal.aborted && this.#fault === undefined) {
        await log.poll()
        await this.#clock.sleep(this.#options.pollMs ?? POLL_MS, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Fault)) throw error
      this.#fault = error.message
    } finally {
      await log.close()
    }
  }
}

/** The files to follow, absolute: a path that is no glob whether it is there or not. */
async function pathsOf(path: string): Promise<readonly string[]> {
  if (!isGlob(path)) return [resolve(path)]
  const { inputs } = await listInputs([path], [])
  return inputs.map((input) => resolve(input.path)).filter((found) => !isRotatedName(found))
}

function statusOf(followed: readonly Followed[]): readonly SourceStatus[] {
  const [first] = followed
  if (first === undefined) return []
  const handed = followed.map(({ handingOn }) => handingOn)
  const catchUps = followed.map(({ log }) => log.catchUp)
  const arrived = handed.flatMap(({ lastArrivedUs }) => lastArrivedUs ?? [])
  const lags = catchUps.flatMap(({ last }) => last?.lagBytes ?? [])
  const budgets = catchUps.flatMap((catchUp) => catchUp.budgetSeconds() ?? [])
  return [
    {
      source: first.source,
      deliveries: sum(handed.map(({ deliveries }) => deliveries)),
      bytes: sum(handed.map(({ bytes }) => bytes)),
      lastArrivedUs: arrived.length === 0 ? undefined : Math.max(...arrived),
      duplicates: 0,
      lagBytes: lags.length === 0 ? undefined : sum(lags),
      budgetSeconds: budgets.length === 0 ? undefined : Math.min(...budgets),
      gaps: gapsOf(handed),
    },
  ]
}

function gapsOf(handed: readonly HandingOn[]): Readonly<Partial<Record<GapKind, number>>> {
  const gaps: Partial<Record<GapKind, number>> = {}
  for (const one of handed) {
    for (const { kind, count } of one.gapsTold()) gaps[kind] = (gaps[kind] ?? 0) + count
  }
  return gaps
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
