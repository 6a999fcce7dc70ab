import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Corpus, MIXED, makeCorpus } from './corpus.ts'

/** Events of a body: what an API server sends at most, unless it is told otherwise. */
export const EVENTS_PER_BODY = 400

/** A log, and the webhook bodies that an API server would have sent of it. */
export interface Traffic extends Corpus {
  readonly bodies: readonly Buffer[]
  /** The number of the body that an event is in, by its auditID. */
  readonly bodyOf: ReadonlyMap<string, number>
}

/** How traffic is made. */
export interface TrafficOptions {
  /** See `Making` of corpus.ts. */
  readonly plantedEvery?: number
  readonly eventsPerBody?: number
}

/**
 * Makes traffic of so many bodies' worth of bytes, one after the other in time, all of the last
 * minutes: by its own times it takes a second for each MB.
 */
export const makeTraffics = (
  bytes: readonly number[],
  { plantedEvery, eventsPerBody = EVENTS_PER_BODY }: TrafficOptions = {},
): readonly Traffic[] => {
  const seconds = bytes.map((one) => Math.ceil(one / 1e6) + 1)
  let startSeconds = Math.floor(Date.now() / 1_000) - sum(seconds)
  return bytes.map((one, at) => {
    const making = { startSeconds, ...(plantedEvery === undefined ? {} : { plantedEvery }) }
    const traffic = makeTraffic(makeCorpus(MIXED, one, at + 1, making), eventsPerBody)
    startSeconds += seconds[at] ?? 0
    return traffic
  })
}

const makeTraffic = (corpus: Corpus, eventsPerBody: number): Traffic => {
  const lines = corpus.bytes.toString().trimEnd().split('\n')
  const bodies: Buffer[] = []
  for (let at = 0; at < lines.length; at += eventsPerBody) {
    const items = lines.slice(at, at + eventsPerBody).map(toItem)
    bodies.push(Buffer.from(`${LIST_HEAD}${items.join(',')}]}\n`))
  }
  const bodyOf = new Map(lines.map((line, at) => [auditIdOf(line), Math.floor(at / eventsPerBody)]))
  return { ...corpus, bodies, bodyOf }
}

/** What became of sending a list of bodies. */
export interface Sent {
  /** When the last byte of each was handed on, and when it was acknowledged, in ms of our clock. */
  readonly sentMs: readonly number[]
  readonly acknowledgedMs: readonly number[]
  /** Answers that said to come again. */
  readonly refused: number
}

/** How bodies are sent. */
export interface Sending {
  readonly port: number
  readonly connections: number
  /** From the start of one body to that of the next; 0 is as fast as they are acknowledged. */
  readonly everyMs: number
  /** Sends nothing more once it is true. */
  readonly until?: () => boolean
}

/** Sends bodies over connections that are kept, each until it is acknowledged. */
export const send = async (bodies: readonly Buffer[], sending: Sending): Promise<Sent> => {
  const { port, connections, everyMs, until = () => false } = sending
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const sent = { sentMs: [] as number[], acknowledgedMs: [] as number[], refused: 0 }
  const start = performance.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < bodies.length && !until()) {
      const at = next
      next += 1
      const body = bodies[at] ?? Buffer.alloc(0)
      const dueMs = start + at * everyMs
      if (dueMs > performance.now()) await sleep(dueMs - performance.now())
      while (!until()) {
        const status = await post(port, agent, body, (ms) => {
          sent.sentMs[at] = ms
        })
        if (status === 200) {
          sent.acknowledgedMs[at] = performance.now()
          break
        }
        sent.refused += 1
        await sleep(100)
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  agent.destroy()
  return sent
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const LIST_HEAD = '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":['

/** What a line of a file has more than an item of a body. */
const LINE_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'

const toItem = (line: string): string => `{${line.slice(LINE_HEAD.length)}`

const auditIdOf = (line: string): string => /"auditID":"([^"]+)"/.exec(line)?.[1] ?? ''

const post = (
  port: number,
  agent: Agent,
  body: Buffer,
  onSent: (atMs: number) => void,
): Promise<number> =>
  new Promise((resolve) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port, agent, method: 'POST', path: '/audit/bench/a' },
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    // It was killed, or does not listen: no answer.
    asked.on('error', () => resolve(0))
    asked.on('finish', () => onSent(performance.now()))
    asked.end(body)
  })
