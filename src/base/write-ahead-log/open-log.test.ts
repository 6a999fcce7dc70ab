import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { LIMIT } from '../limit.ts'
import { openLog } from './open-log.ts'
import { MemoryFiles } from './testing/memory-files.ts'
import type { LogRecord, NewRecord, WriteAheadLog } from './write-ahead-log.ts'

const MIB = 1_048_576
const signal = new AbortController().signal

describe('on a real disk', () => {
  let folder = ''
  beforeEach(() => {
    folder = `${mkdtempSync(`${tmpdir()}/log-`)}/wal`
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const open = (bytesMax = 1024 * MIB): Promise<WriteAheadLog> =>
    openLog({ folder, bytesMax, clock: systemClock })

  it('gives back what was appended, also after it was closed', async () => {
    const log = await open()
    expect(await log.append(textRecord('one', 7))).toBe(1)
    expect(await log.append(textRecord('two'))).toBe(2)
    await log.close()
    const again = await open()
    expect(again.firstSequence).toBe(1)
    expect(again.nextSequence).toBe(3)
    expect((await all(again)).map(({ kind, head, body }) => [kind, head, text(body)])).toEqual([
      [7, '{"head":"one"}', 'one'],
      [1, '{"head":"two"}', 'two'],
    ])
    await again.close()
  })

  it('keeps its files to its owner', async () => {
    const log = await open()
    await log.append(textRecord('one'))
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) {
      expect([name, statSync(`${folder}/${name}`).mode & 0o777]).toEqual([name, 0o600])
    }
    await log.close()
  })

  it('takes a large body from a file, and gives it back whole', async () => {
    const spooled = `${folder}.spool`
    const body = Buffer.alloc(20 * MIB, 'spooled ')
    writeFileSync(spooled, body)
    const log = await open()
    await log.append({ kind: 1, head: '{}', body: { file: spooled, length: body.length } })
    rmSync(spooled)
    expect(body.equals((await all(log))[0]?.body ?? new Uint8Array())).toBe(true)
    await log.close()
    const again = await open()
    expect(body.equals((await all(again))[0]?.body ?? new Uint8Array())).toBe(true)
    await again.close()
  })

  it('holds nothing that was released once it is closed', async () => {
    const log = await open()
    for (const each of ['secret one', 'secret two']) await log.append(textRecord(each))
    await log.release(3)
    await log.close()
    const again = await open()
    expect([again.firstSequence, again.nextSequence, await all(again)]).toEqual([3, 3, []])
    await again.close()
  })
})

function textRecord(body: string, kind = 1): NewRecord {
  return { kind, head: JSON.stringify({ head: body }), body: [Buffer.from(body)] }
}

const text = (body: Uint8Array): string => Buffer.from(body).toString()

async function all(log: WriteAheadLog, from = 0): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const record of log.read(from)) records.push(record)
  return records
}
void signal
void LIMIT
void MemoryFiles
