import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import { type AuditCounters, AuditMetricsReader } from './audit-metrics.ts'
import { scrapeAuditMetrics } from './scrape.ts'

/** Recorded from kube-apiserver 1.36.3, with some of what stands around the audit counters. */
const RECORDED = `# HELP apiserver_audit_error_total [ALPHA] Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.
# TYPE apiserver_audit_error_total counter
apiserver_audit_error_total{plugin="truncate"} 2
apiserver_audit_error_total{plugin="webhook"} 10
# HELP apiserver_audit_event_total [ALPHA] Counter of audit events generated and sent to the audit backend.
# TYPE apiserver_audit_event_total counter
apiserver_audit_event_total 607
# TYPE apiserver_audit_level_total counter
apiserver_audit_level_total{level="None"} 687
apiserver_audit_level_total{level="RequestResponse"} 304
apiserver_audit_requests_rejected_total 1
apiserver_audit_other_total 5
apiserver_request_total{code="200",verb="LIST"} 1e+06
process_resident_memory_bytes 3.1e+08
process_start_time_seconds 1.79521157e+09
`

const EXPECTED: AuditCounters = {
  eventTotal: 607,
  errorTotal: { truncate: 2, webhook: 10 },
  levelTotal: { None: 687, RequestResponse: 304 },
  rejectedTotal: 1,
  startedUs: 1_795_211_570_000_000,
}

const read = (text: string, pieces = text.length): AuditCounters | undefined => {
  const reader = new AuditMetricsReader()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += pieces) reader.push(bytes.subarray(at, at + pieces))
  return reader.done()
}

describe('audit counters', () => {
  it('are found in recorded metrics, wherever those are cut', () => {
    for (const pieces of [1, 2, 3, 7, 64, 1000]) expect(read(RECORDED, pieces)).toEqual(EXPECTED)
  })

  it('may stand in the last line, without an end', () => {
    expect(read('apiserver_audit_event_total 5')?.eventTotal).toBe(5)
    expect(read('apiserver_audit_event_total 5 1795211570000')?.eventTotal).toBe(5)
  })

  it('are no counters when they are none', () => {
    expect(read('')).toBeUndefined()
    for (const value of ['NaN', '-1', '+Inf', 'x', '', '{']) {
      expect(read(`apiserver_audit_event_total ${value}\n`)).toBeUndefined()
    }
  })

  it('have labels with anything in them', () => {
    const line = 'apiserver_audit_error_total{a="}\\"",plugin="__proto__"} 3\n'
    const counters = read(`apiserver_audit_event_total 1\n${line}`)
    expect(Object.entries(counters?.errorTotal ?? {})).toEqual([['__proto__', 3]])
  })

  it('a line of more than LIMIT.metricsLineBytesMax is passed over, and the next is read', () => {
    const long = `apiserver_audit_event_total{a="${'x'.repeat(LIMIT.metricsLineBytesMax)}"} 9`
    expect(read(`${long}\napiserver_audit_event_total 4\n`)?.eventTotal).toBe(4)
    expect(read(`${long}\napiserver_audit_event_total 4\n`, 1000)?.eventTotal).toBe(4)
    expect(read(long, 1000)).toBeUndefined()
  })

  it('of more than LIMIT.metricsLabelsMax plugins the first are kept', () => {
    const lines = Array.from(
      { length: LIMIT.metricsLabelsMax + 5 },
      (_, n) => `apiserver_audit_error_total{plugin="p${n}"} 1\n`,
    )
    const counters = read(`apiserver_audit_event_total 1\n${lines.join('')}`)
    expect(Object.keys(counters?.errorTotal ?? {})).toHaveLength(LIMIT.metricsLabelsMax)
  })
})

describe('a scrape', () => {
  const open: (() => void)[] = []
  afterEach(() => {
    for (const close of open.splice(0)) close()
  })

  const serve = async (listener: RequestListener): Promise<string> => {
    const server: Server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
  }

  const scrape = (url: string, tokenFile?: string) =>
    scrapeAuditMetrics(
      {
        ...{ cluster: 'c', server: 's', url, tokenFile },
        ...{ ca: undefined, cert: undefined, key: undefined },
      },
      systemClock,
      AbortSignal.timeout(10_000),
    )

  const faultOf = async (scraping: Promise<unknown>): Promise<Fault> => {
    const error = await scraping.catch((reason: unknown) => reason)
    if (error instanceof Fault) return error
    throw new Error('no fault')
  }

  it('asks with the token of a file, and says when it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scrape-'))
    open.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'token'), 'let-me-in\n')
    const url = await serve((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer let-me-in' ? 200 : 403
      response.end(RECORDED)
    })
    const before = systemClock.nowUs()
    const metrics = await scrape(url, join(folder, 'token'))
    expect(metrics).toMatchObject({ cluster: 'c', server: 's', ...EXPECTED })
    expect(metrics.atUs).toBeGreaterThanOrEqual(before)
    expect(metrics.atUs).toBeLessThanOrEqual(systemClock.nowUs())
    expect(await faultOf(scrape(url))).toMatchObject({ code: 'metrics/refused', transient: false })
    const missing = await faultOf(scrape(url, join(folder, 'none')))
    expect(missing.code).toBe('metrics/refused')
  })

  it('sends no token in the clear, and follows no redirect', async () => {
    const plain = await faultOf(scrape('http://192.0.2.1/metrics', '/dev/null'))
    expect(plain.message).toContain('without TLS')
    const url = await serve((_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()
    })
    expect((await faultOf(scrape(url))).code).toBe('metrics/refused')
  })

  it('says what may pass, and what may not', async () => {
    const busy = await serve((_, response) => {
      response.writeHead(503).end()
    })
    expect(await faultOf(scrape(busy))).toMatchObject({ transient: true })
    const cut = await serve((_, response) => {
      response.write(RECORDED)
      response.destroy()
    })
    expect(await faultOf(scrape(cut))).toMatchObject({ code: 'metrics/unreachable' })
    const other = await serve((_, response) => {
      response.end('<html>')
    })
    expect(await faultOf(scrape(other))).toMatchObject({ code: 'metrics/unreadable' })
  })

  it('trusts the given authority alone, and shows its own certificate', async () => {
    const file = (name: string): string =>
      fileURLToPath(new URL(`../webhook/fixtures/certificates/${name}`, import.meta.url))
    const server = createTlsServer(
      {
        key: readFileSync(file('server.key')),
        cert: readFileSync(file('server.pem')),
        ca: readFileSync(file('ca.pem')),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (_, response) => void response.end(RECORDED),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
    const ask = (ca: string | undefined, name: string | undefined) => {
      const own = name === undefined ? {} : { cert: file(`${name}.pem`), key: file(`${name}.key`) }
      const none = {
        cluster: 'c',
        server: 's',
        tokenFile: undefined,
        cert: undefined,
        key: undefined,
      }
      return scrapeAuditMetrics(
        { ...none, url, ca, ...own },
        systemClock,
        AbortSignal.timeout(10_000),
      )
    }
    expect(await ask(file('ca.pem'), 'master-1')).toMatchObject(EXPECTED)
    for (const [ca, name] of [
      [file('other-ca.pem'), 'master-1'],
      [undefined, 'master-1'],
      [file('ca.pem'), undefined],
    ] as const) {
      expect((await faultOf(ask(ca, name))).code).toBe('metrics/unreachable')
    }
  })

  it('reads LIMIT.metricsBytesMax bytes at most', async () => {
    const megabyte = Buffer.alloc(1_048_576, `${'#'.repeat(255)}\n`)
    const url = await serve((_, response) => {
      let left = LIMIT.metricsBytesMax / megabyte.length + 64
      const more = (): void => {
        while (left-- > 0) if (!response.write(megabyte)) return void response.once('drain', more)
        response.end()
      }
      more()
    })
    expect((await faultOf(scrape(url))).code).toBe('metrics/unreadable')
  })
})
