import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../bench/child.ts'
import { Random } from '../../bench/random.ts'
import { LIMIT } from '../../src/base/limit.ts'
import { Instance, sleep } from './instance.ts'
import { CONSERVED, Oracle } from './oracle.ts'
import { soak } from './soak.ts'
import { compareFindings, huntFindings, readStored } from './stored.ts'
import { Traffic } from './traffic.ts'

const SEED = Number(process.env.SEED ?? 1)
const CYCLES = Number(process.env.CYCLES ?? soak(50, 1_000))
/** Of half of the starts at least: a machine may be busy with something else for a while. */
const READY_MS_MAX = 10_000
const FAILPOINTS = ['after-sync', 'before-insert', 'after-insert', 'before-release'] as const

describe(`F1: killed under load (seed ${SEED})`, () => {
  it(
    `${CYCLES} times at any point: nothing acknowledged is lost, doubled or invented`,
    async () => {
      const random = new Random(SEED)
      const { root, file, instance } = await prepare()
      const oracle = new Oracle()
      // What is compiled by the first life is there for the others.
      await instance.start()
      await instance.stop()
      await instance.start()
      const traffic = new Traffic({
        cluster: 'shop',
        servers: ['cp-1', 'cp-2', 'cp-3'],
        port: instance.options.webhookPort,
        msPerSecond: 150,
        seed: SEED,
        eventsPerBatch: 20,
        everyMs: soak(100, 250),
        file,
        oracle,
      })
      const readyMs: number[] = []
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        await dieOnce(instance, random, readyMs)
      }
      await instance.start()
      await traffic.finish()
      await instance.untilRead()
      // Acts that came late wait for others before their windows are judged again.
      await sleep((LIMIT.liveWaitSecondsMax + 3) * 1_000)
      await instance.untilStored()
      await instance.stop()

      const stored = await readStored(join(root, 'data'))
      const reference = huntFindings(join(root, 'hunt'), 'shop', traffic.made)
      const told = tellings(instance.told)
      const toldTwice = [...told.values()].filter((times) => times > 1).length
      const usual = Math.round(medianOf(readyMs))
      console.log(
        `F1: ${CYCLES} kills, ${oracle.offered} events, ${stored.findings.length} findings, ` +
          `ready after ${usual} ms (median), ${traffic.givenUp} bodies given up and sent anew, ` +
          `${told.size} findings told, ${toldTwice} of them twice`,
      )
      expect(oracle.judge(stored.events)).toEqual(CONSERVED)
      expect(oracle.acknowledged).toBe(oracle.offered)
      expect(compareFindings(stored.findings, reference)).toEqual([])
      // B14b: a kill between telling and noting it tells again; nothing is kept to itself.
      expect(stored.findings.filter(({ id }) => !told.has(id))).toEqual([])
      expect(stored.gaps).toEqual([])
      expect(secretsLeft(join(root, 'data/wal'), instance.told, traffic)).toEqual([])
      expect(usual).toBeLessThan(READY_MS_MAX)
    },
    soak(600_000, 7_200_000),
  )
})

/** An instance that was not started yet, and the log that it is to follow. */
async function prepare(): Promise<{
  readonly root: string
  readonly file: { readonly server: string; readonly path: string }
  readonly instance: Instance
}> {
  const root = mkdtempSync(join(tmpdir(), 'deckwatch-f1-'))
  const file = { server: 'cp-file', path: join(root, 'audit.log') }
  // A file that is not there is a part that is not ready.
  writeFileSync(file.path, '')
  const config = join(root, 'deckwatch.yaml')
  writeFileSync(config, configOf(file))
  const instance = new Instance({
    data: join(root, 'data'),
    webhookPort: await freePort(),
    statusPort: await freePort(),
    config,
  })
  onTestFinished(() => instance.clear(root))
  return { root, file, instance }
}

/** Its log is read from its beginning: the first kill may come before the first line. */
function configOf({ path, server }: { readonly path: string; readonly server: string }): string {
  return `files:\n  - { path: '${path}', cluster: shop, server: ${server}, from: start }\n`
}

/** One life of the instance and its death: while it starts, while it works, or at a failpoint. */
async function dieOnce(instance: Instance, random: Random, readyMs: number[]): Promise<void> {
  if (instance.isRunning) {
    await sleep(random.below(500))
    await instance.kill()
    return
  }
  const started = performance.now()
  const way = random.below(4)
  if (way === 0) {
    instance.spawn()
    await sleep(random.below(1_500))
  } else if (way === 1) {
    instance.spawn(`${random.one(FAILPOINTS)}:${1 + random.below(3)}`)
    await instance.ended(5_000)
  } else {
    await instance.start()
    readyMs.push(performance.now() - started)
    await sleep(random.below(500))
  }
  await instance.kill()
}

/** Secrets that still lie in the closed log, or that were told. */
function secretsLeft(log: string, told: readonly string[], traffic: Traffic): readonly string[] {
  const files = readdirSync(log).map((name) => readFileSync(join(log, name)))
  const texts = [...files, Buffer.from(told.join('\n'))]
  return [...traffic.made.values()]
    .flatMap((events) => events.flatMap(({ secret }) => secret ?? []))
    .filter((secret) => texts.some((text) => text.includes(secret)))
}

/** How often each finding was told as a new one. */
function tellings(lines: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const line of lines) {
    const { id, state }: { readonly id: string; readonly state: string } = JSON.parse(line)
    if (state === 'new') times.set(id, (times.get(id) ?? 0) + 1)
  }
  return times
}

function medianOf(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}
