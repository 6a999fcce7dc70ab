import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { Random } from '../../bench/random.ts'
import { Lumberjack } from '../../src/source/testing/lumberjack.ts'
import { EventMaker, type MadeEvent } from './events.ts'
import { Instance, sleep } from './instance.ts'
import { CONSERVED, Oracle } from './oracle.ts'
import { SOAK_MS_MAX, soak } from './soak.ts'
import { readStored } from './stored.ts'

const SEED = Number(process.env.SEED ?? 1)
const EVENTS = soak(6_000, 1_000_000)
const EVENTS_PER_ROTATION = 40
const TICK_MS = 20
const KILL_EVERY_MS = 1_500

describe(`F9, F10: fifty rotations a second (seed ${SEED})`, () => {
  it(
    `${EVENTS} events across renamed and compressed files, the reader killed in between`,
    async () => {
      const random = new Random(SEED)
      const root = mkdtempSync(join(tmpdir(), 'deckwatch-f9-'))
      const path = join(root, 'log/audit.log')
      mkdirSync(join(root, 'log'))
      const writer = new Writer(path)
      const instance = new Instance({
        data: join(root, 'data'),
        webhookPort: await freePort(),
        statusPort: await freePort(),
        files: [`shop/cp-file=${path}`],
      })
      onTestFinished(() => instance.clear(root))
      await instance.start()
      const writing = writer.write(EVENTS)
      let kills = 0
      while (!writer.isDone) {
        await sleep(KILL_EVERY_MS)
        await instance.kill()
        kills += 1
        // What happens meanwhile is the pause of F9.
        await sleep(random.below(1_000))
        await instance.start()
      }
      await writing
      await instance.untilRead()
      await instance.untilStored()
      await instance.stop()

      const stored = await readStored(join(root, 'data'))
      const oracle = new Oracle()
      oracle.write('shop/cp-file', writer.made)
      console.log(`F9: ${writer.rotations()} rotated files, ${kills} kills, ${EVENTS} events`)
      expect(writer.rotations()).toBeGreaterThan(EVENTS / EVENTS_PER_ROTATION / 2)
      expect(oracle.judge(stored.events)).toEqual(CONSERVED)
      expect(stored.gaps).toEqual([])
    },
    soak(180_000, SOAK_MS_MAX),
  )
})

/** Writes an API server's log at 2,000 events a second, and rotates it. */
class Writer {
  readonly made: MadeEvent[] = []
  readonly #log: Lumberjack
  readonly #maker = new EventMaker('cp-file', SEED)
  #nowMs = 0
  isDone = false

  constructor(path: string) {
    // Two rotations in one ms would have one name.
    const now = (): number => {
      this.#nowMs = Math.max(this.#nowMs + 1, Date.now())
      return this.#nowMs
    }
    const maxBytes = EVENTS_PER_ROTATION * 700
    this.#log = new Lumberjack({ path, maxBytes, maxBackups: 0, compress: true, now })
  }

  async write(count: number): Promise<void> {
    while (this.made.length < count) {
      for (const event of this.#maker.take(EVENTS_PER_ROTATION)) {
        this.#log.write(event.line)
        this.made.push(event)
      }
      if (this.made.length % 2_000 === 0) this.#log.mill()
      await sleep(TICK_MS)
    }
    this.isDone = true
  }

  rotations(): number {
    return this.#log.backups().length
  }
}
