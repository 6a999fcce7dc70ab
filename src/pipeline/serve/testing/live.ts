import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { systemClock } from '../../../base/clock.ts'
import { openEmbedded } from '../../../store/embedded.ts'
import type { StoreRecord } from '../../../store/store.ts'
import type { RuleFile } from '../../hunt-options.ts'
import { serve } from '../../pipeline.ts'
import type { Instance, Judging, ServeHooks, ServeOptions } from '../running.ts'

/** The folder of the demonstration's logs. */
export const DEMO: string = fileURLToPath(
  new URL('../../../../demo/shop-cluster/', import.meta.url),
)

const RULES = fileURLToPath(new URL('../../../../content/rules/', import.meta.url))

/** The rules that come with deckwatch. */
export const ruleFiles = (): readonly RuleFile[] =>
  readdirSync(RULES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.cases.yaml'))
    .map((file) => ({ file, text: readFileSync(join(RULES, file), 'utf8') }))

/** To judge with these rules, and to know no proxies. */
export const judging = (rules: readonly RuleFile[] = ruleFiles()): Judging => ({
  rules,
  lists: [],
  proxies: [],
  clusterRanges: [],
})

/** An instance with the embedded store and a receiver on any port. */
export const optionsFor = (
  data: string,
  more: Partial<ServeOptions['config']> = {},
): ServeOptions => ({
  config: {
    data,
    webhook: { listen: { host: '127.0.0.1', port: 0 }, tls: undefined, sources: [] },
    files: [],
    store: { kind: 'embedded', memoryBytes: undefined },
    retention: { days: undefined, clusters: new Map() },
    evidence: { anchor: undefined, sealKey: undefined },
    status: undefined,
    metricsScrape: [],
    ...{ proxies: [], clusterRanges: [] },
    rules: [],
    lists: [],
    ...more,
  },
  judging: judging(),
  sealKey: undefined,
  storePassword: undefined,
  storeCa: undefined,
  clock: systemClock,
  tool: 'test',
  waitMs: 300,
})

/** What an instance said while it ran. */
export interface Life {
  readonly told: Map<string, string>
  readonly logged: string[]
}

/** Runs an instance while `during` lasts. */
export const live = async (
  options: ServeOptions,
  during: (instance: Instance, life: Life) => Promise<void>,
): Promise<Life> => {
  const life: Life = { told: new Map(), logged: [] }
  const stop = new AbortController()
  let failure: unknown
  const hooks: ServeHooks = {
    finding: ({ finding, withdrawn }, isUpdate) =>
      life.told.set(finding.id, withdrawn ? 'withdrawn' : isUpdate ? 'update' : 'new'),
    log: (_, message) => life.logged.push(message),
    started: (instance) => {
      during(instance, life)
        .catch((error: unknown) => {
          failure = error
        })
        .finally(() => stop.abort())
    },
  }
  await serve(options, hooks, stop.signal)
  if (failure !== undefined) throw failure
  return life
}

/** How a line of an API server's log begins. */
export const LINE_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'

/** The lines of one API server of the demonstration: a, b or c. */
export const demoLines = (server: string): readonly string[] =>
  zstdDecompressSync(readFileSync(join(DEMO, `audit-${server}.log.zst`)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')

/** The body that an API server sends of these lines. */
export const bodyOf = (lines: readonly string[]): string => {
  const items = lines.map((line) => `{${line.slice(LINE_HEAD.length)}`).join(',')
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}\n`
}

/** Sends a body as an API server does; gives the status. */
export const post = async (
  instance: Instance,
  server: string,
  body: string,
  cluster = 'shop-cluster',
): Promise<number> => {
  const url = `http://127.0.0.1:${instance.webhook?.port}/audit/${cluster}/${server}?timeout=30s`
  const response = await fetch(url, { method: 'POST', body })
  await response.arrayBuffer()
  return response.status
}

/** Waits until something holds. */
export const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await systemClock.sleep(20)
}

/** Asks the store of an instance that has stopped. */
export const ask = async (data: string, sql: string): Promise<StoreRecord[]> => {
  const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
  try {
    return await store.query(sql)
  } finally {
    await close()
  }
}
