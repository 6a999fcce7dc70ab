import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { Instance, sleep } from './instance.ts'
import { CONSERVED, Oracle } from './oracle.ts'
import { SOAK_MS_MAX, soak } from './soak.ts'
import { compareFindings, huntFindings, readStored } from './stored.ts'
import { Traffic } from './traffic.ts'

const SEED = 5
/**
 * Longer than the engine's supervisor is patient: in the long version it is killed and replaced.
 */
const STUCK_MS = soak([1_000, 3_000], [1_000, 10_000, 30_000, 120_000])
const ACK_MS_P99 = 500

describe.skipIf(!existsSync('/proc/self/task'))(
  `F5: the store is stuck (seed ${SEED}; needs /proc to find the engine)`,
  () => {
    it(
      'acknowledges from the log all the same, and stores everything afterwards',
      async () => {
        const root = mkdtempSync(join(tmpdir(), 'deckwatch-f5-'))
        const instance = new Instance({
          data: join(root, 'data'),
          webhookPort: await freePort(),
          statusPort: await freePort(),
        })
        onTestFinished(() => instance.clear(root))
        const oracle = new Oracle()
        await instance.start()
        const traffic = new Traffic({
          cluster: 'shop',
          servers: ['cp-1', 'cp-2', 'cp-3'],
          port: instance.options.webhookPort,
          msPerSecond: 1_000,
          seed: SEED,
          eventsPerBatch: 20,
          everyMs: 60,
          oracle,
        })
        for (const ms of STUCK_MS) {
          await sleep(500)
          for (const pid of instance.children()) process.kill(pid, 'SIGSTOP')
          await sleep(ms)
          for (const pid of instance.children()) process.kill(pid, 'SIGCONT')
        }
        await traffic.finish()
        await instance.untilStored()
        await instance.stop()

        const stored = await readStored(join(root, 'data'))
        const acknowledged = traffic.acknowledgedMs()
        const p99 = acknowledged[Math.floor(acknowledged.length * 0.99)] ?? 0
        console.log(
          `F5: ${oracle.offered} events, acknowledged within ${Math.round(p99)} ms (p99) while ` +
            `the store was stuck for ${STUCK_MS.join(', ')} ms`,
        )
        expect(oracle.judge(stored.events)).toEqual(CONSERVED)
        const reference = huntFindings(join(root, 'hunt'), 'shop', traffic.made)
        expect(compareFindings(stored.findings, reference)).toEqual([])
        expect(traffic.givenUp).toBe(0)
        expect(p99).toBeLessThan(ACK_MS_P99)
      },
      soak(180_000, SOAK_MS_MAX),
    )
  },
)
