import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { NO, type Truth, UNKNOWN } from '../../../base/truth.ts'
import type { Comparison, CorrelationType } from '../../parse/correlation.ts'
import type { CorrelationPlan, CorrelationSlot, SlotExpression } from '../../plan/correlation.ts'
import type { ChainedPlace, Hit } from '../hit.ts'

/** The rules that correlations of scenarios are about, and the fields they group by. */
export const RULES: readonly string[] = ['a', 'b', 'c']
export const GROUP_FIELDS: readonly string[] = ['user', 'space']
/** Fields that are counted or summed: a text, a number, and a list. */
export const VALUE_FIELDS: readonly string[] = ['name', 'size', 'sizes']

/** A value that an event has, lacks (null) or cannot tell (undefined). */
export type Known<Value> = Value | null | undefined

/** An event as scenarios see it: what each rule says of it, and the fields. */
export interface ScenarioEvent {
  readonly timeUs: number
  readonly origin: string
  readonly cluster: string
  readonly truths: readonly Truth[]
  readonly groups: Readonly<Record<string, Known<string>>>
  readonly name: Known<string>
  readonly size: Known<number>
  readonly sizes: Known<readonly number[]>
}

/** When streams begin: at the border of cells of any whole number of seconds up to 32. */
export const START_US = 1_700_006_400_000_000

/** Correlations, and events in the order of time. */
export interface Scenario {
  readonly plans: readonly CorrelationPlan[]
  readonly events: readonly ScenarioEvent[]
}

/** The hits of a scenario's events, in the order of time. */
export const hitsOf = ({ plans, events }: Scenario): readonly Hit[] =>
  events.flatMap((event) =>
    plans.flatMap((plan, correlation) =>
      plan.slots.flatMap((slot, number): readonly Hit[] => {
        const truth = slot.chained ? NO : (event.truths[RULES.indexOf(slot.rule)] ?? NO)
        if (truth === NO) return []
        const place = placeOf(plans, correlation, number, event)
        const { timeUs, origin } = event
        return [{ ...place, truth: isKnown(slot, event) ? truth : UNKNOWN, timeUs, origin }]
      }),
    ),
  )

const isKnown = ({ groupBy }: CorrelationSlot, { groups }: ScenarioEvent): boolean =>
  groupBy.every((field) => groups[field] !== undefined)

const placeOf = (
  plans: readonly CorrelationPlan[],
  correlation: number,
  number: number,
  event: ScenarioEvent,
): ChainedPlace => {
  const plan = plans[correlation]
  const slot = plan?.slots[number]
  if (plan === undefined || slot === undefined) throw new Error('no such place')
  const group = slot.groupBy.map((field) => event.groups[field] ?? null)
  const known = isKnown(slot, event)
  const text = JSON.stringify([event.cluster, correlation, known, group])
  return {
    correlation,
    slot: number,
    key: createHash('sha256').update(text).digest('hex').slice(0, 32),
    group,
    known,
    values: valuesOf(slot, event),
    up: plans.flatMap((above, at) =>
      above.slots.flatMap((each, slotAbove) =>
        each.chained && each.rule === plan.id ? [placeOf(plans, at, slotAbove, event)] : [],
      ),
    ),
  }
}

const valuesOf = ({ fields }: CorrelationSlot, event: ScenarioEvent): Hit['values'] => {
  const [first, ...others] = fields.map((field) =>
    field === 'name' ? event.name : field === 'size' ? event.size : event.sizes,
  )
  if (fields.length === 0) return []
  if (others.length === 0) {
    if (first === undefined) return undefined
    return first === null ? [] : typeof first === 'object' ? first : [first]
  }
  const parts = [first, ...others]
  if (parts.includes(undefined)) return undefined
  return parts.includes(null) ? [] : [JSON.stringify(parts)]
}

const TYPES: readonly CorrelationType[] = [
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'temporal',
  'temporal_ordered',
]

const isValueType = (type: CorrelationType): boolean => type.startsWith('value_')
const isTemporal = (type: CorrelationType): boolean => type.startsWith('temporal')

const operator = fc.oneof(
  { weight: 3, arbitrary: fc.constant('gte' as const) },
  fc.constantFrom('gt' as const, 'lt' as const, 'lte' as const, 'eq' as const, 'neq' as const),
)

/** Small thresholds, and such as are counted in cells; few streams reach more than 40. */
const comparisonsOf = (type: CorrelationType): fc.Arbitrary<readonly Comparison[]> => {
  const counts = type === 'event_count' || type === 'value_count'
  const value = counts
    ? fc.oneof({ weight: 2, arbitrary: fc.nat(6) }, fc.constantFrom(32, 33, 40, 100))
    : fc.integer({ min: -4, max: 8 })
  const one = fc.record({ operator, value })
  return fc.array(one, { minLength: 1, maxLength: 2 })
}

const expressionOf = (slots: number): fc.Arbitrary<SlotExpression> =>
  fc.letrec<{ expression: SlotExpression }>((tie) => {
    const leaf = fc.nat(slots - 1).map((slot): SlotExpression => ({ kind: 'slot', slot }))
    const parts = fc.array(tie('expression'), { minLength: 1, maxLength: 3 })
    const joined = parts.chain((of) =>
      fc.constantFrom<SlotExpression>({ kind: 'and', of }, { kind: 'or', of }),
    )
    const negated = tie('expression').map((of): SlotExpression => ({ kind: 'not', of }))
    return {
      expression: fc.oneof({ maxDepth: 2 }, { weight: 2, arbitrary: leaf }, joined, negated),
    }
  }).expression

/** A plan whose first rule may be a correlation that stands before it. */
const planOf = (at: number): fc.Arbitrary<CorrelationPlan> =>
  fc
    .record({ type: fc.constantFrom(...TYPES), slotCount: fc.integer({ min: 1, max: 3 }) })
    .chain(({ type, slotCount }) =>
      fc.record({
        type: fc.constant(type),
        comparisons: isTemporal(type) ? fc.constant([]) : comparisonsOf(type),
        groupBy: fc.subarray([...GROUP_FIELDS], { maxLength: 2 }),
        swapped: fc.boolean(),
        rules: fc.shuffledSubarray([...RULES], { minLength: slotCount, maxLength: slotCount }),
        child: at === 0 ? fc.constant(undefined) : fc.option(fc.nat(at - 1), { nil: undefined }),
        fields: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...VALUE_FIELDS).map((field) => [field]) },
          fc.constant(type === 'value_count' ? ['name', 'size'] : ['size']),
        ),
        expression: expressionOf(slotCount),
        spanUs: fc.constantFrom(32, 96, 320, 6_400),
        percentile: fc.constantFrom(0, 25, 50, 90, 100),
      }),
    )
    .map(({ rules, child, groupBy, fields, swapped, expression, percentile, ...rest }) => {
      const { type } = rest
      const slots = rules.map((rule, number): CorrelationSlot => {
        const chained = number === 0 && child !== undefined
        return {
          rule: chained ? `c${child}` : rule,
          chained,
          groupBy: swapped && number > 0 ? [...groupBy].reverse() : groupBy,
          fields: isValueType(type) ? fields : [],
        }
      })
      const all: SlotExpression = {
        kind: 'and',
        of: slots.map((_, slot) => ({ kind: 'slot', slot })),
      }
      return {
        ...rest,
        id: `c${at}`,
        groupBy,
        slots,
        percentile: type === 'value_percentile' ? percentile : undefined,
        expression:
          type === 'temporal' ? expression : type === 'temporal_ordered' ? all : undefined,
      }
    })

const plansOf = (count: number): fc.Arbitrary<readonly CorrelationPlan[]> =>
  fc.tuple(...Array.from({ length: count }, (_, at) => planOf(at)))

const known = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Known<Value>> =>
  fc.oneof(
    { weight: 12, arbitrary: value },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )

const truth: fc.Arbitrary<Truth> = fc.constantFrom(0, 0, 1, 1, 1, 1, 2)

/** Numbers that are added without rounding. */
const size = fc.integer({ min: -4, max: 40 }).map((value) => value / 4)

const event = fc.record({
  stepUs: fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.nat(120)),
  cluster: fc.constantFrom('a', 'a', 'a', 'b'),
  truths: fc.array(truth, { minLength: RULES.length, maxLength: RULES.length }),
  groups: fc.record(
    Object.fromEntries(GROUP_FIELDS.map((field) => [field, known(fc.constantFrom('x', 'x', 'y'))])),
  ),
  name: known(fc.oneof(fc.constantFrom('a', 'b', 'A', '3', '12', 'é'), fc.nat(60).map(String))),
  size: known(size),
  sizes: known(fc.array(size, { maxLength: 3 })),
})

/** Events in the order of time, in few groups so that they come to something. */
export const stream = (eventsMax: number): fc.Arbitrary<readonly ScenarioEvent[]> =>
  fc.array(event, { minLength: 1, maxLength: eventsMax, size: 'max' }).map((steps) => {
    let timeUs = START_US
    return steps.map(({ stepUs, ...rest }, at): ScenarioEvent => {
      timeUs += stepUs
      return { ...rest, timeUs, origin: String((at * 7919) % 10_007).padStart(5, '0') }
    })
  })

/** Random correlations, and a stream for them. */
export const scenario = (eventsMax: number): fc.Arbitrary<Scenario> =>
  fc.record({ plans: fc.integer({ min: 1, max: 3 }).chain(plansOf), events: stream(eventsMax) })
