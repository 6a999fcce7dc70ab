import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { NO, type Truth, UNKNOWN, YES } from '../base/truth.ts'
import { decodeBlock } from '../decode/decode.ts'
import { type CompiledRule, compileRules } from '../detect/compile.ts'
import { auditSchema } from '../detect/schema.ts'
import { enrich } from '../enrich/enrich.ts'
import type { AuditEvent } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { EventBatch, INSERTED_COLUMNS } from '../pipeline/event-table.ts'
import { EVENT_TABLE_COLUMNS } from '../pipeline/event-table-columns.ts'
import { emitWhere } from '../sigma/emit/clickhouse.ts'
import { openEmbedded } from '../store/embedded.ts'
import { migrate } from '../store/schema/migrations.ts'

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url)

const { rules } = compileRules(
  readdirSync(at('content/rules'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
    .map((file) => ({ file, text: readFileSync(at(`content/rules/${file}`), 'utf8') })),
)

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-stored-rules-'))
const { store, close } = await openEmbedded({ folder, clock: systemClock })
afterAll(async () => {
  await close()
  rmSync(folder, { recursive: true })
})

/** Every event that some rule matches or cannot judge, and each fortieth of the others. */
const chosen = (): readonly { readonly facts: Facts; readonly raw: Uint8Array }[] => {
  const bytes = zstdDecompressSync(readFileSync(at('demo/shop-cluster/audit-a.log.zst')))
  const events: AuditEvent[] = []
  const source = { cluster: 'shop', server: 'a', file: 'audit.log' }
  const sink = {
    event: (event: AuditEvent) => events.push(event),
    issue: () => {},
    shape: () => {},
  }
  decodeBlock(bytes, 0, source, { strict: false }, sink)
  return events
    .map((event) => enrich(event))
    .filter((facts, index) => index % 40 === 0 || rules.some(({ test }) => test(facts) === YES))
    .map((facts) => {
      const { offset, length } = facts.event.origin
      return { facts, raw: bytes.subarray(offset, offset + length) }
    })
}

/** What the store says of each event, in their order. */
const askStore = async ({ plan }: CompiledRule): Promise<readonly Truth[]> => {
  const { where, parameters } = emitWhere(plan, auditSchema)
  const rows = await store.query(
    `SELECT ${where} AS truth FROM events ORDER BY position`,
    parameters,
  )
  return rows.map(({ truth }) =>
    truth === null ? UNKNOWN : truth === 1 || truth === true ? YES : NO,
  )
}

it('every rule says of stored events what it says of live ones, or leaves them open', async () => {
  await migrate(store, { kind: 'single' }, EVENT_TABLE_COLUMNS)
  const batch = new EventBatch()
  const events = chosen()
  const more = { way: 'file', arrivedUs: 1.7e15, fingerprint: 'f', copy: false } as const
  for (const { facts, raw } of events) batch.add(facts, { ...more, raw })
  await store.insert('events', 'one', INSERTED_COLUMNS, batch.take(1))
  let matches = 0
  for (const rule of rules) {
    const live = events.map(({ facts }) => rule.test(facts))
    const stored = await askStore(rule)
    // Fields without a column, and what SQL might judge otherwise, are left open.
    const expected = live.map((truth, index) => (stored[index] === UNKNOWN ? UNKNOWN : truth))
    expect(stored, rule.ref.title).toEqual(expected)
    matches += stored.filter((truth) => truth === YES).length
  }
  expect(matches).toBeGreaterThan(30)
}, 60_000)
