import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { openEmbedded } from '../embedded.ts'
import { leafOf } from '../evidence/leaf.ts'
import { migrate } from '../schema/migrations.ts'
import type { Store, StoreRecord } from '../store.ts'
import { EVIDENCE_EVENT_COLUMNS } from '../testing/event-columns.ts'
import { watchedStore } from '../testing/watched-store.ts'
import { diskUse } from './disk-guard.ts'
import { addHold, listHolds, releaseHold } from './holds.ts'
import { type RetentionRule, retain } from './retention.ts'
import { timeOfStore } from './store-time.ts'

const DAY_US = 86_400e6
const usOf = (text: string): number => Date.parse(text) * 1000
/** A Saturday. */
const NOW_US = usOf('2026-11-21T12:00:00Z')
const clock: Clock = { ...systemClock, nowUs: () => NOW_US }

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-upkeep-'))
let store: Store
let close: () => Promise<void>

beforeAll(async () => {
  const opened = await openEmbedded({ folder, clock: systemClock })
  store = opened.store
  close = () => opened.close()
  await migrate(store, { kind: 'single' }, EVIDENCE_EVENT_COLUMNS)
}, 30_000)

afterAll(async () => {
  await close()
  rmSync(folder, { recursive: true })
})

let token = 0
const insert = (table: string, records: readonly StoreRecord[]): Promise<void> => {
  token += 1
  return store.insertRecords(table, `t${token}`, records)
}

const event = (cluster: string, batch: number, arrived: string): StoreRecord => ({
  instance: 'one',
  cluster,
  server: 's',
  way: 'file',
  batch,
  arrived_at: arrived,
  received_at: '2026-01-01T00:00:00Z',
})

const link = (cluster: string, number: number, batch: number, events: number): StoreRecord => ({
  instance: 'one',
  cluster,
  server: 's',
  way: 'file',
  number,
  batch,
  events,
  link: `link-${number}`,
})

const eventsLeft = async (): Promise<readonly unknown[]> =>
  (await store.query('SELECT cluster, batch FROM events ORDER BY cluster, batch')).map(
    ({ cluster, batch }) => `${cluster} ${batch}`,
  )

const NOTHING = new Uint8Array()
const sign = (bytes: Uint8Array): string => `signed ${bytes.length}`
const keep = (rules: readonly RetentionRule[]): ReturnType<typeof retain> =>
  retain({ store, shape: { kind: 'single' }, clock, sign }, rules)

describe('retention', () => {
  beforeEach(async () => {
    for (const table of ['events', 'findings', 'gaps', 'links', 'tombstones', 'holds']) {
      await store.command(`TRUNCATE TABLE ${table}`)
    }
    await insert('events', [
      // Weeks of 2 November, 9 November and 16 November; the second batch lies in two of them.
      event("a'b", 1, '2026-11-02T00:00:00Z'),
      event("a'b", 2, '2026-11-08T23:59:59.999999Z'),
      event("a'b", 2, '2026-11-09T00:00:00Z'),
      event("a'b", 3, '2026-11-21T00:00:00Z'),
      event('c', 1, '2026-11-02T00:00:00Z'),
    ])
    await insert('links', [
      link("a'b", 1, 1, 1),
      link("a'b", 2, 2, 2),
      link("a'b", 3, 3, 1),
      link('c', 1, 1, 1),
    ])
  })

  it('drops the weeks that are wholly older than the rule, cluster by cluster', async () => {
    const { dropped, held } = await keep([{ cluster: "a'b", days: 10 }])
    expect(
      dropped.map(({ table, cluster, monday, rows }) => [table, cluster, monday, rows]),
    ).toEqual([['events', "a'b", '2026-11-02', 2]])
    expect(held).toEqual([])
    expect(await eventsLeft()).toEqual(["a'b 2", "a'b 3", 'c 1'])
    expect((await keep([{ cluster: "a'b", days: 10 }])).dropped).toEqual([])
  })

  it('keeps a week until its last moment is old enough', async () => {
    const age = (NOW_US - usOf('2026-11-09T00:00:00Z')) / DAY_US
    expect((await keep([{ days: age + 0.001 }])).dropped).toEqual([])
    expect((await keep([{ days: age }])).dropped).toHaveLength(2)
  })

  it('goes by the first rule that fits, and keeps for ever what none fits', async () => {
    const rules = [{ cluster: 'c', days: 9_999 }, { table: 'gaps', days: 0 } as const]
    expect((await keep(rules)).dropped).toEqual([])
    expect((await keep([...rules, { days: 0 }])).dropped).toHaveLength(2)
    expect(await eventsLeft()).toEqual(["a'b 3", 'c 1'])
  })

  it('drops findings and gaps by when they were told', async () => {
    const finding = {
      id: 'f'.repeat(32),
      version: 1,
      time: 'no time',
      cluster: 'c',
      document: '{}',
    }
    await insert('findings', [{ ...finding, told_at: '2026-11-02T00:00:00Z' }])
    const gap = { id: 'g'.repeat(32), cluster: 'c', kind: 'torn' }
    await insert('gaps', [{ ...gap, noticed_at: '2026-11-02T00:00:00Z' }])
    const { dropped } = await keep([{ table: 'events', days: 9_999 }, { days: 10 }])
    expect(dropped.map(({ table }) => table)).toEqual(['findings', 'gaps'])
  })

  it('writes signed tombstones first, which name the links that lost their events', async () => {
    await keep([{ days: 10 }])
    const stones = await store.query('SELECT * FROM tombstones ORDER BY cluster')
    expect(stones.map(({ document }) => JSON.parse(String(document)))).toEqual([
      {
        format: 'deckwatch-tombstone-1',
        instance: 'one',
        cluster: "a'b",
        server: 's',
        way: 'file',
        from: 1,
        to: 2,
        partly: [2],
        leaves: [
          [2, 0, leafOf({ place: '', maskedFrom: undefined, raw: NOTHING }).toString('hex')],
        ],
        events: 2,
        link: 'link-2',
        why: 'retention of 10 days',
        when: '2026-11-21T12:00:00.000000Z',
      },
      expect.objectContaining({ cluster: 'c', from: 1, to: 1, partly: [], leaves: [], events: 1 }),
    ])
    for (const { document, signature } of stones) {
      expect(signature).toBe(`signed ${Buffer.byteLength(String(document))}`)
    }
    expect(await store.query('SELECT count() AS n FROM links')).toEqual([{ n: '4' }])
  })

  it('leaves a week alone that a legal hold touches, until it is released', async () => {
    const hold = { id: 'case-7', cluster: "a'b", reason: 'a court', by: 'eve' }
    const ofMoment = {
      ...hold,
      fromUs: usOf('2026-11-08T23:59:59Z'),
      toUs: usOf('2026-11-20T00:00:00Z'),
    }
    await addHold(store, clock, ofMoment)
    expect(await listHolds(store)).toEqual([ofMoment])
    const { dropped, held } = await keep([{ days: 0 }])
    expect(dropped.map(({ cluster }) => cluster)).toEqual(['c'])
    expect(held.map(({ monday }) => monday)).toEqual(['2026-11-02', '2026-11-09'])
    const later = { ...clock, nowUs: () => NOW_US + 1 }
    expect(await releaseHold(store, later, 'case-7')).toBe(true)
    expect(await releaseHold(store, later, 'case-7')).toBe(false)
    expect((await keep([{ days: 0 }])).dropped).toHaveLength(2)
  })

  it('leaves a week alone that is held while what lies in it is being signed for', async () => {
    const hold = { id: 'late', cluster: "a'b", fromUs: 0, toUs: Infinity, reason: '', by: '' }
    const watched = watchedStore(store, async (sql) => {
      if (sql.includes('INNER JOIN')) await addHold(store, clock, hold)
    })
    const parts = { store: watched, shape: { kind: 'single' }, clock, sign } as const
    const { dropped, held } = await retain(parts, [{ cluster: "a'b", days: 10 }])
    expect(dropped).toEqual([])
    expect(held.map(({ monday }) => monday)).toEqual(['2026-11-02'])
    expect(await eventsLeft()).toHaveLength(5)
    expect(await store.query('SELECT count() AS n FROM tombstones')).toEqual([{ n: '0' }])
  })

  it('is given time: a week of a busy cluster takes longer than a query may otherwise', async () => {
    const seconds: unknown[] = []
    const watched = watchedStore(store, async (sql, limits) => {
      if (sql.includes('FROM events')) seconds.push(limits.seconds)
    })
    await retain({ store: watched, shape: { kind: 'single' }, clock, sign }, [{ days: 10 }])
    expect(seconds.length).toBeGreaterThan(2)
    expect(new Set(seconds)).toEqual(new Set([LIMIT.storeQuerySecondsMax]))
  })

  it('sees the last that was said of a hold, also by somebody whose clock is behind', async () => {
    const hold = { id: 'case-8', cluster: 'c', fromUs: 0, toUs: NOW_US, reason: '', by: '' }
    const behind = { ...clock, nowUs: () => NOW_US - DAY_US }
    await addHold(store, clock, hold)
    expect(await releaseHold(store, behind, 'case-8')).toBe(true)
    expect(await listHolds(store)).toEqual([])
    await addHold(store, behind, hold)
    expect(await listHolds(store)).toEqual([hold])
  })

  it('holds all clusters where a hold names none, and only what it covers', async () => {
    const hold = { id: 'all', cluster: '', reason: '', by: '' }
    await addHold(store, clock, { ...hold, fromUs: usOf('2026-11-09T00:00:00Z'), toUs: Infinity })
    const { dropped, held } = await keep([{ days: 0 }])
    expect(dropped.map(({ monday }) => monday)).toEqual(['2026-11-02', '2026-11-02'])
    expect(held.map(({ monday }) => monday)).toEqual(['2026-11-09'])
  })

  it('begins with the oldest weeks, and says so beyond LIMIT.partitionsMax of them', async () => {
    // In place of LIMIT.partitionsMax weeks, which nobody wants to wait for.
    const weeksMax = Math.min(2, LIMIT.partitionsMax)
    const parts = { store, shape: { kind: 'single' }, clock, sign, weeksMax } as const
    const { dropped, unseen } = await retain(parts, [{ days: 0 }])
    expect(dropped.map(({ monday }) => monday)).toEqual(['2026-11-02', '2026-11-02'])
    expect(unseen).toEqual(['events'])
    expect((await retain(parts, [{ days: 0 }])).dropped).toHaveLength(1)
    expect((await keep([{ days: 0 }])).unseen).toEqual([])
  })
})

describe('a disk', () => {
  const disk = (percent: number): Parameters<typeof diskUse>[0] => ({
    blocks: 1_000,
    bfree: 1_000 - 10 * percent,
    bavail: 1_000 - 10 * percent,
  })

  it('is warned of from LIMIT.diskWarnPercent on, and full from LIMIT.diskStopPercent on', () => {
    expect(diskUse(disk(LIMIT.diskWarnPercent - 1)).state).toBe('ok')
    expect(diskUse(disk(LIMIT.diskWarnPercent)).state).toBe('warn')
    expect(diskUse(disk(LIMIT.diskStopPercent - 1)).state).toBe('warn')
    expect(diskUse(disk(LIMIT.diskStopPercent))).toEqual({ fraction: 0.9, state: 'stop' })
  })

  it('has no room where only root has', () => {
    expect(diskUse({ blocks: 100, bfree: 5, bavail: 0 })).toEqual({ fraction: 1, state: 'stop' })
  })

  it('that says nothing of its size is not full', () => {
    expect(diskUse({ blocks: 0, bfree: 0, bavail: 0 })).toEqual({ fraction: 0, state: 'ok' })
  })
})

describe('a time of the store', () => {
  it('has its microseconds, before 1970 too, and stays within what a column holds', () => {
    expect(timeOfStore(1_000_001)).toBe('1970-01-01T00:00:01.000001Z')
    expect(timeOfStore(-1)).toBe('1969-12-31T23:59:59.999999Z')
    expect(timeOfStore(Number.POSITIVE_INFINITY)).toBe('2299-12-31T00:00:00.000000Z')
    expect(timeOfStore(Number.NEGATIVE_INFINITY)).toBe('1900-01-01T00:00:00.000000Z')
  })
})
