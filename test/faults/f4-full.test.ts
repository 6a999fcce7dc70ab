import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { Random } from '../../bench/random.ts'
import { ApiServer } from './api-server.ts'
import { EventMaker, type MadeBatch } from './events.ts'
import { Receiving } from './receiving.ts'
import { SOAK_MS_MAX, soak } from './soak.ts'

const SEED = 4
const CYCLES = soak(20, 400)
const LOG_BYTES_MAX = 400_000

describe(`F4: the log is full (seed ${SEED})`, () => {
  it(
    `${CYCLES} times full and free again: refused within 1 s, and nothing is lost`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'deckwatch-f4-'))
      const port = await freePort()
      const receiving = new Receiving(join(folder, 'wal'), port)
      await receiving.start(LOG_BYTES_MAX)
      const random = new Random(SEED)
      const options = { port, cluster: 'shop', server: 'a', msPerSecond: 20, random }
      const client = new ApiServer(options)
      const maker = new EventMaker('a', SEED)
      const stored: string[] = []
      const acknowledged: string[] = []
      const send = async (batch: MadeBatch): Promise<void> => {
        const { outcome } = await client.send(batch)
        if (outcome === 'acknowledged') acknowledged.push(batch.sha256)
      }
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        // More than there is room for; the store goes on only when the first ones are refused.
        const sending = Array.from({ length: 30 }, () => send(maker.batch(30)))
        const before = client.refusals
        while (client.refusals === before) await tick()
        for (let isDone = false; !isDone; ) {
          isDone = await Promise.race([Promise.all(sending).then(() => true), tick()])
          const bodies = await receiving.bodies()
          stored.push(...bodies.slice(0, 10).map(({ sha256 }) => sha256))
          await receiving.release(Math.min(10, bodies.length))
        }
      }
      stored.push(...(await receiving.bodies()).map(({ sha256 }) => sha256))
      expect(client.errorTotal).toBe(0)
      expect(client.refusals).toBeGreaterThan(CYCLES)
      expect(stored.length).toBe(30 * CYCLES)
      expect(new Set(stored)).toEqual(new Set(acknowledged))
      expect(client.slowestRefusalMs).toBeLessThan(1_000)
      client.close()
      await receiving.stop()
      rmSync(folder, { recursive: true, force: true })
    },
    SOAK_MS_MAX,
  )
})

/** Resolves to false a little later. */
const tick = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 10))
