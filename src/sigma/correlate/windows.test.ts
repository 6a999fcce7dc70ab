import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { TimeQueue } from '../../base/time-queue.ts'
import { UNKNOWN, YES } from '../../base/truth.ts'
import type { CorrelationPlan } from '../plan/correlation.ts'
import type { Schema } from '../schema.ts'
import { isByCells } from './compare.ts'
import { Correlator } from './correlator.ts'
import type { CorrelationVerdict, Hit } from './hit.ts'
import { type CaseVerdict, loadWindowCases, type WindowCase } from './testing/cases.ts'
import {
  type CorrelatingClickHouse,
  openCorrelatingClickHouse,
  type PlainVerdict,
  plainVerdict,
  SCHEMA,
} from './testing/clickhouse.ts'
import { referenceVerdicts } from './testing/reference.ts'
import { hitsOf, type Scenario, START_US, scenario, stream } from './testing/scenario.ts'

const SEED = 20_261_121
const CASES = loadWindowCases(new URL('cases/windows.yaml', import.meta.url))
const FROM_US = START_US

let clickHouse: CorrelatingClickHouse
beforeAll(() => {
  clickHouse = openCorrelatingClickHouse()
})
afterAll(() => clickHouse.close())

/** In the order of the hits, through the queue. */
const correlate = (
  plans: readonly CorrelationPlan[],
  hits: readonly Hit[],
): readonly CorrelationVerdict[] => {
  const verdicts: CorrelationVerdict[] = []
  const correlator = new Correlator(plans, (verdict) => verdicts.push(verdict), {
    bytesMax: LIMIT.correlationStateBytesMax,
  })
  const queue = new TimeQueue({ bytesMax: 1e7, chunkCharacters: 1e4, plainBytesMax: 1e7 })
  for (const hit of hits) queue.push(hit.timeUs, JSON.stringify(hit))
  for (const { text } of queue.take()) correlator.observe(JSON.parse(text))
  correlator.finish()
  return verdicts
}

/** The verdicts of the correlation that stands last. */
const ofLast = (
  scenario: Scenario,
  verdicts: readonly CorrelationVerdict[],
): readonly PlainVerdict[] =>
  verdicts
    .filter(({ correlation }) => correlation === scenario.plans.length - 1)
    .map((verdict) => plainVerdict(scenario, verdict))

describe('cases of windows', () => {
  test.each(CASES)('$rule $title', (each) => {
    expect(each.issues).toEqual([])
    expect(each.plans.length).toBeGreaterThan(0)
    const hits = hitsOf(each)
    const valuesMax = LIMIT.correlationValuesMax
    const answers = {
      correlator: ofLast(each, correlate(each.plans, hits)),
      reversed: ofLast(each, correlate(each.plans, [...hits].reverse())),
      reference: ofLast(each, referenceVerdicts(each.plans, hits, valuesMax)),
      clickHouse: askClickHouse(each),
    }
    for (const [name, verdicts] of Object.entries(answers)) {
      const said = verdicts.map((verdict, at) => toCase(verdict, each.verdicts[at]))
      expect(said, name).toEqual(each.verdicts)
    }
  })
})

const askClickHouse = ({ plans, events }: WindowCase): readonly PlainVerdict[] => {
  clickHouse.load(events)
  return clickHouse.correlate(plans)
}

/** With who completed it, and the group, where the case asks. */
const toCase = (verdict: PlainVerdict, expected: CaseVerdict | undefined): CaseVerdict => ({
  at: (verdict.atUs - FROM_US) / 1e6,
  says: verdict.truth === YES ? 'match' : 'cannot tell',
  from: (verdict.fromUs - FROM_US) / 1e6,
  matches: verdict.matches,
  unknowns: verdict.unknowns,
  ...(expected?.by === undefined ? {} : { by: verdict.origin }),
  ...(expected?.group === undefined ? {} : { group: verdict.group ?? [] }),
})

test('every rule of windows in SPEC.md has a case, and every case a rule', () => {
  const spec = readFileSync(new URL('SPEC.md', import.meta.url), 'utf8')
  const rules = [...spec.matchAll(/^- \*\*(W\d+)\*\*/gm)].map(([, rule]) => rule)
  expect(rules).toEqual(rules.map((_, at) => `W${at + 1}`))
  expect([...new Set(CASES.map(({ rule }) => rule))]).toEqual(rules)
})

describe('ClickHouse says what the correlator says', () => {
  // A query takes longer than the rows it is about: each is asked of many streams at once, as
  // clusters of one table.
  const streams = fc.sample(stream(40), { seed: SEED, numRuns: 30 }).flatMap((events, at) =>
    events.map((event) => ({
      ...event,
      cluster: `${at} ${event.cluster}`,
      origin: `${at} ${event.origin}`,
    })),
  )
  /** A correlation of each kind that says much, and not all one thing, of these streams. */
  const byKind = new Map<string, { scenario: Scenario; expected: readonly PlainVerdict[] }>()
  for (const { plans } of fc.sample(scenario(1), { seed: SEED, numRuns: 1_500 })) {
    const last = plans.at(-1)
    if (last === undefined) continue
    const chained = last.slots.some((slot) => slot.chained)
    const kind = `${last.type}${isByCells(last) ? ' by cells' : ''}${chained ? ', chained' : ''}`
    const several = last.slots.length > 1 ? `${kind}, several` : kind
    if (byKind.has(several)) continue
    const random = { plans, events: streams }
    const sorted = [...hitsOf(random)].sort((a, b) => a.timeUs - b.timeUs)
    const expected = ofLast(random, correlate(plans, sorted))
    const matches = expected.filter(({ truth }) => truth === YES).length
    if (matches < 3 || expected.length - matches < 3) continue
    byKind.set(several, { scenario: random, expected })
  }

  beforeAll(() => clickHouse.load(streams))

  test.each([...byKind])('%s', (_, { scenario: { plans }, expected }) => {
    expect(inOrder(clickHouse.correlate(plans))).toEqual(inOrder(expected))
  })

  test('or that it cannot tell, of a field without a column', () => {
    const without: Schema = (name) => {
      const field = SCHEMA(name)
      return field === undefined || name !== 'user' ? field : { ...field, column: undefined }
    }
    const [plain] = CASES.filter(({ title }) => title === 'groups are counted apart')
    expect(clickHouse.correlate(plain?.plans ?? []).map(({ truth }) => truth)).toContain(YES)
    const verdicts = clickHouse.correlate(plain?.plans ?? [], without)
    expect(verdicts.length).toBeGreaterThan(0)
    expect(verdicts.every(({ truth, group }) => truth === UNKNOWN && group === undefined)).toBe(
      true,
    )
  })

  test.each(['event_count', 'value_count'] as const)('%s beyond reason', (type) => {
    const slots = [{ rule: 'a', chained: false, groupBy: [], fields: ['name'] }]
    const comparisons = [{ operator: 'gte' as const, value: 1e21 }]
    const more = {
      id: 'c',
      spanUs: 1e22,
      groupBy: [],
      percentile: undefined,
      expression: undefined,
    }
    const plan = { ...more, type, slots, comparisons }
    expect(clickHouse.correlate([plan])).toEqual([])
    const low = { ...plan, comparisons: [{ operator: 'lt' as const, value: 1e21 }] }
    expect(clickHouse.correlate([low]).length).toBeGreaterThan(0)
  })

  test('of every kind', () => {
    const kinds = new Set([...byKind.keys()].map((kind) => kind.replace(', several', '')))
    expect(kinds.size).toBe(18)
    expect(byKind.size).toBeGreaterThan(30)
  })
})

const inOrder = (verdicts: readonly PlainVerdict[]): readonly PlainVerdict[] => {
  const key = ({ cluster, group, atUs, truth, origin, unknowns }: PlainVerdict): string =>
    JSON.stringify([cluster, atUs, truth, group, origin, unknowns])
  return [...verdicts].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
