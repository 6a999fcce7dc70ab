import { systemClock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { microsecondsOf, timeText } from '../../detect/time.ts'
import type { Store } from '../../store/store.ts'
import { addHold, type Hold, listHolds, releaseHold } from '../../store/upkeep/holds.ts'
import { LATEST_US } from '../../store/upkeep/store-time.ts'
import { writeAnswer } from '../answer.ts'
import type { Given } from '../command.ts'
import { momentOf, wrong } from '../hunt-request.ts'
import { bytes, count, counted } from '../output/words.ts'
import { reachStore } from '../reach-store.ts'
import { EXIT, type Shell } from '../shell.ts'
import { userName } from '../user-name.ts'

/** Runs `deckwatch store status`. */
export const runStoreStatus = async (given: Given, shell: Shell): Promise<number> => {
  const { store, running, close } = await reachStore(given)
  try {
    const weeks = await weeksOf(store)
    const storedBytes = await bytesOf(store)
    const holds = await listHolds(store)
    const lines = [
      running ? 'an instance runs on it' : 'no instance runs on it',
      '',
      ...weekLines(weeks, storedBytes),
      '',
      ...holdLines(holds),
    ]
    const record = { running, bytes: storedBytes, weeks, holds: holds.map(holdRecord) }
    await writeAnswer(given, shell, lines, record)
    return EXIT.nothing
  } finally {
    await close()
  }
}

/** Runs `deckwatch store hold`. */
export const runStoreHold = async (given: Given, shell: Shell): Promise<number> => {
  const [id = ''] = given.arguments
  const [since, until] = [momentOf(given, 'since'), momentOf(given, 'until')]
  const hold: Hold = {
    id,
    cluster: given.text('cluster') ?? '',
    fromUs: microsecondsOf(since ?? '') ?? 0,
    toUs: microsecondsOf(until ?? '') ?? LATEST_US,
    reason: given.text('reason') ?? '',
    by: userName(),
  }
  if (hold.fromUs >= hold.toUs) throw wrong('the hold is empty', 'give the earlier one to --since')
  const { store, close } = await reachStore(given)
  try {
    // To put another in its place would end what was held, and nobody would have said so.
    if ((await listHolds(store)).some((one) => one.id === id)) {
      throw wrong(`a hold "${id}" is in force already`, 'give another ID, or release it first')
    }
    await addHold(store, systemClock, hold)
    await writeAnswer(given, shell, [`in force: ${holdLine(hold)}`], holdRecord(hold))
    return EXIT.nothing
  } finally {
    await close()
  }
}

/** Runs `deckwatch store release`. */
export const runStoreRelease = async (given: Given, shell: Shell): Promise<number> => {
  const [id = ''] = given.arguments
  const { store, close } = await reachStore(given)
  try {
    const wasThere = await releaseHold(store, systemClock, id)
    if (!wasThere) throw wrong(`no hold "${id}" is in force`, '`store status` lists those that are')
    await writeAnswer(given, shell, [`released: ${id}`], { id, released: true })
    return EXIT.nothing
  } finally {
    await close()
  }
}

/** Events of a cluster that arrived within one week. */
interface StoredWeek {
  readonly cluster: string
  readonly week: string
  readonly events: number
  readonly logs: number
}

const weeksOf = async (store: Store): Promise<readonly StoredWeek[]> => {
  const rows = await store.query(
    'SELECT cluster, toString(toMonday(arrived_at)) AS week, count() AS events, ' +
      'uniqExact(server, way) AS logs FROM events GROUP BY cluster, week ORDER BY cluster, week',
    {},
    { seconds: LIMIT.storeQuerySecondsMax },
  )
  return rows.map(({ cluster, week, events, logs }) => ({
    cluster: String(cluster),
    week: String(week),
    events: Number(events),
    logs: Number(logs),
  }))
}

const bytesOf = async (store: Store): Promise<number> => {
  const [row] = await store.query(
    'SELECT sum(bytes_on_disk) AS bytes FROM system.parts ' +
      "WHERE active AND database = currentDatabase() AND table IN ('events', 'events_local')",
  )
  return Number(row?.bytes ?? 0)
}

const weekLines = (weeks: readonly StoredWeek[], storedBytes: number): readonly string[] => {
  const total = weeks.reduce((sum, { events }) => sum + events, 0)
  return [
    `${counted(total, 'event')} in ${bytes(storedBytes)}`,
    ...weeks.map(
      ({ cluster, week, events, logs }) =>
        `  ${cluster}  arrived in the week of ${week}: ${count(events)} events ` +
        `of ${counted(logs, 'log')}`,
    ),
  ]
}

const holdLines = (holds: readonly Hold[]): readonly string[] =>
  holds.length === 0
    ? ['no legal holds']
    : ['legal holds', ...holds.map((hold) => `  ${holdLine(hold)}`)]

const holdRecord = ({ fromUs, toUs, ...hold }: Hold): Readonly<Record<string, unknown>> => ({
  ...hold,
  from: fromUs <= 0 ? null : timeText(fromUs),
  to: toUs >= LATEST_US ? null : timeText(toUs),
})

const holdLine = ({ id, cluster, fromUs, toUs, reason, by }: Hold): string => {
  const from = fromUs <= 0 ? 'the beginning' : timeText(fromUs)
  const to = toUs >= LATEST_US ? 'for ever' : `until ${timeText(toUs)}`
  return `${id}: ${cluster === '' ? 'every cluster' : cluster}, arrived from ${from} ${to}; by ${by}: ${reason || 'no reason given'}`
}
