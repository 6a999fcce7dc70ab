import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { openLog } from '../../base/write-ahead-log/open-log.ts'
import type { WriteAheadLog } from '../../base/write-ahead-log/write-ahead-log.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/schema/migrations.ts'
import type { Store } from '../../store/store.ts'
import { FEW_EVENT_COLUMNS } from '../../store/testing/event-columns.ts'
import { rangesStored, readBefore, readLeftBehind, signalsBetween } from './before.ts'
import { reopenedRecord } from './records.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-before-'))
let store: Store
let log: WriteAheadLog
let close: () => Promise<void>

beforeAll(async () => {
  const opened = await openEmbedded({ folder, clock: systemClock })
  store = opened.store
  close = () => opened.close()
  await migrate(store, { kind: 'single' }, FEW_EVENT_COLUMNS)
  log = await openLog({ folder: join(folder, 'wal'), bytesMax: 2 ** 30, clock: systemClock })
}, 30_000)

afterAll(async () => {
  await log.close()
  await close()
  rmSync(folder, { recursive: true })
})

/** As many links of a log source as there are numbers; `reading` is SQL. */
const links = (way: string, count: number, reading: string): Promise<void> =>
  store.command(
    'INSERT INTO links (instance, cluster, server, way, number, batch, arrived_to, reading, link) ' +
      `SELECT 'one', 'shop', 'a', '${way}', number + 1, number + 1, ` +
      `now64(6, 'UTC') - toIntervalSecond(${count} - number), ${reading}, 'l' ` +
      `FROM numbers(${count})`,
  )

test('an instance starts again however many batches it has stored', async () => {
  const many = LIMIT.storeResultRows + 20_000
  // Each file is read in some thousand batches; two of them in one batch, the older one first.
  const file = (name: string, time: string): string =>
    `'["${name}/', toString(intDiv(number, 6000)), '","f${name}', toString(intDiv(number, 6000)), ` +
    `'",', toString(number), ',', toString(number + 1), ',${time}]'`
  const arrived = '"arrived":["2026-11-21T12:00:00.000000Z","2026-11-21T12:00:01.000000Z"]'
  const read = `'{${arrived},"bytes":1,"bodies":[],"files":['`
  await links('file', many, `concat(${read}, ${file('x', 'null')}, ',', ${file('y', '"t"')}, ']}')`)
  await links(
    'webhook',
    7_000,
    `concat('{${arrived},"bytes":1,"files":[],"bodies":["', number, '"]}')`,
  )

  await store.command(
    `INSERT INTO batches (instance, number, last_sequence) VALUES ('one', ${many}, 9)`,
  )

  const before = await readBefore(store, log, 'one', systemClock.nowUs())

  const source = { cluster: 'shop', server: 'a', way: 'file' }
  expect(before.positions).toHaveLength(40)
  expect(before.positions.slice(-2)).toEqual([
    { source, path: 'x/19', fingerprint: 'fx19', offset: many },
    { source, path: 'y/19', fingerprint: 'fy19', offset: many, lastTime: 't' },
  ])
  expect(before.bodies).toHaveLength(7_000)
  expect(before.bodies.at(-1)?.sha256).toBe('6999')
  expect(before.heads.map(({ number }) => number).sort()).toEqual([7_000, many].sort())
  expect(before.heard.map((one) => one.source.way).sort()).toEqual(['file', 'webhook'])
})

test('what was read of a file is known however many batches it was read in', async () => {
  const many = LIMIT.storeResultRows + 20_000
  // From here on every range begins a byte later: one byte is missing.
  const from = '(2 * number + (number >= 100))'
  const file = `'["log","whole",', toString(${from}), ',', toString(${from} + 2), ',null]'`
  await links('import', many, `concat('{"bodies":[],"files":[', ${file}, ']}')`)
  const of = { cluster: 'shop', server: 'a' }
  const waiting = { from: 2 * many + 1, to: 2 * many + 9 }
  const pending = [
    { source: { ...of, way: 'file' }, fingerprint: 'whole', range: waiting },
    { source: { ...of, way: 'file' }, fingerprint: 'other', range: waiting },
  ] as const
  const stored = rangesStored(store, pending)
  expect(await stored({ ...of, way: 'import' }, 'whole')).toEqual([
    { from: 0, to: 200 },
    { from: 201, to: 2 * many + 1 },
    waiting,
  ])
  expect(await stored({ ...of, server: 'b', way: 'import' }, 'whole')).toEqual([])
})

test('windows that were opened again are judged from then on, whatever the last batch says', async () => {
  const judged = JSON.stringify([
    ['shop', 5_000_000],
    ['yard', 6_000_000],
  ])
  await store.command(
    `INSERT INTO batches (instance, number, judged) VALUES ('two', 1, '[]'), ('two', 2, '${judged}')`,
  )
  await store.command(
    "INSERT INTO signals (act, cluster, time) SELECT toString(number), 'shop', " +
      "fromUnixTimestamp64Micro(number * 1000000, 'UTC') FROM numbers(8)",
  )
  await log.append(reopenedRecord(new Map([['shop', 3_000_000]])))
  await log.append(
    reopenedRecord(
      new Map([
        ['shop', 4_000_000],
        ['new', 7_000_000],
      ]),
    ),
  )
  const nowUs = systemClock.nowUs()
  const { reopened } = await readBefore(store, log, 'two', nowUs)
  const left = await readLeftBehind(store, 'two', { reachUs: 1_000_000, reopened }, nowUs)
  const expected = { shop: 3_000_000, yard: 6_000_000, new: 7_000_000 }
  expect(Object.fromEntries(left.judged)).toEqual(expected)
  expect(left.coversFromUs.get('shop')).toBe(2_000_000)
  expect(left.signals.map(({ act }) => act)).toEqual(['7', '6', '5', '4', '3', '2'])
})

test('acts are asked for by rule, however many others there are; with those that count no longer', async () => {
  const time = "fromUnixTimestamp64Micro(9000000000 + number, 'UTC')"
  const some = (act: string, rules: string, count: number): Promise<void> =>
    store.command(
      'INSERT INTO signals (act, cluster, time, rules) ' +
        `SELECT concat('${act}', toString(number)), 'pier', ${time}, ${rules} FROM numbers(${count})`,
    )
  await some('asked', "['read', 'asked']", 2)
  await some('gone', '[]', 1)
  await some('other', "['other']", LIMIT.storeResultRows)
  const of = { clusters: ['pier'], rules: ['asked', 'too'] }
  const signals = await signalsBetween(store, 9_000_000_000, 10_000_000_000, of)
  expect(signals.map(({ act }) => act).sort()).toEqual(['asked0', 'asked1', 'gone0'])
})
