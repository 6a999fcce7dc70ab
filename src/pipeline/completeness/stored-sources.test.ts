import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { decodeBlock } from '../../decode/decode.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { GapDelivery } from '../../model/delivery.ts'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/schema/migrations.ts'
import { EventBatch, INSERTED_COLUMNS } from '../event-table.ts'
import { EVENT_TABLE_COLUMNS } from '../event-table-columns.ts'
import { gapRecord } from '../serve/rows.ts'
import { storedSources } from './stored-sources.ts'
import { FILE, SECOND, START, WEBHOOK } from './testing/observation.ts'

const event = (n: number, stage: string): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: n % 4 === 0 ? 'Request' : 'Metadata',
    auditID: `0a4a1c2e-6f5d-4b7a-9c3e-2d1f0b8a7e${10 + n}`,
    stage,
    requestURI: '/api/v1/pods',
    verb: 'list',
    user: { username: 'alice', groups: [] },
    sourceIPs: ['10.0.0.1'],
    objectRef: { resource: 'pods', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
    stageTimestamp: `2026-11-20T10:00:0${n}.000000Z`,
  })

const gapAt = (fromByte: number, events: number | undefined): GapDelivery => ({
  kind: 'gap',
  source: FILE,
  arrivedUs: START + 9 * SECOND,
  gap: {
    ...{ kind: 'retention', message: 'gone', place: 'audit.log', fromByte, toByte: 9 },
    ...{ fromTime: undefined, toTime: undefined, events },
  },
})

describe('the sources of an instance that does not run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stored-sources-'))
  let embedded: EmbeddedStore | undefined
  beforeAll(async () => {
    embedded = await openEmbedded({ folder, clock: systemClock })
    await migrate(embedded.store, { kind: 'single' }, EVENT_TABLE_COLUMNS)
  }, 30_000)
  afterAll(async () => {
    await embedded?.close()
    rmSync(folder, { recursive: true })
  })

  it('are nothing when nothing is stored, else what the tables hold', async () => {
    if (embedded === undefined) throw new Error('no store')
    const { store } = embedded
    const none = await storedSources(store, START)
    expect(none).toEqual({ at: '2026-11-20T10:00:00.000000Z', live: false, sources: [] })
    const batch = new EventBatch('one')
    for (const way of ['file', 'webhook'] as const) {
      const text = [0, 1, 2, 3].map((n) =>
        event(n, n === 0 ? 'RequestReceived' : 'ResponseComplete'),
      )
      const bytes = Buffer.from(`${text.join('\n')}\n`)
      decodeBlock(
        bytes,
        0,
        { ...FILE, file: 'audit.log' },
        { strict: false },
        {
          event(one) {
            const { offset, length } = one.origin
            batch.add(enrich(one), {
              way,
              arrivedUs: START + 5 * SECOND,
              fingerprint: 'f',
              copy: way === 'webhook' && offset > 0,
              raw: bytes.subarray(offset, offset + length),
            })
          },
          issue() {},
          shape() {},
        },
      )
    }
    await store.insert('events', 'one-1', INSERTED_COLUMNS, batch.take(1))
    const gaps = [gapAt(1, 5), gapAt(2, undefined), gapAt(2, undefined)].map(gapRecord)
    await store.insertRecords('gaps', 'one-1', gaps)
    const { sources, live } = await storedSources(store, START)
    expect(live).toBe(false)
    const common = {
      events: 4,
      lastEvent: '2026-11-20T10:00:03.000000Z',
      lastArrived: '2026-11-20T10:00:05.000000Z',
      policy: { levels: { Metadata: 3, Request: 1, RequestResponse: 0 }, receivedStage: true },
    }
    expect(sources).toMatchObject([
      { ...FILE, ...common, linked: 0, gaps: [{ kind: 'retention', count: 2, events: 5 }] },
      { ...WEBHOOK, ...common, linked: 3, gaps: [], troubles: [] },
    ])
    expect(sources[0]?.bytes).toBeGreaterThan(1_000)
    expect(sources[0]?.troubles).toEqual(['parts of the log are lost: 2 × retention'])
  }, 30_000)
})
