import type { Clock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import { dropPartition, type Shape, type Target } from '../schema/ddl.ts'
import { targetOf } from '../schema/migrations.ts'
import type { Store } from '../store.ts'
import { type Hold, isHeld, listHolds } from './holds.ts'
import { type Sign, tombstonesOf } from './tombstone.ts'
import type { KeptTable, Week } from './week.ts'

/** How long rows of a table are kept. The first rule that fits counts; without one, for ever. */
export interface RetentionRule {
  /** Absent: of every cluster. */
  readonly cluster?: string
  /** Absent: each of them. */
  readonly table?: KeptTable
  /** From the arrival of the newest row of a week on. */
  readonly days: number
}

/** What retention needs. */
export interface RetentionParts {
  readonly store: Store
  readonly shape: Shape
  readonly clock: Clock
  /** Signs a tombstone with the key of the data directory. */
  readonly sign: Sign
  /** Weeks of a table that are looked at; absent: `LIMIT.partitionsMax`. */
  readonly weeksMax?: number
}

/** What came of it. */
export interface RetentionReport {
  readonly dropped: readonly Week[]
  /** Too old, and a legal hold keeps them. */
  readonly held: readonly Week[]
  /** Tables with more weeks than were looked at; their newest were not. */
  readonly unseen: readonly KeptTable[]
}

/**
 * Drops the weeks of which every row is older than its rule says, unless a legal hold covers part
 * of them. Of events a signed tombstone is written first, which says what was in the chain of
 * evidence. It may be stopped at any point and begun again.
 */
export const retain = async (
  parts: RetentionParts,
  rules: readonly RetentionRule[],
): Promise<RetentionReport> => {
  const target = await targetOf(parts.store, parts.shape)
  const holds = await listHolds(parts.store)
  const dropped: Week[] = []
  const held: Week[] = []
  const unseen: KeptTable[] = []
  const { weeksMax = LIMIT.partitionsMax } = parts
  for (const table of KEPT_TABLES) {
    const weeks = await weeksOf(parts.store, table, weeksMax)
    if (weeks.length === weeksMax) unseen.push(table)
    for (const week of weeks) {
      const rule = ruleFor(rules, week)
      if (rule === undefined || !isExpired(week, rule, parts.clock.nowUs())) continue
      const isDropped = !isWeekHeld(holds, week) && (await drop(parts, week, rule, target))
      if (isDropped) dropped.push(week)
      else held.push(week)
    }
  }
  return { dropped, held, unseen }
}

const KEPT_TABLES: readonly KeptTable[] = ['events', 'findings', 'gaps']

/** The column by which each is partitioned. */
const ARRIVAL: Readonly<Record<KeptTable, string>> = {
  events: 'arrived_at',
  findings: 'told_at',
  gaps: 'noticed_at',
}

const DAY_US = 86_400e6

// By the very expressions of the partition key: the answer comes from the list of parts.
const weeksOf = async (
  store: Store,
  table: KeptTable,
  weeksMax: number,
): Promise<readonly Week[]> => {
  const rows = await store.query(
    `SELECT cluster, toString(toMonday(${ARRIVAL[table]})) AS monday, count() AS rows ` +
      `FROM ${table} GROUP BY cluster, toMonday(${ARRIVAL[table]}) ` +
      `ORDER BY monday, cluster LIMIT ${weeksMax}`,
    {},
    { seconds: LIMIT.storeQuerySecondsMax },
  )
  return rows.map(({ cluster, monday, rows: count }) => {
    const fromUs = Date.parse(`${monday}T00:00:00Z`) * 1000
    return {
      table,
      cluster: String(cluster),
      monday: String(monday),
      fromUs,
      toUs: fromUs + 7 * DAY_US,
      rows: Number(count),
    }
  })
}

const ruleFor = (rules: readonly RetentionRule[], week: Week): RetentionRule | undefined =>
  rules.find(
    ({ cluster, table }) =>
      (cluster === undefined || cluster === week.cluster) &&
      (table === undefined || table === week.table),
  )

const isExpired = ({ toUs }: Week, { days }: RetentionRule, nowUs: number): boolean =>
  toUs + days * DAY_US <= nowUs

const isWeekHeld = (holds: readonly Hold[], { cluster, fromUs, toUs }: Week): boolean =>
  isHeld(holds, cluster, fromUs, toUs)

/** False: a hold was put in force meanwhile. */
const drop = async (
  { store, clock, sign }: RetentionParts,
  week: Week,
  rule: RetentionRule,
  target: Target,
): Promise<boolean> => {
  const why = `retention of ${rule.days} days`
  const stones = week.table === 'events' ? await tombstonesOf(store, week, why, clock, sign) : []
  // To sign for a week takes time, and whoever put a hold in force then was told that it is.
  if (isWeekHeld(await listHolds(store), week)) return false
  const token = `tombstones-${week.cluster}-${week.monday}-${clock.nowUs()}`
  await store.insertRecords('tombstones', token, stones)
  await store.command(dropPartition(week.table, [week.cluster, week.monday], target))
  return true
}
