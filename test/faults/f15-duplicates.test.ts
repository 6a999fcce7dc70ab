import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { Random } from '../../bench/random.ts'
import { ApiServer } from './api-server.ts'
import { EventMaker } from './events.ts'
import { Receiving } from './receiving.ts'
import { SOAK_MS_MAX, soak } from './soak.ts'

const SEED = 15
const BODIES = soak(600, 100_000)
const BODIES_A_LIFE = soak(50, 2_000)
const AT_ONCE = 200

describe(`F15: bodies come again (seed ${SEED})`, () => {
  it(
    `${BODIES} bodies, each 2 to 11 times, at once and after restarts: one copy`,
    async () => {
      const random = new Random(SEED)
      const folder = mkdtempSync(join(tmpdir(), 'deckwatch-f15-'))
      const port = await freePort()
      const receiving = new Receiving(join(folder, 'wal'), port)
      const maker = new EventMaker('a', SEED)
      const client = new ApiServer({ port, cluster: 'shop', server: 'a', msPerSecond: 20, random })
      const made = new Set<string>()
      let sent = 0
      let duplicates = 0
      let before: Parameters<typeof client.send>[0][] = []
      while (made.size < BODIES) {
        await receiving.start()
        const fresh = Array.from({ length: BODIES_A_LIFE }, () => maker.batch(3))
        const copies = [...fresh, ...before].flatMap((batch) =>
          Array.from({ length: 1 + random.below(6) }, () => batch),
        )
        const shuffled = copies.sort(() => random.next() - 0.5)
        for (let i = 0; i < shuffled.length; i += AT_ONCE) {
          await Promise.all(shuffled.slice(i, i + AT_ONCE).map((batch) => client.send(batch)))
        }
        sent += copies.length
        duplicates += receiving.duplicates
        for (const { sha256 } of fresh) made.add(sha256)
        before = fresh
        const kept = (await receiving.bodies()).map(({ sha256 }) => sha256)
        expect(kept.length).toBe(made.size)
        expect(new Set(kept)).toEqual(made)
        await receiving.stop()
      }
      expect(client.errorTotal).toBe(0)
      expect(duplicates).toBe(sent - made.size)
      client.close()
      rmSync(folder, { recursive: true, force: true })
    },
    SOAK_MS_MAX,
  )
})
