import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import type { Issue, Place } from '../../base/issue.ts'
import type { ServeConfig } from '../../pipeline/serve-options.ts'
import { plainValue, type YamlNode } from '../../sigma/parse/document.ts'
import { parseDocuments } from '../../sigma/parse/parse-documents.ts'
import { suggest } from '../../sigma/suggest.ts'
import { isLoopback } from '../../source/webhook/receiver.ts'
import {
  type ConfigValues,
  configSchema,
  keysAt,
  type StoreValues,
  type WebhookValues,
} from './schema.ts'

/** What a configuration file says. Its options may leave the data directory and store open. */
export type ConfigFile = Omit<ServeConfig, 'data' | 'store'> & {
  readonly data: string | undefined
  readonly store: ServeConfig['store'] | undefined
}

/** A configuration, or what keeps the file from being one. */
export type ParsedConfig =
  | { readonly config: ConfigFile; readonly issues: readonly [] }
  | { readonly config: undefined; readonly issues: readonly Issue[] }

/**
 * Reads the text of `deckwatch.yaml`. Every issue has its line and column. Relative paths begin at
 * the folder of the file.
 */
export const parseConfig = (content: string, file: string): ParsedConfig => {
  const documents = parseDocuments(content, file)
  const broken = documents.flatMap(({ issues }) => issues)
  if (broken.length > 0) {
    return refused(broken.map((issue) => ({ ...issue, code: 'config/yaml' })))
  }
  const root = documents[0]?.root
  if (documents.length > 1 || (root !== undefined && root.kind !== 'map')) {
    const message = 'a configuration is one map of keys, in one document'
    return refused([{ code: 'config/yaml', message, at: root?.place ?? { file } }])
  }
  const odd = root === undefined ? undefined : prototypeKey(root)
  if (odd !== undefined) {
    return refused([{ code: 'config/unknown-key', message: '__proto__ means nothing', at: odd }])
  }
  const parsed = configSchema.safeParse(root === undefined ? {} : plainValue(root))
  const placeOf = (path: readonly PropertyKey[]): Place => placeAt(root, path) ?? { file }
  if (!parsed.success) {
    return refused(parsed.error.issues.flatMap((issue) => toIssues(issue, root, placeOf)))
  }
  const conflicts = conflictsIn(parsed.data).map(
    ({ path, message }): Issue => ({ code: 'config/conflict', message, at: placeOf(path) }),
  )
  if (conflicts.length > 0) return refused(conflicts)
  return { config: toConfig(parsed.data, dirname(file)), issues: [] }
}

const refused = (issues: readonly Issue[]): ParsedConfig => ({
  config: undefined,
  issues: [...issues].sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0)),
})

/** The checker of the schema passes over this key without a word. */
function prototypeKey(node: YamlNode): Place | undefined {
  if (node.kind === 'scalar') return undefined
  if (node.kind === 'list') return node.items.map(prototypeKey).find((at) => at !== undefined)
  const own = node.entries.get('__proto__')?.keyPlace
  const below = [...node.entries.values()].map(({ value }) => prototypeKey(value))
  return own ?? below.find((at) => at !== undefined)
}

type ZodIssue = z.core.$ZodIssue
type PlaceOf = (path: readonly PropertyKey[]) => Place

function toIssues(issue: ZodIssue, root: YamlNode | undefined, placeOf: PlaceOf): Issue[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, placeOf))
  }
  const name = nameOf(path)
  if (isMissing(root, path)) {
    const message = `${name} is missing`
    return [{ code: 'config/missing', message, at: placeOf(path.slice(0, -1)) }]
  }
  const message = `${name} must be ${wanted(issue)}`
  return [{ code: 'config/value', message, at: placeOf(path) }]
}

function unknownKey(key: string, path: readonly PropertyKey[], placeOf: PlaceOf): Issue {
  const known = keysAt(path)
  const near = suggest(key, known)
  const help = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`
  const message = `${nameOf([...path, key])} means nothing: ${help}`
  return { code: 'config/unknown-key', message, at: placeOf([...path, key]) }
}

function wanted(issue: ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues.map(wanted).join('; ')
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_type') return KINDS[issue.expected] ?? `a ${issue.expected}`
  if (issue.code === 'too_big') return `at most ${issue.maximum}`
  if (issue.code === 'too_small') {
    return issue.origin === 'string' ? 'a text that is not empty' : `at least ${issue.minimum}`
  }
  return issue.message
}

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  string: 'a text',
  int: 'a whole number',
}

/** `webhook.sources[0].cluster` */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) =>
      typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`,
    )
    .join('')
}

function isMissing(root: YamlNode | undefined, path: readonly PropertyKey[]): boolean {
  const last = path.at(-1)
  if (typeof last !== 'string') return false
  const parent = nodeAt(root, path.slice(0, -1))
  return parent?.kind === 'map' && !parent.entries.has(last)
}

function nodeAt(root: YamlNode | undefined, path: readonly PropertyKey[]): YamlNode | undefined {
  let at = root
  for (const step of path) {
    if (at?.kind === 'map') at = at.entries.get(String(step))?.value
    else at = at?.kind === 'list' && typeof step === 'number' ? at.items[step] : undefined
  }
  return at
}

/** Of the key, where the path ends in one. */
function placeAt(root: YamlNode | undefined, path: readonly PropertyKey[]): Place | undefined {
  const last = path.at(-1)
  const parent = nodeAt(root, path.slice(0, -1))
  if (typeof last === 'string' && parent?.kind === 'map') return parent.entries.get(last)?.keyPlace
  return nodeAt(root, path)?.place
}

interface Conflict {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

function conflictsIn({ webhook, store, files }: ConfigValues): readonly Conflict[] {
  const conflicts: Conflict[] = []
  if (webhook !== undefined) conflicts.push(...conflictsOfWebhook(webhook))
  if (store?.url !== undefined && store.embedded !== undefined) {
    conflicts.push({ path: ['store', 'embedded'], message: 'store is a url or embedded, not both' })
  }
  if (store?.url === undefined) {
    for (const key of ['passwordFile', 'ca', 'clusterName'] as const) {
      if (store?.[key] === undefined) continue
      conflicts.push({ path: ['store', key], message: `store.${key} needs store.url` })
    }
  } else if (URL.parse(store.url)?.password !== '') {
    const message = 'store.url holds a password, which belongs into store.passwordFile'
    conflicts.push({ path: ['store', 'url'], message })
  }
  const paths = files.map(({ path }) => path)
  for (const [i, path] of paths.entries()) {
    if (paths.indexOf(path) === i) continue
    conflicts.push({ path: ['files', i], message: `${path} is followed already` })
  }
  return conflicts
}

function conflictsOfWebhook(webhook: WebhookValues): readonly Conflict[] {
  const { listen, tls, sources } = webhook
  const conflicts: Conflict[] = []
  if (tls === undefined && !isLoopback(listen.host)) {
    const message =
      'plain HTTP only on loopback, for others could read and forge it: add webhook.tls, or listen on 127.0.0.1'
    conflicts.push({ path: ['webhook', 'listen'], message })
  }
  const nobody = tls !== undefined && tls.clientCA === undefined && sources.length === 0
  if (nobody) {
    const message = 'nothing would say who sends: add clientCA, or sources with tokenSha256'
    conflicts.push({ path: ['webhook', 'tls'], message })
  }
  for (const [i, source] of sources.entries()) {
    const path = ['webhook', 'sources', i]
    const isRepeated = sources.findIndex((other) => isSame(other, source)) < i
    if (isRepeated) {
      conflicts.push({ path, message: `${source.cluster}/${source.server} is there twice` })
    }
    if (tls?.clientCA === undefined && source.san !== undefined) {
      conflicts.push({ path: [...path, 'san'], message: 'san needs webhook.tls.clientCA' })
    } else if (
      tls !== undefined &&
      tls.clientCA === undefined &&
      source.tokenSha256 === undefined
    ) {
      conflicts.push({
        path,
        message: 'without webhook.tls.clientCA each source needs tokenSha256',
      })
    }
  }
  return conflicts
}

const isSame = (a: NamedPair, b: NamedPair): boolean =>
  a.cluster === b.cluster && a.server === b.server

interface NamedPair {
  readonly cluster: string
  readonly server: string
}

function toConfig(values: ConfigValues, folder: string): ConfigFile {
  const at = (path: string): string => resolve(folder, path)
  const maybe = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : at(path)
  const { webhook, retention, evidence } = values
  return {
    data: maybe(values.data),
    webhook: webhook === undefined ? undefined : toReceiver(webhook, at),
    files: values.files.map((each) => ({ ...each, path: at(each.path) })),
    store: values.store === undefined ? undefined : toStore(values.store, maybe),
    retention: {
      days: retention?.days,
      clusters: new Map(Object.entries(retention?.clusters ?? {})),
    },
    evidence: { anchor: maybe(evidence?.anchor), sealKey: maybe(evidence?.sealKey) },
    status: values.status?.listen,
    metricsScrape: values.metricsScrape.map((each) => ({
      ...{ cluster: each.cluster, server: each.server, url: each.url },
      ...{ tokenFile: maybe(each.tokenFile), ca: maybe(each.ca) },
      ...{ cert: maybe(each.cert), key: maybe(each.key) },
    })),
    rules: values.rules.map(at),
    lists: values.lists.map(at),
    proxies: values.proxies,
    clusterRanges: values.clusterRanges,
  }
}

function toReceiver(
  { listen, tls, sources }: WebhookValues,
  at: (path: string) => string,
): NonNullable<ConfigFile['webhook']> {
  const clientCA = tls?.clientCA === undefined ? undefined : at(tls.clientCA)
  return {
    listen,
    tls: tls === undefined ? undefined : { cert: at(tls.cert), key: at(tls.key), clientCA },
    sources: sources.map(({ cluster, server, san, tokenSha256 }) => ({
      ...{ cluster, server, san, tokenSha256 },
    })),
  }
}

function toStore(
  store: StoreValues,
  maybe: (path: string | undefined) => string | undefined,
): NonNullable<ConfigFile['store']> {
  const { url, passwordFile, ca, clusterName, embedded } = store
  if (url === undefined) return { kind: 'embedded', memoryBytes: embedded?.memoryBytes }
  return { kind: 'url', url, passwordFile: maybe(passwordFile), ca: maybe(ca), clusterName }
}
