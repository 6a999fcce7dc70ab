import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { type TimedText, TimeQueue } from '../../base/time-queue.ts'
import { UNKNOWN, YES } from '../../base/truth.ts'
import type { CorrelationPlan } from '../plan/correlation.ts'
import { Correlator } from './correlator.ts'
import type { CorrelationVerdict, Hit } from './hit.ts'
import { referenceVerdicts } from './testing/reference.ts'
import { hitsOf, START_US, scenario } from './testing/scenario.ts'

const SEED = 20_261_121

const verdictsOf = (
  plans: readonly CorrelationPlan[],
  hits: Iterable<Hit>,
): readonly CorrelationVerdict[] => {
  const verdicts: CorrelationVerdict[] = []
  const correlator = new Correlator(plans, (verdict) => verdicts.push(verdict), {
    bytesMax: LIMIT.correlationStateBytesMax,
  })
  for (const hit of hits) correlator.observe(hit)
  correlator.finish()
  expect(correlator.losses().evicted).toBe(0)
  return verdicts
}

describe('the correlator says what the slow obvious version says', () => {
  test.each([
    { eventsMax: 12, numRuns: 1_500 },
    { eventsMax: 150, numRuns: 200 },
  ])('of up to $eventsMax events', ({ eventsMax, numRuns }) => {
    const counts = new Map<string, number>()
    fc.assert(
      fc.property(scenario(eventsMax), (random) => {
        const hits = hitsOf(random)
        const expected = referenceVerdicts(random.plans, hits, LIMIT.correlationValuesMax)
        expect(verdictsOf(random.plans, hits)).toEqual(expected)
        for (const { correlation, truth } of expected) {
          const name = `${random.plans[correlation]?.type} ${truth}`
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
      }),
      { seed: SEED, numRuns },
    )
    expect([...counts.keys()].length).toBe(14)
    expect(Math.min(...counts.values())).toBeGreaterThan(20)
  })

  test('of many distinct values, more than decide', () => {
    const step = fc.record({
      stepUs: fc.nat(200),
      value: fc.nat(150),
      truth: fc.constantFrom<Hit['truth']>(YES, YES, YES, UNKNOWN),
      told: fc.nat(9),
    })
    const thresholds = fc.constantFrom(33, 36, 40, 44)
    const steps = fc.array(step, { minLength: 200, maxLength: 250 })
    let found = 0
    fc.assert(
      fc.property(thresholds, steps, (value, random) => {
        const plan = { ...planOf('value_count', value), spanUs: 6_400 }
        let timeUs = START_US
        const hits = random.map((each, at) => {
          timeUs += each.stepUs
          const values = each.told === 0 ? undefined : [`v${each.value}`]
          return { ...hitAt(timeUs, 'ab'), truth: each.truth, values, origin: `${at}` }
        })
        const expected = referenceVerdicts([plan], hits, LIMIT.correlationValuesMax)
        found += expected.length
        expect(verdictsOf([plan], hits)).toEqual(expected)
      }),
      { seed: SEED, numRuns: 20 },
    )
    expect(found).toBeGreaterThan(20)
  })
})

test('three sources whose clocks differ give the findings of one stream in order', () => {
  const latenessUs = 1_000
  const arrivals = fc.array(fc.record({ source: fc.nat(2), many: fc.integer({ min: 1, max: 5 }) }))
  const property = fc.property(scenario(60), fc.array(fc.nat(2)), arrivals, (random, of, order) => {
    const hits = hitsOf(random)
    const sources: Hit[][] = [[], [], []]
    for (const [at, hit] of hits.entries()) sources[of[at] ?? at % 3]?.push(hit)
    // What one source sends is out of order by less than the lateness.
    for (const source of sources) source.sort((a, b) => skewed(a) - skewed(b))
    const newest = [0, 0, 0]
    const released: Hit[] = []
    const queue = new TimeQueue({ bytesMax: 1e6, chunkCharacters: 500, plainBytesMax: 1e6 })
    const take = (source: number, many: number): void => {
      for (const hit of sources[source]?.splice(0, many) ?? []) {
        queue.push(hit.timeUs, JSON.stringify(hit))
        newest[source] = Math.max(newest[source] ?? 0, hit.timeUs)
      }
      const watermark = Math.min(...newest) - latenessUs
      released.push(...hitsIn(queue.take(watermark)))
    }
    for (const { source, many } of order) take(source, many)
    for (const source of [0, 1, 2]) take(source, hits.length)
    released.push(...hitsIn(queue.take()))
    expect(queue.late).toBe(0)
    expect(verdictsOf(random.plans, released)).toEqual(verdictsOf(random.plans, hits))
  })
  fc.assert(property, { seed: SEED, numRuns: 300 })
})

/** Hits that have waited. */
const hitsIn = (texts: Iterable<TimedText>): readonly Hit[] =>
  [...texts].map(({ text }) => JSON.parse(text))

/** When a hit is sent, as a clock sees it that is off by up to the lateness. */
const skewed = ({ timeUs, origin }: Hit): number => timeUs + (Number(origin) % 900)

describe('without room', () => {
  const bytesMax = LIMIT.correlationStateBytesMax / 256
  const spanUs = 1_800_000_000

  /** Floods with groups of some hits each, and gives the verdicts of a slow burn among them. */
  const flood = (groups: number, hitsEach: number): readonly CorrelationVerdict[] => {
    const verdicts: CorrelationVerdict[] = []
    const plan = { ...planOf('event_count', 10), spanUs }
    const correlator = new Correlator([plan], (verdict) => verdicts.push(verdict), { bytesMax })
    let most = 0
    for (let at = 0; at < groups; at += 1) {
      const timeUs = START_US + Math.floor((at * spanUs) / groups)
      if (at % Math.floor(groups / 11) === 0) correlator.observe(hitAt(timeUs, 'feed'))
      for (let hit = 0; hit < hitsEach; hit += 1) correlator.observe(hitAt(timeUs + hit, `${at}`))
      most = Math.max(most, correlator.bytes)
    }
    correlator.finish()
    expect(most).toBeLessThanOrEqual(bytesMax)
    expect(correlator.losses().evicted).toBeGreaterThan(groups / 4)
    expect(correlator.losses().evictedOf).toEqual([correlator.losses().evicted])
    return verdicts
  }

  test('a flood of groups does not hide one that goes on slowly', () => {
    expect(flood(160_000, 1)).toMatchObject([{ key: keyOf('feed'), matches: 10 }])
  })

  test('nor one that does as much in each group', () => {
    expect(flood(50_000, 3)).toMatchObject([{ key: keyOf('feed'), matches: 10 }])
  })

  test('a flood of one correlation costs the others nothing', () => {
    const plan = { ...planOf('event_count', 4), spanUs }
    const found: number[] = []
    const correlator = new Correlator([plan, plan], (verdict) => found.push(verdict.correlation), {
      bytesMax,
    })
    const groups = 160_000
    for (let at = 0; at < groups; at += 1) {
      const timeUs = START_US + Math.floor((at * spanUs) / groups)
      if (at % (groups / 4) === 0) {
        for (const correlation of [0, 1]) {
          correlator.observe({ ...hitAt(timeUs, 'feed'), correlation })
        }
      }
      correlator.observe(hitAt(timeUs, `${at}`))
    }
    correlator.finish()
    // Among so many of its own kind there was no room to wait so long.
    expect(found).toEqual([1])
    expect(correlator.losses().evictedOf[1]).toBe(0)
  })

  test('nothing is "yes" that is not with room: where hits may be missing, it cannot be told', () => {
    const verdictsIn = (plans: readonly CorrelationPlan[], hits: readonly Hit[], room: number) => {
      const verdicts: CorrelationVerdict[] = []
      const options = { bytesMax: room }
      const correlator = new Correlator(plans, (verdict) => verdicts.push(verdict), options)
      for (const hit of hits) correlator.observe(hit)
      correlator.finish()
      return { sure: verdicts.filter(({ truth }) => truth === YES), losses: correlator.losses() }
    }
    const nameOf = ({ correlation, key }: CorrelationVerdict): string => `${correlation} ${key}`
    let evicted = 0
    let sure = 0
    for (const { plans, events } of fc.sample(scenario(50), { seed: SEED, numRuns: 60 })) {
      const wide = plans.map((plan) => ({ ...plan, spanUs: plan.spanUs * 1e6 }))
      const slow = events.map((each) => ({
        ...each,
        timeUs: START_US + (each.timeUs - START_US) * 1e6,
      }))
      const others = Array.from({ length: 2_000 }, (_, at) => {
        const like = slow[at % slow.length]
        const more = { cluster: `other ${at % 600}`, origin: `z${at}` }
        return like === undefined ? [] : [{ ...like, ...more, timeUs: like.timeUs + (at % 7) }]
      })
      const all = [...slow, ...others.flat()].sort((a, b) => a.timeUs - b.timeUs)
      const hits = hitsOf({ plans: wide, events: all })
      const whole = verdictsIn(wide, hits, LIMIT.correlationStateBytesMax)
      const little = verdictsIn(wide, hits, 80_000)
      const firstUs = new Map<string, number>()
      for (const each of [...whole.sure].reverse()) firstUs.set(nameOf(each), each.atUs)
      for (const each of little.sure) {
        expect(firstUs.get(nameOf(each)) ?? Infinity).toBeLessThanOrEqual(each.atUs)
      }
      evicted += little.losses.evicted
      sure += little.sure.length
    }
    expect(evicted).toBeGreaterThan(10_000)
    expect(sure).toBeGreaterThan(1_000)
  })

  test('sets of values are within the bound too', () => {
    const plan = { ...planOf('value_count', 1_000), spanUs }
    const correlator = new Correlator([plan], () => {}, { bytesMax })
    let most = 0
    for (let at = 0; at < 20_000; at += 1) {
      const hit = hitAt(START_US + at, `${at % 2_000}`)
      correlator.observe({ ...hit, values: [`v${at}`] })
      most = Math.max(most, correlator.bytes)
    }
    correlator.finish()
    expect(most).toBeLessThanOrEqual(bytesMax * 1.01)
    expect(correlator.losses().evicted).toBeGreaterThan(0)
  })

  test('groups that no longer count make room, and are no loss', () => {
    const plan = { ...planOf('event_count', 2), spanUs: 32 }
    const correlator = new Correlator([plan], () => {}, { bytesMax })
    for (let at = 0; at < 120_000; at += 1) correlator.observe(hitAt(START_US + at, `${at}`))
    correlator.finish()
    expect(correlator.bytes).toBeLessThan(bytesMax)
    expect(correlator.losses().evicted).toBe(0)
  })
})

test('sums of one instant are rounded in one order, whatever the order of its hits', () => {
  const comparisons = [{ operator: 'lte' as const, value: 0.6 }]
  const plan: CorrelationPlan = { ...planOf('event_count', 1), type: 'value_sum', comparisons }
  const hits = [0.1, 0.2, 0.3].map((value) => {
    return { ...hitAt(START_US, 'ab'), values: [value], origin: `${value}` }
  })
  const verdicts = verdictsOf([plan], hits)
  for (const [a, b, c] of [
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
  ] as const) {
    const mixed = [a, b, c].flatMap((at) => hits[at] ?? [])
    expect(verdictsOf([plan], mixed)).toEqual(verdicts)
  }
})

test('names of built-in properties are values like others', () => {
  const plan = planOf('value_count', 4)
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  const hits = names.map((name, at) => ({ ...hitAt(START_US + at, 'ab'), values: [name] }))
  expect(verdictsOf([plan], hits)).toMatchObject([{ matches: 4 }])
})

test('hits that claim times beyond reason are judged where those times end', () => {
  const plan = planOf('event_count', 2)
  const times = [-5e15, 0, 8e15, 9e15]
  const verdicts = verdictsOf(
    [plan],
    times.map((timeUs) => hitAt(timeUs, 'ab')),
  )
  expect(verdicts).toMatchObject([{ atUs: -5e15 }, { atUs: 8e15 }])
})

const planOf = (type: 'event_count' | 'value_count', value: number): CorrelationPlan => ({
  id: 'c',
  type,
  spanUs: 320,
  groupBy: ['user'],
  slots: [{ rule: 'a', chained: false, groupBy: ['user'], fields: [] }],
  comparisons: [{ operator: 'gte', value }],
  percentile: undefined,
  expression: undefined,
})

const hitAt = (timeUs: number, group: string): Hit => ({
  correlation: 0,
  slot: 0,
  key: keyOf(group),
  group: [group],
  values: [],
  up: [],
  truth: YES,
  timeUs,
  origin: '0',
})

/** A digest as far as these tests need one: decimal numbers, well mixed. */
const keyOf = (group: string): string => {
  let mixed = Number.parseInt(group, 16)
  let key = ''
  for (let word = 0; word < 4; word += 1) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d + 2 * word) ^ (word + 0x9e3779b9)
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 0
    key += mixed.toString(16).padStart(8, '0')
  }
  return key
}
