import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import type { Delivery, LinesDelivery } from '../model/delivery.ts'
import { type ByteRange, openImport, without } from './import.ts'
import { type Folder, makeFolder, tarEntry } from './testing/folder.ts'
import { eventLine, followed, Kept } from './testing/followed.ts'
import { HandClock } from './testing/hand-clock.ts'

const folders: Folder[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove()
})

const newFolder = (): Folder => {
  const folder = makeFolder()
  folders.push(folder)
  return folder
}

interface Read {
  readonly lines: readonly LinesDelivery[]
  readonly deliveries: readonly Delivery[]
  readonly text: string
  readonly storedBytes: number
  readonly codes: readonly string[]
}

type Stored = (fingerprint: string) => readonly ByteRange[]

const read = async (paths: readonly string[], stored: Stored = () => []): Promise<Read> => {
  const opened = await openImport({
    paths,
    names: [{ cluster: 'shop', server: 'cp-1', glob: '**' }],
    stored: async (_, fingerprint) => stored(fingerprint),
    clock: new HandClock(),
    signal: new AbortController().signal,
  })
  const deliveries: Delivery[] = []
  let text = ''
  for await (const { delivery, bytes } of opened) {
    deliveries.push(delivery)
    text += Buffer.from(bytes).toString()
  }
  return {
    lines: deliveries.filter((one) => one.kind === 'lines'),
    deliveries,
    text,
    storedBytes: opened.storedBytes(),
    codes: opened.issues().map(({ code }) => code),
  }
}

const events = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => eventLine(from + at, 0)).join('')

/** The ranges that deliveries cover. */
const rangesOf = (lines: readonly LinesDelivery[]): Stored => {
  const ranges = Map.groupBy(lines, ({ fingerprint }) => fingerprint)
  return (fingerprint) =>
    (ranges.get(fingerprint) ?? []).map(({ offset, length }) => ({
      from: offset,
      to: offset + length,
    }))
}

describe('an import', () => {
  test('plain, compressed, in an archive: the same content has one identity', async () => {
    const folder = newFolder()
    const text = events(0, 50)
    const paths = [
      folder.write('a/audit.log', text),
      folder.write('b/audit.log.gz', gzipSync(text)),
      folder.write('c/audit.log.zst', zstdCompressSync(Buffer.from(text))),
      folder.write('d/logs.tar.gz', gzipSync(tarEntry('audit.log', Buffer.from(text)))),
    ]
    for (const path of paths) {
      const { lines, text: got, codes } = await read([path])
      expect(got).toBe(text)
      expect(codes).toEqual([])
      expect(lines).toMatchObject([{ offset: 0, length: text.length }])
      expect(lines[0]?.source).toEqual({ cluster: 'shop', server: 'cp-1', way: 'import' })
      expect(lines[0]?.path).toBe(path.endsWith('.tar.gz') ? `${path}!audit.log` : path)
    }
    const all = await read(paths)
    expect(all.text).toBe(text)
    expect(all.storedBytes).toBe(3 * text.length)
  })

  test('what was followed is not imported again, and what was imported has the same place', async () => {
    const folder = newFolder()
    const [path, kept] = [folder.write('audit.log', events(0, 40)), new Kept()]
    const log = followed({ path, clock: new HandClock(), kept })
    await log.poll()
    await log.close()
    folder.write('audit.log', events(0, 60))
    const stored = rangesOf(kept.lines.map(({ delivery }) => delivery))
    const first = await read([path], stored)
    expect(first.text).toBe(events(40, 60))
    expect(first.lines[0]).toMatchObject({
      fingerprint: kept.lines[0]?.delivery.fingerprint,
      offset: events(0, 40).length,
    })
    const imported = await read([path])
    const again = await read([path], rangesOf(imported.lines))
    expect(again.deliveries).toEqual([])
    expect(again.storedBytes).toBe(events(0, 60).length)
  })

  test('holes between what is stored are filled, but not with the newlines between events', async () => {
    const path = newFolder().write('audit.log', events(0, 6))
    const length = eventLine(0, 0).length
    const ranges = [4, 0, 1].map((at) => ({ from: at * length, to: (at + 1) * length - 1 }))
    const { text, lines } = await read([path], () => ranges)
    expect(text).toBe(events(2, 4) + events(5, 6))
    expect(lines).toHaveLength(2)
  })

  test('cut at the same places every time', async () => {
    const path = newFolder().write('audit.log', events(0, 3 * (LIMIT.blockBytes / 150)))
    const [one, two] = [await read([path]), await read([path])]
    expect(one.lines.length).toBeGreaterThan(2)
    expect(two.deliveries).toEqual(one.deliveries)
    const ends = one.lines.map(({ offset, length: bytes }) => offset + bytes)
    expect(one.lines.slice(1).map(({ offset }) => offset)).toEqual(ends.slice(0, -1))
  })

  test('lists over several lines that begin alike are different contents', async () => {
    const folder = newFolder()
    const list = (id: string): string =>
      JSON.stringify({ kind: 'EventList', items: [{ id }] }, null, 2)
    const paths = ['1', '2'].map((id) => folder.write(`${id}.json`, list(id)))
    const { text } = await read(paths)
    expect(text).toBe(list('1') + list('2'))
  })

  test('what cannot be read is an issue and a gap, and what follows is read', async () => {
    const folder = newFolder()
    const long = Buffer.alloc(LIMIT.recordBytesMax + 10, 'x')
    const paths = [
      folder.write('1.log', Buffer.concat([long, Buffer.from(`\n${events(0, 1)}`)])),
      folder.write('2.log.gz', gzipSync(events(1, 40)).subarray(0, -9)),
      folder.write('3.log', events(40, 41)),
      `${folder.path}/none.log`,
    ]
    const { deliveries, text, codes } = await read(paths)
    expect(codes).toEqual(['source/missing', 'source/record-too-long', 'source/cut-short'])
    expect(text.endsWith(events(40, 41))).toBe(true)
    expect(text.startsWith(events(0, 1))).toBe(true)
    const gaps = deliveries.flatMap((one) => (one.kind === 'gap' ? [one.gap] : []))
    expect(gaps).toMatchObject([
      { kind: 'oversize', place: paths[0], fromByte: 0, toByte: long.length + 1, events: 1 },
      { kind: 'damaged-file', place: paths[1] },
    ])
  })
})

test('a range without others', () => {
  const range = { from: 10, to: 20 }
  expect(without(range, [])).toEqual([range])
  expect(
    without(range, [
      { from: 0, to: 10 },
      { from: 20, to: 30 },
    ]),
  ).toEqual([range])
  expect(without(range, [{ from: 0, to: 30 }])).toEqual([])
  expect(
    without(range, [
      { from: 18, to: 25 },
      { from: 5, to: 12 },
      { from: 13, to: 15 },
      { from: 14, to: 14 },
    ]),
  ).toEqual([
    { from: 12, to: 13 },
    { from: 15, to: 18 },
  ])
})
