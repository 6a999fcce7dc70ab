import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RECORD_HEADER_BYTES, RECORD_TRAILER_BYTES, SEGMENT_HEADER_BYTES } from './log-format.ts'
import { openLog } from './open-log.ts'
import { MemoryFiles } from './testing/memory-files.ts'
import { outcomeOf, readBodies, StoppedClock, textRecord } from './testing/records.ts'
import type { WriteAheadLog } from './write-ahead-log.ts'

const SEGMENT_BYTES = 6_000
const FRAME_BYTES = RECORD_HEADER_BYTES + '{}'.length + RECORD_TRAILER_BYTES

const open = (files: MemoryFiles): Promise<WriteAheadLog> =>
  openLog({
    folder: 'wal',
    bytesMax: 1_000_000,
    segmentBytes: SEGMENT_BYTES,
    clock: new StoppedClock(),
    files,
    random: (bytes) => Buffer.alloc(bytes > 8 ? 64 : bytes, 'marker'),
  })

/** A log of three segments that was closed; with the place of each record. */
const written = async (): Promise<{ files: MemoryFiles; bodies: Map<number, string> }> => {
  const files = new MemoryFiles()
  const log = await open(files)
  const bodies = new Map<number, string>()
  for (let i = 1; i <= 40; i += 1) {
    const body = `${i}:`.padEnd((i * 37) % 900, 'x')
    bodies.set(await log.append(textRecord(body)), body)
  }
  await log.close()
  return { files, bodies }
}

const segmentsOf = (files: MemoryFiles): string[] =>
  [...files.contents.keys()].filter((name) => name.endsWith('.log')).sort()

/** Opens twice: the second time must find the same. */
const reopen = async (files: MemoryFiles): Promise<WriteAheadLog> => {
  const first = await open(files)
  const bodies = await readBodies(first)
  await first.close()
  const log = await open(files)
  expect(await readBodies(log)).toEqual(bodies)
  expect(log.damage).toEqual(first.damage)
  return log
}

/** What is missing is said to be, and what is there is as it was. */
const checkDamage = async (log: WriteAheadLog, bodies: Map<number, string>): Promise<number[]> => {
  const found = await readBodies(log)
  for (const [sequence, body] of found) expect(body).toBe(bodies.get(sequence))
  const missing = [...bodies.keys()].filter((sequence) => !found.has(sequence))
  const isSaid = (sequence: number): boolean =>
    log.damage.some((each) => each.fromSequence <= sequence && sequence < each.toSequence)
  expect(missing.filter((sequence) => !isSaid(sequence))).toEqual([])
  expect(log.nextSequence).toBeGreaterThan(bodies.size)
  return missing
}

describe('a bit that flips', () => {
  it('costs the record that it is in, and is reported', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(7), async (segment, place, bit) => {
        const { files, bodies } = await written()
        const names = segmentsOf(files)
        const bytes = files.contents.get(names[segment % names.length] ?? '')?.bytes
        const at = place % (bytes?.length ?? 1)
        if (bytes !== undefined) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        const log = await reopen(files)
        const missing = await checkDamage(log, bodies)
        expect(missing.length).toBe(at < SEGMENT_HEADER_BYTES ? 0 : 1)
        expect(log.damage).toEqual([log.damage[0]])
      }),
      { numRuns: 200, seed: 5 },
    )
  })
})

describe('a block of zeros', () => {
  it('costs the records that it touches, and is reported', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (segment, block) => {
        const { files, bodies } = await written()
        const names = segmentsOf(files).slice(0, -1)
        const bytes = files.contents.get(names[segment % names.length] ?? '')?.bytes
        const at = (block % Math.ceil((bytes?.length ?? 1) / 512)) * 512
        bytes?.fill(0, at, Math.min(at + 512, bytes.length))
        const log = await reopen(files)
        const missing = await checkDamage(log, bodies)
        expect(missing.length).toBeGreaterThan(0)
        expect(log.damage.length).toBeGreaterThan(0)
      }),
      { numRuns: 100, seed: 6 },
    )
  })
})

describe('the end of the last segment', () => {
  const last = async (): Promise<{ files: MemoryFiles; bytes: Buffer; ends: number[] }> => {
    const { files, bodies } = await written()
    const name = segmentsOf(files).at(-1) ?? ''
    const first = Number(/(\d{16})-/.exec(name)?.[1])
    const ends: number[] = []
    let end = SEGMENT_HEADER_BYTES
    for (const [sequence, body] of bodies) {
      if (sequence < first) continue
      end += FRAME_BYTES + body.length
      ends.push(end)
    }
    const bytes = files.contents.get(name)?.bytes ?? Buffer.alloc(0)
    expect(ends.at(-1)).toBe(bytes.length)
    return { files, bytes, ends }
  }

  it('cut at any byte is a torn write: the whole records before it are there', async () => {
    const { bytes } = await last()
    for (let length = SEGMENT_HEADER_BYTES; length < bytes.length; length += 7) {
      const { files, ends } = await last()
      const name = segmentsOf(files).at(-1) ?? ''
      const content = files.contents.get(name)
      if (content !== undefined) content.bytes = Buffer.from(bytes.subarray(0, length))
      const log = await reopen(files)
      const whole = 40 - ends.filter((end) => end > length).length
      expect([length, (await readBodies(log)).size, log.damage]).toEqual([length, whole, []])
      expect(await log.append(textRecord('again'))).toBe(whole + 1)
      await log.close()
    }
  })

  it.each([1, 512, 4_096])('%d bytes of zeros behind it are a torn write', async (count) => {
    const { files, bytes } = await last()
    const content = files.contents.get(segmentsOf(files).at(-1) ?? '')
    if (content !== undefined) content.bytes = Buffer.concat([bytes, Buffer.alloc(count)])
    const log = await reopen(files)
    expect([(await readBodies(log)).size, log.damage]).toEqual([40, []])
  })

  it('whose last record was acknowledged and released next to is no torn write', async () => {
    const { files } = await written()
    const log = await open(files)
    for (let i = 41; i <= 43; i += 1) await log.append(textRecord(`${i}`.padEnd(100, '.')))
    await log.release(42)
    await log.close()
    const content = files.contents.get(segmentsOf(files).at(-1) ?? '')
    const { bytes } = content ?? { bytes: Buffer.alloc(0) }
    if (content !== undefined) content.bytes = Buffer.from(bytes.subarray(0, bytes.length - 10))
    const again = await reopen(files)
    expect([...(await readBodies(again)).keys()]).toEqual([42])
    expect(again.damage.map(({ fromSequence }) => fromSequence)).toContain(43)
    expect(again.nextSequence).toBeGreaterThan(43)
  })
})

describe('damage', () => {
  it('is set aside byte for byte, and listed until it was told', async () => {
    const { files } = await written()
    const content = files.contents.get(segmentsOf(files)[0] ?? '')
    const before = Buffer.from(content?.bytes ?? [])
    content?.bytes.fill(0xff, 300, 310)
    const log = await reopen(files)
    const [damage] = log.damage
    const aside = [...files.contents].find(([name]) => name.endsWith('.damaged'))?.[1].bytes
    const line = aside?.subarray(0, aside.indexOf(10) + 1) ?? Buffer.alloc(0)
    expect(JSON.parse(line.toString())).toEqual(damage)
    const expected = Buffer.from(before.subarray(damage?.fromByte, damage?.toByte))
    expected.fill(0xff, 300 - (damage?.fromByte ?? 0), 310 - (damage?.fromByte ?? 0))
    expect(aside?.subarray(line.length).equals(expected)).toBe(true)
    await log.damageTold()
    expect(log.damage).toEqual([])
    await log.close()
    expect((await reopen(files)).damage).toEqual([])
  })

  it('of a segment that is gone is reported', async () => {
    const { files, bodies } = await written()
    await files.remove(segmentsOf(files)[1] ?? '')
    const missing = await checkDamage(await reopen(files), bodies)
    expect(missing.length).toBeGreaterThan(5)
  })

  it('of the first segment as well', async () => {
    const { files, bodies } = await written()
    await files.remove(segmentsOf(files)[0] ?? '')
    const missing = await checkDamage(await reopen(files), bodies)
    expect(missing[0]).toBe(1)
  })

  it('of the mark makes nothing disappear', async () => {
    const { files, bodies } = await written()
    files.contents.get('wal/released')?.bytes.fill(7)
    const log = await reopen(files)
    expect([...(await readBodies(log))]).toEqual([...bodies])
    expect(log.damage).toEqual([])
  })

  it('does not lead into a record that a body only pretends to hold', async () => {
    const { files: other } = await written()
    const fake = other.contents.get(segmentsOf(other)[0] ?? '')?.bytes ?? Buffer.alloc(0)
    const files = new MemoryFiles()
    const marked = { folder: 'wal', bytesMax: 1_000_000, clock: new StoppedClock(), files }
    const log = await openLog(marked)
    await log.append({ kind: 1, head: '{}', body: [fake] })
    await log.append(textRecord('true'))
    await log.close()
    files.contents.get(segmentsOf(files)[0] ?? '')?.bytes.fill(0, 40, 72)
    const again = await openLog(marked)
    expect([...(await readBodies(again))]).toEqual([[2, 'true']])
  })

  it('on disk while the log is open is a fault', async () => {
    const { files } = await written()
    const log = await open(files)
    files.contents.get(segmentsOf(files)[0] ?? '')?.bytes.fill(0, 100, 110)
    expect(await outcomeOf(readBodies(log))).toBe('log/damaged')
  })
})

describe('anything at all', () => {
  it('in the place of a segment is set aside, and the rest is read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), fc.nat(3_000), async (bytes, at) => {
        const { files, bodies } = await written()
        const content = files.contents.get(segmentsOf(files)[1] ?? '')
        if (content !== undefined) {
          content.bytes = Buffer.concat([content.bytes.subarray(0, at), bytes])
        }
        await checkDamage(await reopen(files), bodies)
      }),
      { numRuns: 100, seed: 9 },
    )
  })
})

describe('another version', () => {
  it('is refused, and left as it is', async () => {
    const { files } = await written()
    const bytes = files.contents.get(segmentsOf(files)[0] ?? '')?.bytes ?? Buffer.alloc(40)
    bytes.writeUInt32LE(2, 8)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36)
    const before = [...files.contents].map(([name, content]) => [
      name,
      content.bytes.toString('hex'),
    ])
    expect(await outcomeOf(open(files))).toBe('log/version')
    const after = [...files.contents].map(([name, content]) => [
      name,
      content.bytes.toString('hex'),
    ])
    expect(after.filter(([name]) => name?.endsWith('.log'))).toEqual(
      before.filter(([name]) => name?.endsWith('.log')),
    )
  })
})
