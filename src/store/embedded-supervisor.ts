import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { LIMIT } from '../base/limit.ts'
import {
  type EngineFailure,
  type EngineNews,
  type EngineOptions,
  STOP_LINE,
} from './engine/engine-options.ts'

/** What becomes of the engine, for logs and metrics. */
export type SupervisorEvent =
  | { readonly kind: 'ready'; readonly pid: number; readonly version: string }
  | {
      readonly kind: 'ended'
      readonly how: string
      readonly retryMs: number
      readonly said: string
    }
  | { readonly kind: 'silent'; readonly missed: number }
  | { readonly kind: 'killed'; readonly why: string }

/** What a supervisor needs of the world. */
export interface SupervisorWorld {
  readonly clock: Clock
  readonly onEvent: (event: SupervisorEvent) => void
  /** Whether the engine answers a query. */
  readonly alive: () => Promise<boolean>
}

/** Starts the engine's process, asks it every few seconds, and starts it again when it ends. */
export class Supervisor {
  readonly #options: EngineOptions
  readonly #world: SupervisorWorld
  readonly #closing = new AbortController()
  #engine: Engine | undefined
  #notReady: string | undefined = 'the embedded store starts'
  #tending: Promise<void> = Promise.resolve()

  constructor(options: EngineOptions, world: SupervisorWorld) {
    this.#options = options
    this.#world = world
  }

  /** Resolves when the engine is ready for the first time. */
  async start(): Promise<void> {
    const engine = await this.#launch(true)
    this.#tending = this.#tend(engine)
  }

  notReady(): string | undefined {
    return this.#notReady
  }

  pid(): number | undefined {
    return this.#engine?.child.pid
  }

  kill(): void {
    this.#kill('it was asked for')
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#notReady = 'the embedded store is closed'
    const engine = this.#engine
    if (engine !== undefined) {
      engine.child.stdin?.write(`${STOP_LINE}\n`)
      const late = setTimeout(() => engine.child.kill('SIGKILL'), STOP_MS)
      await engine.end
      clearTimeout(late)
    }
    await this.#tending
  }

  // The first start may come upon the engine of an owner that was killed and is about to notice.
  async #launch(first: boolean): Promise<Engine> {
    const { clock } = this.#world
    const since = clock.elapsedMs()
    for (;;) {
      const engine = launch(this.#options)
      this.#engine = engine
      const news = await this.#newsOf(engine)
      if (news.kind === 'ready') {
        this.#notReady = undefined
        this.#world.onEvent({ kind: 'ready', pid: engine.child.pid ?? 0, version: news.version })
        return engine
      }
      await engine.end
      this.#engine = undefined
      const fault = failure(news.reason, news.message, engine.said())
      const mayPass = first && fault.code === 'store/locked'
      if (!mayPass || clock.elapsedMs() - since > LOCKED_MS) throw fault
      await clock.sleep(LOCKED_STEP_MS, this.#closing.signal)
    }
  }

  async #newsOf(engine: Engine): Promise<EngineNews> {
    const over = new AbortController()
    void this.#world.clock.sleep(START_MS, over.signal).then(() => {
      if (!over.signal.aborted) this.#kill('it did not start in time')
    })
    const news = await engine.news
    over.abort()
    return news
  }

  async #tend(first: Engine): Promise<void> {
    let engine: Engine | undefined = first
    let retryMs = RETRY_FIRST_MS
    while (!this.#closing.signal.aborted) {
      if (engine !== undefined) {
        const began = this.#world.clock.elapsedMs()
        await this.#watch(engine)
        if (this.#world.clock.elapsedMs() - began > RETRY_LAST_MS) retryMs = RETRY_FIRST_MS
      }
      if (this.#closing.signal.aborted) return
      this.#tell(engine, retryMs)
      await this.#world.clock.sleep(retryMs, this.#closing.signal)
      if (this.#closing.signal.aborted) return
      retryMs = Math.min(retryMs * 2, RETRY_LAST_MS)
      engine = await this.#launch(false).catch((fault: unknown) => this.#failed(fault, retryMs))
    }
  }

  #failed(fault: unknown, retryMs: number): undefined {
    if (this.#closing.signal.aborted) return
    const said = fault instanceof Error ? fault.message : String(fault)
    this.#notReady = said
    this.#world.onEvent({ kind: 'ended', how: 'it did not start', retryMs, said })
  }

  #tell(engine: Engine | undefined, retryMs: number): void {
    this.#engine = undefined
    if (engine === undefined) return
    const { exitCode, signalCode } = engine.child
    const how = signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`
    this.#notReady = `the embedded store ended with ${how}, and starts again`
    this.#world.onEvent({ kind: 'ended', how, retryMs, said: engine.said() })
  }

  /** Resolves when the engine has ended, of itself or because it did not answer. */
  async #watch(engine: Engine): Promise<void> {
    const over = new AbortController()
    const stop = AbortSignal.any([over.signal, this.#closing.signal])
    const end = engine.end.then(() => over.abort())
    let missed = 0
    while (!stop.aborted) {
      await this.#world.clock.sleep(LIMIT.engineHeartbeatMs, stop)
      if (stop.aborted) break
      missed = (await this.#answers(stop)) ? 0 : missed + 1
      if (stop.aborted || missed === 0) continue
      this.#world.onEvent({ kind: 'silent', missed })
      if (missed >= LIMIT.engineHeartbeatsMissedMax) this.#kill(`${missed} heartbeats were missed`)
    }
    await end
  }

  async #answers(stop: AbortSignal): Promise<boolean> {
    const { clock, alive } = this.#world
    const over = new AbortController()
    const late = clock
      .sleep(LIMIT.engineHeartbeatMs, AbortSignal.any([stop, over.signal]))
      .then(() => false)
    const answer = await Promise.race([alive(), late])
    over.abort()
    return answer
  }

  #kill(why: string): void {
    if (this.#engine === undefined) return
    this.#world.onEvent({ kind: 'killed', why })
    this.#engine.child.kill('SIGKILL')
  }
}

interface Engine {
  readonly child: ChildProcess
  readonly news: Promise<EngineNews>
  /** Resolves when it has ended and said all it had to. */
  readonly end: Promise<void>
  /** The last it wrote on its standard error. */
  said(): string
}

const START_MS = 300_000
const STOP_MS = 10_000
const LOCKED_MS = 15_000
const LOCKED_STEP_MS = 200
const RETRY_FIRST_MS = 500
const RETRY_LAST_MS = 30_000
const SAID_CHARACTERS = 4_000

const launch = (options: EngineOptions): Engine => {
  const file = import.meta.url.endsWith('.ts') ? 'engine-process.ts' : 'engine-process.js'
  const path = fileURLToPath(new URL(`./engine/${file}`, import.meta.url))
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, path], {
    cwd: options.folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(),
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_CHARACTERS)
  })
  const end = new Promise<void>((resolve) => {
    child.once('close', () => resolve()).once('error', () => resolve())
  })
  const news = new Promise<EngineNews>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)))
    child.once('error', (error) => resolve(broken(error.message)))
    void end.then(() => resolve(broken('it ended without a word')))
  })
  // A child that ended before it read its line: its exit says so.
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(options)}\n`)
  return { child, news, end, said: () => said }
}

const NODE_ARGUMENTS = ['--max-old-space-size=192', '--no-warnings']

// Nothing of ours but what finds libraries: times are UTC, and each running statement holds one of
// the threads for as long as it runs.
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH'].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  ),
  TZ: 'UTC',
  UV_THREADPOOL_SIZE: `${LIMIT.engineStatementsMax + 4}`,
  // Two processors' worth of arenas, and what is free goes back soon: 50 MB less at the same speed.
  MALLOC_ARENA_MAX: '2',
  MALLOC_CONF: 'narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0',
})

const broken = (message: string): EngineNews => ({ kind: 'failed', reason: 'broken', message })

const failure = (reason: EngineFailure, message: string, said: string): Fault => {
  if (reason === 'not-installed') {
    return new Fault(
      'store/not-installed',
      'the embedded store needs the package chdb (540 MB): npm install chdb, ' +
        'or name a ClickHouse with --store https://user@host:8443/database',
    )
  }
  const whole = `${message} ${said}`.trim()
  return said.includes('Cannot lock file')
    ? new Fault('store/locked', `another engine has the data directory: ${whole}`)
    : new Fault('store/broken', `the embedded store does not start: ${whole}`)
}
