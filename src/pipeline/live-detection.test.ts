import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileRules, type RuleSet } from '../detect/compile.ts'
import { CorrelationFold } from '../detect/correlate.ts'
import { CorrelationFeeds } from '../detect/feeds.ts'
import { ActFold } from '../detect/fold.ts'
import { LiveActs } from '../detect/live/live-acts.ts'
import { LiveCorrelation } from '../detect/live/live-correlation.ts'
import { type StoredSignal, toStoredSignal } from '../detect/live/stored-signal.ts'
import { microsecondsOf } from '../detect/time.ts'
import type { Finding } from '../model/finding.ts'
import { Analyzer, type BlockJob } from './analyze.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const ruleFiles = readdirSync(at('content/rules'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
  .map((file) => ({ file, text: readFileSync(at(`content/rules/${file}`), 'utf8') }))

const RULES: RuleSet = compileRules(ruleFiles)

const analyzer = new Analyzer({
  rules: RULES.rules,
  feeds: new CorrelationFeeds(RULES.rules, RULES.correlations),
  enrich: { proxies: [], clusterRanges: [] },
  since: undefined,
  until: undefined,
  strict: false,
})

const CLUSTER = 'shop'

/** A line of the recording, and when it was logged. */
interface Line {
  readonly server: string
  readonly offset: number
  readonly text: string
  readonly timeUs: number
}

const logs = readdirSync(at('demo/shop-cluster')).map((file) => ({
  server: file.slice(0, -'.log.zst'.length),
  bytes: zstdDecompressSync(readFileSync(at(`demo/shop-cluster/${file}`))),
}))

const linesOf = ({ server, bytes }: (typeof logs)[number]): readonly Line[] => {
  let offset = 0
  return bytes
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((text) => {
      const { stageTimestamp } = JSON.parse(text) as { stageTimestamp: string }
      const line = { server, offset, text, timeUs: microsecondsOf(stageTimestamp) ?? 0 }
      offset += Buffer.byteLength(text) + 1
      return line
    })
}

/** What comes at a moment: lines of a file, or a body of the webhook. */
interface Arrival {
  readonly atUs: number
  readonly job: BlockJob
  readonly latestUs: number
  readonly log: string
}

/** Numbers from 0 to 1, the same for the same seed. */
const randomOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const inFile = (lines: readonly Line[], delayUs: number): Arrival => {
  const [first] = lines
  const bytes = Buffer.from(lines.map(({ text }) => `${text}\n`).join(''))
  const server = first?.server ?? ''
  return arrivalOf(lines, 'file', delayUs, {
    bytes: new Uint8Array(bytes),
    offset: first?.offset ?? 0,
    source: { cluster: CLUSTER, server, file: `${server}.log` },
    fingerprint: server,
    alone: true,
  })
}

const LINE_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'

const inBody = (lines: readonly Line[], delayUs: number): Arrival => {
  const server = lines[0]?.server ?? ''
  const items = lines.map(({ text }) => `{${text.slice(LINE_HEAD.length)}`)
  const head = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['
  const bytes = Buffer.from(`${head}${items.join(',')}]}`)
  return arrivalOf(lines, 'webhook', delayUs, {
    bytes: new Uint8Array(bytes),
    offset: 0,
    source: { cluster: CLUSTER, server, file: 'webhook' },
    fingerprint: `${server} ${lines[0]?.offset}`,
    alone: true,
  })
}

const arrivalOf = (
  lines: readonly Line[],
  way: string,
  delayUs: number,
  job: BlockJob,
): Arrival => {
  const latestUs = Math.max(...lines.map(({ timeUs }) => timeUs))
  return { atUs: latestUs + delayUs, job, latestUs, log: `${job.source.server} ${way}` }
}

interface Way {
  readonly make: (lines: readonly Line[], delayUs: number) => Arrival
  readonly delayUsMax: number
  readonly linesMax: number
}

const FILE: Way = { make: inFile, delayUsMax: 500_000, linesMax: 30 }
const WEBHOOK: Way = { make: inBody, delayUsMax: 1_500_000, linesMax: 60 }

const deliver = (ways: readonly Way[], random: () => number): readonly Arrival[] =>
  ways
    .flatMap(({ make, delayUsMax, linesMax }) =>
      logs.flatMap((log) => {
        const lines = linesOf(log)
        const arrivals: Arrival[] = []
        for (let from = 0; from < lines.length; ) {
          const to = from + 1 + Math.floor(random() * linesMax)
          arrivals.push(make(lines.slice(from, to), random() * delayUsMax))
          from = to
        }
        return arrivals
      }),
    )
    .sort((a, b) => a.atUs - b.atUs)

/** What a process tells and stores, and another goes on from after a kill. */
class Service {
  readonly findings = new Map<string, Finding>()
  readonly #actOf = new Map<string, string>()
  readonly #signals = new Map<string, StoredSignal>()
  /** Findings about single acts that were told in the very call that brought them. */
  log: string[] = []
  #acts = this.#newActs()
  #correlation = this.#newCorrelation()
  nowUs = 0

  take({ atUs, job, latestUs, log }: Arrival): void {
    this.nowUs = atUs
    const { records, settled } = analyzer.analyze(job)
    for (const record of records) this.#acts.add(record, atUs)
    for (const acts of settled) this.#acts.addSettled(acts, atUs)
    this.#correlation.heard(CLUSTER, log, latestUs, atUs)
    this.tick(atUs)
  }

  tick(nowUs: number): void {
    this.nowUs = nowUs
    this.#acts.tick(nowUs)
    this.#correlation.tick(nowUs)
    for (const question of this.#correlation.late()) {
      this.#correlation.answerLate(question, this.#signals.values(), nowUs)
    }
  }

  /** Killed after everything was stored; requests that were open are lost. */
  restart(): void {
    const findings = [...this.findings.values()]
    const judged = this.#correlation.judged()
    const told = findings.map((finding) => ({ finding, act: this.#actOf.get(finding.id) ?? '' }))
    this.#acts = this.#newActs()
    this.#correlation = this.#newCorrelation()
    const signals = [...this.#signals.values()]
    const upTo = { judged, coversFromUs: new Map(), told: findings }
    this.#correlation.restore(signals, upTo, this.nowUs)
    this.#acts.seed({ told: told.filter(({ act }) => act !== ''), signals }, this.nowUs)
  }

  /** Nothing comes any more: a day later everything is judged. */
  end(): void {
    for (let hour = 0; hour < 48; hour += 1) this.tick(this.nowUs + 3_600_000_000)
  }

  #newActs(): LiveActs {
    return new LiveActs(RULES.rules, {
      found: (finding, isUpdate, act) => {
        this.#actOf.set(finding.id, act)
        this.#tell(finding, isUpdate)
      },
      withdrawn: (id) => this.findings.delete(id),
      counted: (count, before) => {
        const signal = toStoredSignal(RULES.rules, count)
        if (signal !== undefined) this.#signals.set(signal.act, signal)
        this.#correlation.add(count, before, this.nowUs)
      },
      collided: () => this.log.push('collided'),
    })
  }

  #newCorrelation(): LiveCorrelation {
    return new LiveCorrelation(RULES, {
      found: (finding, isUpdate) => this.#tell(finding, isUpdate),
      withdrawn: (id) => this.findings.delete(id),
    })
  }

  #tell(finding: Finding, isUpdate: boolean): void {
    if (!isUpdate) this.log.push(finding.id)
    this.findings.set(finding.id, finding)
  }
}

const serve = (arrivals: readonly Arrival[], random: () => number, restarts: number): Service => {
  const service = new Service()
  const every = Math.ceil(arrivals.length / (restarts + 1))
  for (const [n, arrival] of arrivals.entries()) {
    if (restarts > 0 && n % every === every - 1) service.restart()
    if (random() < 0.2) service.tick(Math.max(service.nowUs, arrival.atUs - random() * 50_000))
    service.take(arrival)
  }
  service.end()
  return service
}

let hunted: readonly Finding[] = []

beforeAll(() => {
  const correlation = new CorrelationFold(RULES)
  const fold = new ActFold(
    RULES.rules.length,
    () => {},
    (counted, events) => correlation.add(counted, events),
  )
  for (const log of logs) {
    const { job } = inFile(linesOf(log), 0)
    const { records, settled } = analyzer.analyze({ ...job, alone: false })
    for (const record of records) fold.add(record)
    for (const acts of settled) fold.addSettled(acts)
  }
  hunted = [...fold.finish().findings, ...correlation.finish().findings]
})

/** What is shown, and the events by what they are, since a copy has another place. */
const shown = (findings: Iterable<Finding>): readonly unknown[] =>
  [...findings]
    .map(({ events, ...finding }) => ({
      ...finding,
      events: [...new Set(events.map(({ auditID, stage }) => `${auditID} ${stage}`))].sort(),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

describe('live detection finds in the recorded attack what a hunt finds', () => {
  it('of which there is enough to compare', () => {
    expect(hunted.length).toBeGreaterThan(60)
    expect(hunted.filter(({ correlation }) => correlation !== undefined).length).toBeGreaterThan(2)
  })

  it.each([
    ['following files', [FILE], 0],
    ['by the webhook', [WEBHOOK], 0],
    ['both ways, once', [FILE, WEBHOOK], 0],
    ['killed and started again', [FILE], 5],
    ['both ways, killed and started again', [FILE, WEBHOOK], 5],
  ] as const)('%s', (_name, ways, restarts) => {
    const random = randomOf(7)
    const service = serve(deliver(ways, random), random, restarts)
    expect(shown(service.findings.values())).toEqual(shown(hunted))
    expect(new Set(service.log).size).toBe(service.log.length)
    expect(service.log).not.toContain('collided')
  })

  it('when one log comes an hour late', () => {
    const late = logs.map(({ server }) => server)[1] ?? ''
    const random = randomOf(3)
    const arrivals = deliver([FILE], random).map((one) =>
      one.job.source.server === late ? { ...one, atUs: one.atUs + 3_600_000_000 } : one,
    )
    const service = serve(
      [...arrivals].sort((a, b) => a.atUs - b.atUs),
      random,
      0,
    )
    expect(shown(service.findings.values())).toEqual(shown(hunted))
  })
})
