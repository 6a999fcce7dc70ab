import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { LIMIT } from '../../src/base/limit.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import type { MadeEvent } from './events.ts'
import type { StoredRow } from './oracle.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A finding, and the rule that made it. */
export interface FoundBy {
  readonly id: string
  readonly rule: string
  readonly ruleId: string
}

/** What a data directory holds when nothing runs on it. */
export interface StoredState {
  readonly events: readonly StoredRow[]
  /** The findings that hold; those about logs, which say when what arrived, are left out. */
  readonly findings: readonly FoundBy[]
  /** Kinds of gaps, sorted. */
  readonly gaps: readonly string[]
}

/** Reads all that a data directory holds. */
export const readStored = async (data: string): Promise<StoredState> => {
  const { store, close } = await openEmbedded({ folder: data, clock: systemClock })
  try {
    const limits = { resultRows: 10_000_000 }
    const events = await store.query(
      `SELECT concat(cluster, '/', server, '/', toString(way)) AS source,
         lower(hex(if(masked_from = toFixedString('', 32), SHA256(raw), masked_from))) AS sha256
       FROM events`,
      {},
      limits,
    )
    const findings = await store.query(
      'SELECT id, document FROM findings FINAL WHERE NOT withdrawn ORDER BY id',
      {},
      limits,
    )
    const aboutLogs = rulesAboutLogs()
    const gaps = await store.query('SELECT kind FROM gaps FINAL ORDER BY kind', {}, limits)
    return {
      events: events.map(({ source, sha256 }) => {
        return { source: String(source), sha256: String(sha256) }
      }),
      findings: findings
        .map(({ document }) => foundBy(String(document)))
        .filter(({ ruleId }) => !aboutLogs.has(ruleId)),
      gaps: gaps.map(({ kind }) => String(kind)),
    }
  } finally {
    await close()
  }
}

/**
 * The findings that a hunt over the same events has. One server after the other: they have no users
 * in common, and a hunt keeps `LIMIT.findingsKeptMax` findings.
 */
export const huntFindings = (
  folder: string,
  cluster: string,
  servers: ReadonlyMap<string, readonly MadeEvent[]>,
): readonly FoundBy[] => {
  mkdirSync(folder, { recursive: true })
  return [...servers].flatMap(([server, events]) => {
    const path = join(folder, `${server}.log`)
    writeFileSync(path, events.map(({ line }) => line).join(''))
    const found = hunt(path, `${cluster}/${server}=${path}`)
    if (found.length >= LIMIT.findingsKeptMax) throw new Error('too many findings to compare')
    return found
  })
}

function hunt(path: string, source: string): readonly FoundBy[] {
  const ran = spawnSync(
    process.execPath,
    ['src/main.ts', 'hunt', path, '--source', source, '--format', 'ndjson'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  const lines = ran.stdout.split('\n').filter((line) => line !== '')
  return lines.map(foundBy)
}

/**
 * How two sets of findings differ: by rule, how many of each are missing and how many are too many.
 * Nothing when they are the same.
 */
export const compareFindings = (
  found: readonly FoundBy[],
  reference: readonly FoundBy[],
): readonly string[] => [
  ...without(reference, found).map((line) => `missing: ${line}`),
  ...without(found, reference).map((line) => `too many: ${line}`),
]

function foundBy(json: string): FoundBy {
  const { id, rule }: { readonly id: string; readonly rule: { id: string; title: string } } =
    JSON.parse(json)
  return { id, rule: rule.title, ruleId: rule.id }
}

/** What they find depends on when something arrived, and a hunt has no such rules. */
function rulesAboutLogs(): ReadonlySet<string> {
  const folder = `${ROOT}content/rules`
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.cases.yaml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter((text) => text.includes('service: audit-source'))
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/^id: (\S+)/gm)].map(([, id]) => id ?? '')),
  )
}

function without(all: readonly FoundBy[], some: readonly FoundBy[]): readonly string[] {
  const ids = new Set(some.map(({ id }) => id))
  const counts = new Map<string, number>()
  for (const { id, rule } of all) {
    if (!ids.has(id)) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  return [...counts].map(([rule, count]) => `${count} of "${rule}"`)
}
