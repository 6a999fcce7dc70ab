import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { openEmbedded } from '../../src/store/embedded.ts'
import type { MadeEvent } from './events.ts'
import type { StoredRow } from './oracle.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What a data directory holds when nothing runs on it. */
export interface StoredState {
  readonly events: readonly StoredRow[]
  /** Ids of the findings that hold, sorted; those about sources are left out. */
  readonly findings: readonly string[]
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
      "SELECT id FROM findings FINAL WHERE NOT withdrawn AND act != '' ORDER BY id",
      {},
      limits,
    )
    const gaps = await store.query('SELECT kind FROM gaps FINAL ORDER BY kind', {}, limits)
    return {
      events: events.map(({ source, sha256 }) => {
        return { source: String(source), sha256: String(sha256) }
      }),
      findings: findings.map(({ id }) => String(id)),
      gaps: gaps.map(({ kind }) => String(kind)),
    }
  } finally {
    await close()
  }
}

/** Ids of the findings that a hunt over the same events has, sorted. */
export const huntFindings = (
  folder: string,
  cluster: string,
  servers: ReadonlyMap<string, readonly MadeEvent[]>,
): readonly string[] => {
  const sources: string[] = []
  mkdirSync(folder, { recursive: true })
  for (const [server, events] of servers) {
    const path = join(folder, `${server}.log`)
    writeFileSync(path, events.map(({ line }) => line).join(''))
    sources.push('--source', `${cluster}/${server}=${path}`)
  }
  const ran = spawnSync(
    process.execPath,
    ['src/main.ts', 'hunt', folder, ...sources, '--format', 'ndjson'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  return ran.stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    .map((finding: { readonly id: string }) => finding.id)
    .sort()
}
