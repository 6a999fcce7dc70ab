import { expect, test } from 'vitest'
import type { CorrelationPlan, CorrelationSlot } from '../plan/correlation.ts'
import type { Plan } from '../plan/plan.ts'
import { schemaOf, testField } from '../testing/rows.ts'
import { emitCorrelation, type SlotSource } from './clickhouse-correlation.ts'

const EVIL = "evil'); DROP TABLE events; --"
const FIELD = testField('labels.evil"\\', 'text')
const SCHEMA = schemaOf([FIELD])
const TABLE = { name: 'events', time: 'received', cluster: 'cluster', origin: 'id' }

const { name: field, ...more } = FIELD
const rule: Plan = {
  ...more,
  kind: 'leaf',
  field,
  test: { kind: 'equals', texts: [EVIL], cased: true },
  selection: EVIL,
  place: {},
}

const slot: CorrelationSlot = { rule: EVIL, chained: false, groupBy: [field], fields: [field] }
const plan: CorrelationPlan = {
  id: EVIL,
  type: 'value_count',
  spanUs: 60_000_000,
  groupBy: [EVIL],
  slots: [slot, slot],
  comparisons: [{ operator: 'gte', value: 1e21 }],
  percentile: undefined,
  expression: undefined,
}

test('what rules and correlations say is bound, and never part of the query', () => {
  const source: SlotSource = { kind: 'rule', plan: rule }
  const chained: SlotSource = { kind: 'correlation', plan, sources: [source, source] }
  const outer: CorrelationPlan = { ...plan, slots: [{ ...slot, chained: true }] }
  const table = { ...TABLE, name: 'audit.events' }
  const { query, parameters } = emitCorrelation(outer, [chained], SCHEMA, table)
  expect(query).toContain('FROM `audit`.`events` WHERE')
  expect(query).not.toContain('evil"')
  expect(query).not.toContain('DROP')
  const used = new Set([...query.matchAll(/\{(\w+):/g)].map(([, name]) => name))
  expect([...used].sort()).toEqual(Object.keys(parameters).sort())
  expect(Object.values(parameters)).toContain(EVIL)
  expect(Object.values(parameters)).toContain(field)
})

test('a table or column of another form of name is a bug, not a query', () => {
  const source: SlotSource = { kind: 'rule', plan: rule }
  const table = { ...TABLE, name: 'events`; --' }
  expect(() => emitCorrelation(plan, [source, source], SCHEMA, table)).toThrow('bug')
})
