import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { Random } from './random.ts'
import { Served, type ToldLine } from './served.ts'
import { makeTraffics, type Traffic } from './webhook-client.ts'

/** B14b: killed so many times while bodies come, and started again on the same data. */
export const killing = async (folder: string, kills: number): Promise<readonly Measured[]> => {
  const data = join(folder, 'killed')
  const random = new Random(1)
  const told: ToldLine[] = []
  const traffics = makeTraffics(
    Array.from({ length: kills + 1 }, () => ROUND_BYTES),
    { plantedEvery: 100 },
  )
  let acknowledged = 0
  const planted = new Set<string>()
  for (const [round, traffic] of traffics.entries()) {
    const served = await Served.start({ data })
    const isLast = round === kills
    const afterMs = isLast ? Number.POSITIVE_INFINITY : 50 + random.below(1_000)
    const bodies = await untilKilled(served, traffic, afterMs)
    acknowledged += bodies.length
    for (const id of plantedIn(traffic, new Set(bodies))) planted.add(id)
    if (isLast) {
      await served.untilStored()
      await served.stop()
    }
    told.push(...served.told)
  }
  const isNew = told.filter(({ state, detection }) => state === 'new' && detection === 'B01')
  const ids = new Set(isNew.map(({ auditID }) => auditID ?? ''))
  const missing = [...planted].filter((id) => !ids.has(id)).length
  const twice = isNew.length - new Set(isNew.map(({ id }) => id)).size
  if (planted.size === 0) throw new Error('nothing planted was acknowledged')
  const note = `killed ${kills} times; ${planted.size} planted in ${acknowledged} bodies`
  return [figureOf(FIGURES.killMissing, missing, note), figureOf(FIGURES.killTwice, twice, note)]
}

const ROUND_BYTES = 12e6

/** Sends until it is killed; the numbers of the bodies that were acknowledged. */
async function untilKilled(
  served: Served,
  traffic: Traffic,
  afterMs: number,
): Promise<readonly number[]> {
  let isKilled = false
  const until = (): boolean => isKilled
  const sending = served.send(traffic, { connections: 2, everyMs: 20, until })
  if (afterMs !== Number.POSITIVE_INFINITY) {
    await sleep(afterMs)
    isKilled = true
    await served.kill()
  }
  const { acknowledgedMs } = await sending
  return [...acknowledgedMs.keys()].filter((at) => acknowledgedMs[at] !== undefined)
}

/** The auditIDs of the commands that people ran, in these bodies. */
function plantedIn({ bytes, bodyOf }: Traffic, bodies: ReadonlySet<number>): readonly string[] {
  const lines = bytes.toString().split('\n')
  return lines.flatMap((line) => {
    if (!line.includes('"subresource":"exec"') || !line.includes('command=id')) return []
    const id = /"auditID":"([^"]+)"/.exec(line)?.[1] ?? ''
    return bodies.has(bodyOf.get(id) ?? -1) ? [id] : []
  })
}

function figureOf(figure: Figure, value: number, note: string): Measured {
  return { figure, value, deviation: 0, rounds: 1, refused: false, note }
}
