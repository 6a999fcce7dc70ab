import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { MAIN } from './built.ts'
import { answers, childrenOf, freePort, readLines } from './child.ts'
import { type Sending, type Sent, send, type Traffic } from './webhook-client.ts'

/** A line of a finding that was told, and when we had it, in ms of our clock. */
export interface ToldLine {
  readonly atMs: number
  readonly id: string
  readonly detection: string | null
  /** `new`, `update` or `withdrawn`. */
  readonly state: string
  /** Of the first event that it shows. */
  readonly auditID: string | null
}

/** How an instance is started: always with the embedded store. */
export interface ServedOptions {
  readonly data: string
  /** A folder of rules beside the built-in ones. */
  readonly rules?: string
}

/** A built `deckwatch serve` as a process of its own, with its engine, and what it takes. */
export class Served {
  readonly #options: ServedOptions
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  readonly #status: number
  #stderr = ''
  #sampler: NodeJS.Timeout | undefined
  /** In MB, the highest of the samples. */
  peakMb = 0
  /** Events that it has acknowledged. */
  sentEvents = 0
  readonly webhook: number
  readonly told: ToldLine[] = []
  /** From its start until it said it was ready. */
  readonly startMs: number

  /** Starts it and resolves once it is ready. */
  static async start(options: ServedOptions): Promise<Served> {
    const [webhook, status] = [await freePort(), await freePort()]
    const begin = performance.now()
    const served = new Served(options, webhook, status)
    await served.#untilReady()
    Object.assign(served, { startMs: performance.now() - begin })
    return served
  }

  private constructor(options: ServedOptions, webhook: number, status: number) {
    this.#options = options
    this.webhook = webhook
    this.#status = status
    this.startMs = 0
    const { data, rules } = this.#options
    const child = spawn(
      process.execPath,
      [
        ...[MAIN, 'serve', '--data', data, '--format', 'ndjson'],
        ...['--webhook', `127.0.0.1:${webhook}`, '--status', `127.0.0.1:${status}`],
        ...(rules === undefined ? [] : ['--rules', rules]),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#child = child
    this.#ended = new Promise((resolve) => child.on('close', () => resolve()))
    readLines(child, (line) => this.told.push(toldLine(line)))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-10_000)
    })
  }

  /** Of its processes: it, and its engine. */
  pids(): readonly number[] {
    const { pid } = this.#child
    return pid === undefined ? [] : [pid, ...childrenOf(pid)]
  }

  /** Processor time that its processes have taken, in ms. */
  cpuMs(): number {
    return this.pids().reduce((sum, pid) => sum + cpuMsOf(pid), 0)
  }

  /** Resident memory of each of its processes, in MB. */
  residentMb(): readonly number[] {
    return this.pids().map(residentMbOf)
  }

  /** Notes the highest resident memory from now on. */
  watchMemory(): void {
    this.#sampler = setInterval(() => {
      const sum = this.residentMb().reduce((a, b) => a + b, 0)
      this.peakMb = Math.max(this.peakMb, sum)
    }, 100)
  }

  /** A metric without labels, or the sum over its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#status}/metrics`)).text()
    const lines = text.split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name)
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }

  /** Sends it traffic, and counts what it acknowledges. */
  async send(traffic: Traffic | undefined, sending: Omit<Sending, 'port'>): Promise<Sent> {
    if (traffic === undefined) throw new Error('no traffic')
    const sent = await send(traffic.bodies, { port: this.webhook, ...sending })
    this.sentEvents += traffic.events
    return sent
  }

  /** Throws unless what was planted in the traffic was told, each act once, since `from` lines. */
  checkTold(from: number, { planted }: Traffic): void {
    for (const [detection, count] of Object.entries(planted)) {
      const lines = this.told.slice(from)
      const isNew = (one: ToldLine): boolean => one.state === 'new' && one.detection === detection
      const found = lines.filter(isNew).length
      if (found !== count) throw new Error(`told ${found} of ${detection}, not ${count}`)
    }
  }

  /** Resolves once everything that was acknowledged is committed in the store. */
  async untilStored(withinMs = 600_000): Promise<void> {
    for (const end = performance.now() + withinMs; performance.now() < end; ) {
      if ((await this.metric('deckwatch_log_backlog_records')) === 0) return
      await sleep(50)
    }
    throw new Error(`not stored after ${withinMs} ms:\n${this.#stderr}`)
  }

  /** `kill -9`; its engine ends itself. */
  async kill(): Promise<void> {
    clearInterval(this.#sampler)
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    clearInterval(this.#sampler)
    this.#child.kill('SIGTERM')
    await this.#ended
    const { exitCode } = this.#child
    if (exitCode !== 0) throw new Error(`it ended with ${exitCode}:\n${this.#stderr}`)
  }

  async #untilReady(): Promise<void> {
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      const { exitCode, signalCode } = this.#child
      if (exitCode !== null || signalCode !== null) break
      if (await answers(`http://127.0.0.1:${this.#status}/readyz`)) return
      await sleep(10)
    }
    throw new Error(`serve is not ready:\n${this.#stderr}`)
  }
}

/** In ticks of a hundredth of a second, as Linux has them. */
const cpuMsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const residentMbOf = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_000
}

const toldLine = (line: string): ToldLine => {
  const { id, rule, state, events } = JSON.parse(line)
  const auditID = events[0]?.auditID ?? null
  return { atMs: performance.now(), id, detection: rule.detection ?? null, state, auditID }
}
