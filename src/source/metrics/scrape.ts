import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import type { AuditMetrics } from '../../model/source-health.ts'
import { type AuditCounters, AuditMetricsReader } from './audit-metrics.ts'

/** Where an API server says its metrics, and by what it lets us in. Files are read each time. */
export interface ScrapeTarget {
  readonly cluster: string
  readonly server: string
  /** Such as `https://10.0.0.1:6443/metrics`. */
  readonly url: string
  readonly tokenFile: string | undefined
  /** Certificates in PEM to trust. */
  readonly ca: string | undefined
  /** A client certificate and its key in PEM. */
  readonly cert: string | undefined
  readonly key: string | undefined
}

/**
 * Asks an API server for its audit counters. Rejects with a Fault: `metrics/unreachable` may pass,
 * `metrics/refused` and `metrics/unreadable` need somebody to look.
 */
export const scrapeAuditMetrics = async (
  target: ScrapeTarget,
  clock: Clock,
  signal: AbortSignal,
): Promise<AuditMetrics> => {
  const url = new URL(target.url)
  const options = await optionsOf(target, url)
  const beganUs = clock.nowUs()
  const counters = await ask(url, options, signal)
  const atUs = Math.round((beganUs + clock.nowUs()) / 2)
  return { cluster: target.cluster, server: target.server, atUs, ...counters }
}

interface AskOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

const optionsOf = async (target: ScrapeTarget, url: URL): Promise<AskOptions> => {
  const { tokenFile, ca, cert, key } = target
  if (tokenFile !== undefined && url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new Fault('metrics/refused', `a token is not sent to ${url.host} without TLS`)
  }
  const [token, caBytes, certBytes, keyBytes] = await Promise.all(
    [tokenFile, ca, cert, key].map(readOptional),
  )
  const authorization = token === undefined ? {} : { authorization: `Bearer ${`${token}`.trim()}` }
  return {
    headers: { accept: 'text/plain', ...authorization },
    ...(caBytes === undefined ? {} : { ca: caBytes }),
    ...(certBytes === undefined ? {} : { cert: certBytes }),
    ...(keyBytes === undefined ? {} : { key: keyBytes }),
  }
}

const readOptional = async (file: string | undefined): Promise<Buffer | undefined> => {
  if (file === undefined) return undefined
  try {
    return await readFile(file)
  } catch (cause) {
    throw new Fault('metrics/refused', `${file} cannot be read`, { cause })
  }
}

/** No redirect is followed: credentials go where they were meant to go. */
const ask = (url: URL, options: AskOptions, signal: AbortSignal): Promise<AuditCounters> =>
  new Promise((resolve, reject) => {
    const unreachable = (cause: unknown): void =>
      reject(
        cause instanceof Fault
          ? cause
          : new Fault('metrics/unreachable', `${url.host} gives no metrics: ${wordsOf(cause)}`, {
              cause,
              transient: true,
            }),
      )
    const send = url.protocol === 'http:' ? requestHttp : requestHttps
    const limits = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const request = send(url, { ...options, agent: false, signal: limits }, (response) => {
      response.on('error', unreachable)
      readAnswer(response, url).then(resolve, unreachable)
    })
    request.on('error', unreachable)
    request.end()
  })

const readAnswer = async (response: IncomingMessage, url: URL): Promise<AuditCounters> => {
  const { statusCode = 0 } = response
  if (statusCode !== 200) {
    response.destroy()
    const transient = statusCode === 429 || statusCode >= 500
    const code = transient ? 'metrics/unreachable' : 'metrics/refused'
    throw new Fault(code, `${url.host} answers ${statusCode} when asked for metrics`, { transient })
  }
  const reader = new AuditMetricsReader()
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > LIMIT.metricsBytesMax) {
      response.destroy()
      throw new Fault('metrics/unreadable', `${url.host} says more than can be metrics`)
    }
    reader.push(chunk)
  }
  const counters = reader.done()
  if (counters !== undefined) return counters
  throw new Fault('metrics/unreadable', `${url.host} has no apiserver_audit_event_total`)
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'no answer')

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** An API server under load takes a while to write some ten megabytes. */
const TIMEOUT_MS = 20_000
