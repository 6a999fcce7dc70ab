import { userInfo } from 'node:os'
import { systemClock } from '../../base/clock.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { microsecondsOf, timeText } from '../../detect/time.ts'
import type { Store } from '../../store/store.ts'
import { addHold, type Hold, listHolds, releaseHold } from '../../store/upkeep/holds.ts'
import type { Given } from '../command.ts'
import { momentOf, wrong } from '../hunt-request.ts'
import { bytes, count, counted } from '../output/words.ts'
import { reachStore } from '../reach-store.ts'
import { EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch store status`. */
export const runStoreStatus = async (given: Given, shell: Shell): Promise<number> => {
  const { store, running, close } = await reachStore(given)
  try {
    const lines = [
      running ? 'an instance runs on it' : 'no instance runs on it',
      '',
      ...(await weekLines(store)),
      '',
      ...(await holdLines(store)),
    ]
    await shell.output.write(`${lines.map(escapeTerminal).join('\n')}\n`)
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
    fromUs: since === undefined ? 0 : (microsecondsOf(since) ?? Date.parse(since) * 1000),
    toUs: until === undefined ? FOR_EVER_US : (microsecondsOf(until) ?? Date.parse(until) * 1000),
    reason: given.text('reason') ?? '',
    by: userInfo().username,
  }
  if (hold.fromUs >= hold.toUs) throw wrong('the hold is empty', 'give the earlier one to --since')
  const { store, close } = await reachStore(given)
  try {
    await addHold(store, systemClock, hold)
    await shell.output.write(`in force: ${escapeTerminal(holdLine(hold))}\n`)
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
    await shell.output.write(`released: ${escapeTerminal(id)}\n`)
    return EXIT.nothing
  } finally {
    await close()
  }
}

/** The end of what a column of times can hold. */
const FOR_EVER_US = 10_413_705_600_000_000

const weekLines = async (store: Store): Promise<readonly string[]> => {
  const rows = await store.query(
    'SELECT cluster, toString(toMonday(arrived_at)) AS week, count() AS events, ' +
      'uniqExact(server, way) AS sources FROM events GROUP BY cluster, week ORDER BY cluster, week',
  )
  const [size] = await store.query(
    "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table LIKE 'events%'",
  )
  const total = rows.reduce((sum, { events }) => sum + Number(events), 0)
  return [
    `${counted(total, 'event')} in ${bytes(Number(size?.bytes ?? 0))}`,
    ...rows.map(
      ({ cluster, week, events, sources }) =>
        `  ${cluster}  arrived in the week of ${week}: ${count(Number(events))} events ` +
        `of ${counted(Number(sources), 'log')}`,
    ),
  ]
}

const holdLines = async (store: Store): Promise<readonly string[]> => {
  const holds = await listHolds(store)
  return holds.length === 0
    ? ['no legal holds']
    : ['legal holds', ...holds.map((hold) => `  ${holdLine(hold)}`)]
}

const holdLine = ({ id, cluster, fromUs, toUs, reason, by }: Hold): string => {
  const from = fromUs <= 0 ? 'the beginning' : timeText(fromUs)
  const to = toUs >= FOR_EVER_US ? 'for ever' : `until ${timeText(toUs)}`
  return `${id}: ${cluster === '' ? 'every cluster' : cluster}, arrived from ${from} ${to}; by ${by}: ${reason || 'no reason given'}`
}
