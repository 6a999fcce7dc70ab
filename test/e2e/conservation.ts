import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { LogSource } from '../../src/model/delivery.ts'
import type { Store } from '../../src/store/store.ts'

const LINE_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'
const NEWLINE = 0x0a
const BRACE = Buffer.from('{')

/** What one API server's files and the store have of each other. */
export interface Balance {
  readonly server: string
  /** Lines of its files, rotated and compressed ones included. */
  readonly lines: number
  readonly files: number
  /** Events by way, and how many of them had a secret masked. */
  readonly fromFile: number
  readonly fromWebhook: number
  readonly masked: number
  /** Lines that the store lacks or has more than once by way of the file. */
  readonly missing: number
  readonly repeated: number
  /** Events of the store, of either way, that are no line of the files. */
  readonly invented: number
  /** Lines that did not come by the webhook, and of them the ends of watches. */
  readonly notByWebhook: number
  readonly notByWebhookWatches: number
  readonly repeatedByWebhook: number
}

/**
 * Compares, byte by byte through SHA-256, every line of an API server's files with every event that
 * is stored of it. What was masked is compared by the digest of what it was.
 */
export const balanceOf = async (
  store: Store,
  cluster: string,
  server: string,
  folder: string,
): Promise<Balance> => {
  const { lines, files, items } = linesOf(folder)
  const byFile = await storedOf(store, { cluster, server, way: 'file' }, new Map())
  const byWebhook = await storedOf(store, { cluster, server, way: 'webhook' }, items)
  const isWatch = (digest: string): boolean => lines.get(digest)?.isWatch === true
  const notByWebhook = [...lines.keys()].filter((digest) => !byWebhook.counts.has(digest))
  const count = (of: Iterable<string>): number => [...of].length
  const notLines = (stored: Stored): number =>
    count([...stored.counts.keys()].filter((digest) => !lines.has(digest)))
  return {
    server,
    lines: [...lines.values()].reduce((sum, one) => sum + one.count, 0),
    files,
    fromFile: byFile.events,
    fromWebhook: byWebhook.events,
    masked: byFile.masked,
    missing: count(
      [...lines].filter(([d, one]) => (byFile.counts.get(d) ?? 0) < one.count).map(([d]) => d),
    ),
    repeated: count(
      [...byFile.counts].filter(([d, n]) => n > (lines.get(d)?.count ?? n)).map(([d]) => d),
    ),
    invented: notLines(byFile) + notLines(byWebhook),
    notByWebhook: notByWebhook.length,
    notByWebhookWatches: notByWebhook.filter(isWatch).length,
    repeatedByWebhook: count([...byWebhook.counts].filter(([, n]) => n > 1).map(([d]) => d)),
  }
}

interface Line {
  count: number
  readonly isWatch: boolean
}

interface Lines {
  /** By their digest. */
  readonly lines: Map<string, Line>
  /** Their digests by those of the items that the webhook has of them. */
  readonly items: Map<string, string>
  readonly files: number
}

/** The lines of all files of a log. */
const linesOf = (folder: string): Lines => {
  const names = readdirSync(folder).filter((name) => name.startsWith('audit'))
  // While a file is being compressed both are there.
  const files = names.filter((name) => !name.endsWith('.gz') || !names.includes(name.slice(0, -3)))
  const lines = new Map<string, Line>()
  const items = new Map<string, string>()
  for (const name of files) {
    const bytes = readFileSync(join(folder, name))
    const content = name.endsWith('.gz') ? gunzipSync(bytes) : bytes
    for (let from = 0; from < content.length; ) {
      const end = content.indexOf(NEWLINE, from)
      const line = content.subarray(from, end < 0 ? content.length : end)
      const digest = hash('sha256', line)
      items.set(hash('sha256', Buffer.concat([BRACE, line.subarray(LINE_HEAD.length)])), digest)
      const known = lines.get(digest)
      if (known === undefined) {
        lines.set(digest, { count: 1, isWatch: line.includes('"verb":"watch"') })
      } else known.count += 1
      from += line.length + 1
    }
  }
  return { lines, items, files: files.length }
}

interface Stored {
  readonly counts: ReadonlyMap<string, number>
  readonly events: number
  readonly masked: number
}

const NOTHING_MASKED = '0'.repeat(64)

/** Stored events by the digest of the line that the API server wrote. */
const storedOf = async (
  store: Store,
  source: LogSource,
  items: ReadonlyMap<string, string>,
): Promise<Stored> => {
  const counts = new Map<string, number>()
  let [events, masked] = [0, 0]
  const sql =
    'SELECT lower(hex(masked_from)) AS before, raw FROM events ' +
    'WHERE cluster = {cluster:String} AND server = {server:String} AND way = {way:String}'
  const limits = { resultRows: 100_000_000, seconds: 600 }
  for await (const some of store.stream(sql, { ...source }, limits)) {
    for (const row of some) {
      events += 1
      const before = String(row.before)
      const wasMasked = before !== NOTHING_MASKED
      if (wasMasked) masked += 1
      const digest = wasMasked
        ? (items.get(before) ?? before)
        : digestOf(String(row.raw), source.way)
      counts.set(digest, (counts.get(digest) ?? 0) + 1)
    }
  }
  return { counts, events, masked }
}

const digestOf = (raw: string, way: string): string =>
  hash('sha256', way === 'webhook' ? LINE_HEAD + raw.slice(1) : raw)
