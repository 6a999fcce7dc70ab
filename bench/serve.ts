import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session } from 'chdb'
import { bareLoop, build, type Time, writeRules } from './built.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { deviationOf, isRestless, median } from './measure.ts'
import { importing } from './serve-import.ts'
import { killing } from './serve-kill.ts'
import { Served } from './served.ts'
import { EVENTS_PER_BODY, makeTraffics, type Traffic } from './webhook-client.ts'

/** How much is measured. */
export interface ServeEffort {
  /** A round of webhook bodies that are sent as fast as they are taken. */
  readonly roundBytes: number
  readonly rounds: number
  readonly latencySeconds: number
  readonly overloadSeconds: number
  readonly idleSeconds: number
  readonly importBytes: number
  readonly imports: number
  readonly kills: number
}

/**
 * Whole instances of `deckwatch serve`, with their engines: how much they take, how soon they tell,
 * what they lose, and what they need. Linux only, where the times of other processes can be read.
 */
export const measureServe = async (effort: ServeEffort): Promise<readonly Measured[]> => {
  if (process.platform !== 'linux') return []
  build()
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-bench-'))
  try {
    const rules = writeRules(folder)
    return [
      ...(await instanceOfManyRules(folder, rules, effort)),
      ...importing(folder, rules, effort),
      ...(await killing(folder, effort.kills)),
      await idleOfBuiltIn(folder),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** L and XL: one and three webhooks that are saturated. */
const EVENTS_A_SECOND = { usual: 4_000, overload: 12_000 }

const CONNECTIONS = 4

/** Bytes of an event: some more than `mixed` has. */
const EVENT_BYTES = 1_750

/** One after the other on one instance, which is warm after the first round. */
async function instanceOfManyRules(
  folder: string,
  rules: string,
  effort: ServeEffort,
): Promise<readonly Measured[]> {
  const { roundBytes, rounds, latencySeconds, overloadSeconds, idleSeconds } = effort
  const data = join(folder, 'data')
  const served = await Served.start({ data, rules })
  try {
    const idle = await idleFigures(served, idleSeconds)
    const sizes = Array.from({ length: rounds + 1 }, () => roundBytes)
    const full = await fullSpeed(served, folder, makeTraffics(sizes))
    const [usual] = makeTraffics([latencySeconds * EVENTS_A_SECOND.usual * EVENT_BYTES], {
      plantedEvery: 500,
    })
    const latency = await latencies(served, usual)
    const [much] = makeTraffics([overloadSeconds * EVENTS_A_SECOND.overload * EVENT_BYTES])
    const overload = await overloaded(served, much)
    const events = served.sentEvents
    await served.stop()
    return [...full, ...latency, ...overload, lost(data, events), ...idle]
  } catch (error) {
    await served.kill()
    throw error
  }
}

/** Half a minute of nothing would change little: the engine gives memory back slowly. */
const SETTLE_MS = 3_000

async function idleFigures(served: Served, seconds: number): Promise<readonly Measured[]> {
  await sleep(SETTLE_MS)
  const memory = memoryOf(FIGURES.idleMemoryMany, served)
  const ready = once(FIGURES.ready, served.startMs, '')
  const [few] = makeTraffics([seconds * 10 * EVENT_BYTES], { eventsPerBody: 10 })
  const [before, start] = [served.cpuMs(), performance.now()]
  await served.send(few, { connections: 1, everyMs: 1_000 })
  await served.untilStored()
  const share = ((served.cpuMs() - before) / (performance.now() - start)) * 100
  return [memory, ready, once(FIGURES.idleCpu, share, `over ${seconds} s`)]
}

async function idleOfBuiltIn(folder: string): Promise<Measured> {
  const served = await Served.start({ data: join(folder, 'idle') })
  await sleep(SETTLE_MS)
  const memory = memoryOf(FIGURES.idleMemory, served)
  await served.stop()
  return memory
}

function memoryOf(figure: Figure, served: Served): Measured {
  const [main = 0, engine = 0] = served.residentMb()
  return once(figure, main + engine, `engine ${engine.toFixed(0)} MB, of which about 220 are files`)
}

/** What a round took: by the clock until it was stored, and of processor time. */
interface Round {
  readonly b0: Time
  readonly served: Time
}

async function fullSpeed(
  served: Served,
  folder: string,
  traffics: readonly Traffic[],
): Promise<readonly Measured[]> {
  const rounds: Round[] = []
  for (const [at, traffic] of traffics.entries()) {
    const path = join(folder, 'round.log')
    writeFileSync(path, traffic.bytes)
    const b0 = bareLoop({ path, events: traffic.events })
    const round = { b0, served: await atFullSpeed(served, traffic) }
    // The first one compiles and warms up.
    if (at > 0) rounds.push(round)
  }
  const events = traffics.at(-1)?.events ?? 0
  const refused = isRestless(rounds.map(({ b0 }) => b0.ms))
  const figure = (of: Figure, ratios: readonly number[], note: string): Measured => ({
    ...{ figure: of, value: median(ratios), deviation: deviationOf(ratios) },
    ...{ rounds: rounds.length, refused, note },
  })
  const speed = events / median(rounds.map((round) => round.served.ms))
  const cpu = (median(rounds.map((round) => round.served.cpuMs)) * 1_000) / events
  return [
    figure(
      FIGURES.served,
      rounds.map(({ b0, served: { ms } }) => b0.ms / ms),
      `${speed.toFixed(1)} k events/s; B0 ${(events / median(rounds.map(({ b0 }) => b0.ms))).toFixed(0)} k`,
    ),
    figure(
      FIGURES.servedCpu,
      rounds.map(({ b0, served: { cpuMs } }) => cpuMs / b0.cpuMs),
      `${cpu.toFixed(0)} µs an event`,
    ),
  ]
}

async function atFullSpeed(served: Served, traffic: Traffic): Promise<Time> {
  const [before, start] = [served.cpuMs(), performance.now()]
  const from = served.told.length
  await served.send(traffic, { connections: CONNECTIONS, everyMs: 0 })
  await served.untilStored()
  const ms = performance.now() - start
  served.checkTold(from, traffic)
  return { ms, cpuMs: served.cpuMs() - before }
}

async function latencies(
  served: Served,
  traffic: Traffic | undefined,
): Promise<readonly Measured[]> {
  if (traffic === undefined) return []
  const from = served.told.length
  const everyMs = (1_000 * EVENTS_PER_BODY) / EVENTS_A_SECOND.usual
  const { sentMs } = await served.send(traffic, { connections: CONNECTIONS, everyMs })
  await served.untilStored()
  served.checkTold(from, traffic)
  const taken = served.told.slice(from).flatMap(({ atMs, state, detection, auditID }) => {
    const sent = sentMs[traffic.bodyOf.get(auditID ?? '') ?? -1]
    const isPlanted = detection === 'B01' || detection === 'C01'
    return state === 'new' && isPlanted && sent !== undefined ? [atMs - sent] : []
  })
  const sorted = taken.sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  const note = `p50 ${at(0.5).toFixed(0)} ms, of ${sorted.length} findings`
  return [{ ...once(FIGURES.latency, at(0.99), note), deviation: deviationOf(sorted) }]
}

async function overloaded(
  served: Served,
  traffic: Traffic | undefined,
): Promise<readonly Measured[]> {
  if (traffic === undefined) return []
  const from = served.told.length
  served.watchMemory()
  const start = performance.now()
  const everyMs = (1_000 * EVENTS_PER_BODY) / EVENTS_A_SECOND.overload
  const { refused } = await served.send(traffic, { connections: 3 * CONNECTIONS, everyMs })
  const sent = performance.now() - start
  await served.untilStored()
  const recovery = performance.now() - start - sent
  served.checkTold(from, traffic)
  const rate = (traffic.events / sent).toFixed(1)
  return [
    once(FIGURES.overloadMemory, served.peakMb, `${traffic.events} events`),
    once(FIGURES.overloadRecovery, recovery / sent, `sent at ${rate} k/s; ${refused} came again`),
  ]
}

/** The store is looked into once the instance has ended. */
function lost(data: string, sent: number): Measured {
  const session = new Session(join(data, 'engine', 'data'))
  const stored = Number(session.query('SELECT count() FROM deckwatch.events', 'TSV').trim())
  session.close()
  if (stored > sent) throw new Error(`stored ${stored} events, of which ${sent} were sent`)
  return once(FIGURES.overloadLost, sent - stored, `of ${sent}, everything before included`)
}

function once(figure: Figure, value: number, note: string): Measured {
  return { figure, value, deviation: 0, rounds: 1, refused: false, note }
}
