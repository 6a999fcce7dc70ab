import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, childrenOf, readLines } from '../../bench/child.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Compiled sources: a start takes half as long when an earlier one has ended in good order. */
const COMPILED = join(tmpdir(), 'deckwatch-test-compiled')

/** How an instance is started. */
export interface InstanceOptions {
  readonly data: string
  /** Where it receives and where it tells of itself: the same after a restart. */
  readonly webhookPort: number
  readonly statusPort: number
  /** `cluster/server=PATH` of each file to follow. */
  readonly files?: readonly string[]
  /** A deckwatch.yaml. */
  readonly config?: string
}

/** `deckwatch serve` as a process of its own, which can be killed and started again. */
export class Instance {
  readonly options: InstanceOptions
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #stderr = ''
  /** Lines of findings, of all its lives. */
  readonly told: string[] = []
  starts = 0

  constructor(options: InstanceOptions) {
    this.options = options
  }

  /** Starts it; `failpoint` is where it is to kill itself. Resolves once it says it is ready. */
  async start(failpoint?: string): Promise<void> {
    this.spawn(failpoint)
    await this.ready()
  }

  /** Starts it, and does not wait. */
  spawn(failpoint?: string): void {
    const { data, webhookPort, statusPort, files = [], config } = this.options
    this.starts += 1
    this.#stderr = ''
    const child = spawn(
      process.execPath,
      [
        ...['src/main.ts', 'serve', '--data', data, '--format', 'ndjson'],
        ...['--webhook', `127.0.0.1:${webhookPort}`, '--status', `127.0.0.1:${statusPort}`],
        ...files.flatMap((file) => ['--file', file]),
        ...(config === undefined ? [] : ['--config', config]),
      ],
      {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          NODE_COMPILE_CACHE: COMPILED,
          ...(failpoint === undefined ? {} : { DECKWATCH_FAILPOINT: failpoint }),
        },
      },
    )
    this.#child = child
    this.#ended = new Promise((resolve) => child.on('close', () => resolve()))
    readLines(child, (line) => this.told.push(line))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-10_000)
    })
  }

  /** Resolves once it is ready; rejects when it has ended, unless it was to die anyway. */
  async ready(withinMs = 60_000): Promise<void> {
    const url = `http://127.0.0.1:${this.options.statusPort}/readyz`
    for (const end = Date.now() + withinMs; Date.now() < end; ) {
      if (!this.isRunning) throw new Error(`it ended before it was ready:\n${this.#stderr}`)
      if (await answers(url)) return
      await sleep(20)
    }
    throw new Error(`it is not ready after ${withinMs} ms:\n${this.#stderr}`)
  }

  get isRunning(): boolean {
    const { exitCode, signalCode } = this.#child ?? {}
    return exitCode === null && signalCode === null
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** The processes that it has started: its engine. */
  children(): readonly number[] {
    return this.pid === undefined ? [] : childrenOf(this.pid)
  }

  /** Waits until nothing lies unread in the files that it follows. */
  async untilRead(): Promise<void> {
    const url = `http://127.0.0.1:${this.options.statusPort}/sources`
    for (let quiet = 0; quiet < 3; ) {
      await sleep(1_000)
      const text = await (await fetch(url)).text()
      quiet = /"lagBytes":0[,}]/.test(text) ? quiet + 1 : 0
    }
  }

  /** Waits until everything that it has kept is in the store. */
  async untilStored(): Promise<void> {
    const url = `http://127.0.0.1:${this.options.statusPort}/metrics`
    for (let isStored = false; !isStored; ) {
      await sleep(200)
      const text = await (await fetch(url)).text()
      isStored = /^deckwatch_log_backlog_records 0$/m.test(text)
    }
  }

  /** What it last wrote to standard error. */
  get stderr(): string {
    return this.#stderr
  }

  /** `kill -9`, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** Ends it, if it still runs, and deletes its folder: for a test that has failed. */
  async clear(folder: string): Promise<void> {
    await this.kill()
    rmSync(folder, { recursive: true, force: true })
  }

  /** Asks it to stop in good order; everything it has kept is stored then. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM')
    await this.#ended
    const { exitCode } = this.#child ?? {}
    if (exitCode !== 0) throw new Error(`it ended with ${exitCode}:\n${this.#stderr}`)
  }

  /** Waits until it has ended by itself; false when it still runs after so many ms. */
  async ended(withinMs: number): Promise<boolean> {
    await Promise.race([this.#ended, sleep(withinMs)])
    return !this.isRunning
  }
}

/** Waits. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))
