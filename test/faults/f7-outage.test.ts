import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { Random } from '../../bench/random.ts'
import { ApiServer } from './api-server.ts'
import { EventMaker, type MadeBatch } from './events.ts'
import { sleep } from './instance.ts'
import { Receiving } from './receiving.ts'

const SEED = 7
const MS_PER_SECOND = 20

describe.concurrent(`F7: the receiver is away (seed ${SEED})`, () => {
  /** Three API servers send during an outage of so many of their seconds. */
  const outage = async (
    seconds: number,
    how: 'refused' | 'full',
  ): Promise<{ lost: number; errors: number; doubled: number; acknowledgedAndLost: number }> => {
    const folder = mkdtempSync(join(tmpdir(), 'deckwatch-f7-'))
    const port = await freePort()
    const receiving = new Receiving(join(folder, 'wal'), port)
    // A log that may have next to nothing answers as a full disk does.
    if (how === 'full') await receiving.start(2_000)
    const sent = ['a', 'b', 'c'].map(async (server, index) => {
      const random = new Random(SEED + index)
      const options = { port, cluster: 'shop', server, msPerSecond: MS_PER_SECOND, random }
      const client = new ApiServer(options)
      const maker = new EventMaker(server, SEED)
      const batches = Array.from({ length: 8 }, () => maker.batch(20))
      const outcomes = await Promise.all(
        batches.map(async (batch, number) => {
          await sleep(number * 10)
          return { batch, ...(await client.send(batch)) }
        }),
      )
      client.close()
      return { outcomes, errors: client.errorTotal }
    })
    await sleep(seconds * MS_PER_SECOND)
    if (how === 'full') await receiving.stop()
    await receiving.start()
    const all = await Promise.all(sent)
    const kept = (await receiving.bodies()).map(({ sha256 }) => sha256)
    await receiving.stop()
    rmSync(folder, { recursive: true, force: true })
    const outcomes = all.flatMap((each) => each.outcomes)
    const isKept = (batch: MadeBatch): boolean => kept.includes(batch.sha256)
    return {
      lost: outcomes.filter(({ batch }) => !isKept(batch)).length * 20,
      errors: all.reduce((sum, { errors }) => sum + errors, 0),
      doubled: kept.length - new Set(kept).size,
      acknowledgedAndLost: outcomes.filter(
        ({ batch, outcome }) => outcome === 'acknowledged' && !isKept(batch),
      ).length,
    }
  }

  const nothing = { lost: 0, errors: 0, doubled: 0, acknowledgedAndLost: 0 }

  it.each([5, 30, 75])('for %d s, refusing connections: nothing is lost', async (seconds) => {
    expect(await outage(seconds, 'refused')).toEqual(nothing)
  })

  it('for 130 s, refusing connections: what is lost is in error_total', async () => {
    const { lost, errors, ...rest } = await outage(130, 'refused')
    expect(rest).toEqual({ doubled: 0, acknowledgedAndLost: 0 })
    expect(lost).toBeGreaterThan(0)
    expect(errors).toBe(lost)
  })

  it.each([30, 130, 200])(
    'for %d s, saying 503 and when to come again: nothing is lost',
    async (seconds) => {
      expect(await outage(seconds, 'full')).toEqual(nothing)
    },
  )
})
