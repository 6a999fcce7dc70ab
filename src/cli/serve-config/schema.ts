import { z } from 'zod'
import { parseRange } from '../../base/ip-range.ts'
import type { FollowedPath } from '../../source/follow/follower.ts'
import { isSourceName } from '../../source/webhook/audit-path.ts'
import type { ListenAddress } from '../../source/webhook/receiver-options.ts'
import { parseListen } from './listen-address.ts'

/** What `deckwatch.yaml` may hold. */
export interface ConfigValues {
  readonly data?: string | undefined
  readonly webhook?: WebhookValues | undefined
  readonly files: readonly FollowedPath[]
  readonly store?: StoreValues | undefined
  readonly retention?:
    | {
        readonly days?: number | undefined
        readonly clusters: Readonly<Record<string, number>>
      }
    | undefined
  readonly evidence?:
    | { readonly anchor?: string | undefined; readonly sealKey?: string | undefined }
    | undefined
  readonly status?: { readonly listen: ListenAddress } | undefined
  readonly metricsScrape: readonly ScrapeValues[]
  readonly rules: readonly string[]
  readonly lists: readonly string[]
  readonly proxies: readonly string[]
  readonly clusterRanges: readonly string[]
}

/** Its part about the receiver of webhooks. */
export interface WebhookValues {
  readonly listen: ListenAddress
  readonly tls?:
    | { readonly cert: string; readonly key: string; readonly clientCA?: string | undefined }
    | undefined
  readonly sources: readonly {
    readonly cluster: string
    readonly server: string
    readonly san?: string | undefined
    readonly tokenSha256?: string | undefined
  }[]
}

/** Its part about ClickHouse. */
export interface StoreValues {
  readonly url?: string | undefined
  readonly passwordFile?: string | undefined
  readonly ca?: string | undefined
  readonly clusterName?: string | undefined
  readonly embedded?: { readonly memoryBytes?: number | undefined } | undefined
}

/** Its part about the metrics of an API server. */
export interface ScrapeValues {
  readonly cluster: string
  readonly server: string
  readonly url: string
  readonly tokenFile?: string | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

const text = z.string().min(1)

const name = z.string().refine(isSourceName, {
  error: 'a name of letters, digits, dots, dashes and underscores, such as prod or master-1',
})

const listen = z.string().transform((value, context) => {
  const address = parseListen(value)
  if (address !== undefined) return address
  context.addIssue('an address and a port, such as 127.0.0.1:8443 or [::1]:8443')
  return z.NEVER
})

const url = (protocols: readonly string[]): z.ZodType<string> =>
  z.string().refine((value) => protocols.includes(URL.parse(value)?.protocol.slice(0, -1) ?? ''), {
    error: `a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  })

const range = z.string().refine((value) => parseRange(value) !== undefined, {
  error: 'a range of addresses, such as 10.0.0.0/8 or fd00::/8',
})

const days = z.number().int().min(1).max(36_500)

const webhookSource = z.strictObject({
  cluster: name,
  server: name,
  san: z
    .string()
    .regex(/^(?:DNS|URI):\S+$/, 'a name in the certificate, as DNS:master-1.prod or URI:spiffe://…')
    .optional(),
  tokenSha256: z
    .string()
    .regex(/^[0-9A-Fa-f]{64}$/, 'the 64 hex digits of: printf %s TOKEN | sha256sum')
    .transform((value) => value.toLowerCase())
    .optional(),
})

const followed = z.strictObject({
  path: text,
  cluster: name,
  server: name,
  from: z.enum(['start', 'end']).default('end'),
})

const store = z.strictObject({
  url: url(['https', 'http']).optional(),
  passwordFile: text.optional(),
  ca: text.optional(),
  clusterName: text.optional(),
  embedded: z.strictObject({ memoryBytes: z.number().int().min(67_108_864).optional() }).optional(),
})

const scrape = z.strictObject({
  cluster: name,
  server: name,
  url: url(['https', 'http']),
  tokenFile: text.optional(),
  ca: text.optional(),
  cert: text.optional(),
  key: text.optional(),
})

const schema = z.strictObject({
  data: text.optional(),
  webhook: z
    .strictObject({
      listen,
      tls: z.strictObject({ cert: text, key: text, clientCA: text.optional() }).optional(),
      sources: z.array(webhookSource).default([]),
    })
    .optional(),
  files: z.array(followed).default([]),
  store: store.optional(),
  retention: z
    .strictObject({ days: days.optional(), clusters: z.record(name, days).default({}) })
    .optional(),
  evidence: z.strictObject({ anchor: text.optional(), sealKey: text.optional() }).optional(),
  status: z.strictObject({ listen }).optional(),
  metricsScrape: z.array(scrape).default([]),
  rules: z.array(text).default([]),
  lists: z.array(text).default([]),
  proxies: z.array(range).default([]),
  clusterRanges: z.array(range).default([]),
})

/** Checks what stands in `deckwatch.yaml`. A key that it does not know is an error. */
export const configSchema: z.ZodType<ConfigValues> = schema

/** The keys that a map at this path may have, to suggest one of them. */
export const keysAt = (path: readonly PropertyKey[]): readonly string[] => {
  let at: unknown = schema
  for (const step of path) at = memberOf(bare(at), step)
  const found = bare(at)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : []
}

function memberOf(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)]
  return schema instanceof z.ZodArray ? schema.element : undefined
}

/** Without what makes a value optional. */
function bare(schema: unknown): unknown {
  let at = schema
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap()
  return at
}
