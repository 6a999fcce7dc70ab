import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { systemClock } from '../../base/clock.ts'
import { serve } from '../../pipeline/pipeline.ts'
import type { Instance, ServeOptions } from '../../pipeline/serve/running.ts'

const HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'

/** The value that is planted in a Secret. */
export const PLANTED = 'c3VwZXItc2VjcmV0LXZhbHVl'

const SECRET = `${HEAD}"level":"RequestResponse","auditID":"5ec4e7f0-0000-4000-8000-000000000001",\
"stage":"ResponseComplete","requestURI":"/api/v1/namespaces/prod/secrets/db","verb":"get",\
"user":{"username":"eve","groups":["system:authenticated"]},"sourceIPs":["192.0.2.7"],\
"objectRef":{"resource":"secrets","namespace":"prod","name":"db","apiVersion":"v1"},\
"responseStatus":{"metadata":{},"code":200},"responseObject":{"kind":"Secret","apiVersion":"v1",\
"metadata":{"name":"db","namespace":"prod"},"data":{"password":"${PLANTED}"},"type":"Opaque"},\
"requestReceivedTimestamp":"2026-11-20T21:50:00.000001Z",\
"stageTimestamp":"2026-11-20T21:50:00.000900Z"}`

/** Where an instance keeps what, and for whom it seals. */
export interface EvidenceInstance {
  readonly data: string
  readonly anchor: string
  readonly sealKey: string
}

/**
 * Lets an instance receive four bodies, from two API servers in turn, each a batch of its own; one
 * holds the event of a Secret. Gives the lines it was sent, by server.
 */
export const receiveBodies = async (of: EvidenceInstance): Promise<Record<string, string[]>> => {
  const sent = { a: linesOf('a').slice(0, 40), b: [...linesOf('b').slice(0, 30), SECRET] }
  const bodies = [
    { server: 'a', lines: sent.a.slice(0, 20) },
    { server: 'b', lines: sent.b.slice(0, 11) },
    { server: 'a', lines: sent.a.slice(20) },
    { server: 'b', lines: sent.b.slice(11) },
  ]
  const stop = new AbortController()
  const during = async (instance: Instance): Promise<void> => {
    for (const { server, lines } of bodies) {
      const stored = await batchesOf(instance)
      const url = `http://127.0.0.1:${instance.webhook?.port}/audit/prod/${server}`
      const response = await fetch(url, { method: 'POST', body: listOf(lines) })
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      while ((await batchesOf(instance)) === stored) await systemClock.sleep(20)
    }
  }
  let failure: unknown
  await serve(
    optionsFor(of),
    {
      finding: () => {},
      log: () => {},
      started: (instance) =>
        void during(instance)
          .catch((error: unknown) => {
            failure = error
          })
          .finally(() => stop.abort()),
    },
    stop.signal,
  )
  if (failure !== undefined) throw failure
  return sent
}

const batchesOf = async ({ status }: Instance): Promise<string> => {
  const lines = (await status.metrics()).split('\n')
  return lines.filter((line) => /^deckwatch_\w*(batches_total)\w*/.test(line)).join('\n')
}

const DEMO = fileURLToPath(new URL('../../../demo/shop-cluster/', import.meta.url))

const linesOf = (server: string): string[] =>
  zstdDecompressSync(readFileSync(`${DEMO}audit-${server}.log.zst`))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')

const listOf = (lines: readonly string[]): string => {
  const items = lines.map((line) => `{${line.slice(HEAD.length)}`).join(',')
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}\n`
}

const optionsFor = ({ data, anchor, sealKey }: EvidenceInstance): ServeOptions => ({
  config: {
    data,
    webhook: { listen: { host: '127.0.0.1', port: 0 }, tls: undefined, sources: [] },
    files: [],
    store: { kind: 'embedded', memoryBytes: undefined },
    retention: { days: undefined, clusters: new Map() },
    evidence: { anchor, sealKey: undefined },
    status: undefined,
    metricsScrape: [],
    ...{ proxies: [], clusterRanges: [], rules: [], lists: [] },
  },
  judging: { rules: [], lists: [], proxies: [], clusterRanges: [] },
  sealKey,
  storePassword: undefined,
  storeCa: undefined,
  clock: systemClock,
  tool: 'test',
})
