import { unreachable } from '../../base/assert.ts'
import { LIMIT } from '../../base/limit.ts'
import { CELLS, decidingCount, isByCells } from '../correlate/compare.ts'
import { textOfNumber } from '../match/scalar.ts'
import type { Comparison } from '../parse/correlation.ts'
import type { CorrelationPlan, SlotExpression } from '../plan/correlation.ts'
import type { Binding } from './clickhouse-leaf.ts'

/**
 * The columns that judge the hits of a correlation, in layers: those of each may read the ones
 * before. In the end there are `truth` (1, 0, or NULL for "cannot tell"), `matches`, `unknowns`,
 * `from_sure` and `from_all`, the same for all hits of a group at one time.
 *
 * Of a hit it reads `at` (Int64, µs), `sure`, `slot`, and of value types `told` and `texts` or
 * `numbers`.
 */
export const windowLayers = (
  plan: CorrelationPlan,
  group: readonly string[],
  bind: Binding,
): Layers => {
  const frames = framesOf(plan, group)
  switch (plan.type) {
    case 'event_count':
      return isByCells(plan) ? eventCells(plan, frames, bind) : eventCount(plan, frames, bind)
    case 'value_count':
      return isByCells(plan) ? valueCells(plan, frames, bind) : valueCount(plan, frames, bind)
    case 'value_sum':
    case 'value_avg':
      return valueSum(plan, frames, bind)
    case 'value_percentile':
      return valuePercentile(plan, frames, bind)
    case 'temporal':
      return temporal(plan, frames)
    case 'temporal_ordered':
      return temporalOrdered(plan, frames)
    default:
      return unreachable(plan.type)
  }
}

/** Columns of nested selects, the innermost first. */
export type Layers = readonly (readonly string[])[]

/** Frames of a hit: hits of its own time belong to each of them that ends with it. */
interface Frames {
  /** All hits of the group up to it, and those before its time. */
  readonly sofar: string
  readonly before: string
  /** Its window, exactly; of one longer than a frame can be, all hits up to it. */
  readonly window: string
  /** Of a list from `window`, what is in the hit's window; `time` says when, of an element. */
  readonly within: (list: string, time?: string) => string
  /** Of its window by cells: those in its own cell, and in the cells before. */
  readonly cell: string
  readonly cells: string
  /** All hits of the group at its time. */
  readonly instant: string
}

/** ClickHouse takes no larger offset, whatever the type that it orders by. */
const FRAME_OFFSET_MAX = 2 ** 31 - 2

const framesOf = ({ spanUs }: CorrelationPlan, group: readonly string[]): Frames => {
  const over = (by: readonly string[], order: string, range: string): string =>
    `OVER (PARTITION BY ${by.join(', ')} ORDER BY ${order} RANGE BETWEEN ${range})`
  const sofar = 'UNBOUNDED PRECEDING AND CURRENT ROW'
  const isLong = spanUs - 1 > FRAME_OFFSET_MAX
  return {
    sofar: over(group, 'at', sofar),
    before: over(group, 'at', 'UNBOUNDED PRECEDING AND 1 PRECEDING'),
    window: over(group, 'at', isLong ? sofar : `${spanUs - 1} PRECEDING AND CURRENT ROW`),
    within: (list, time = 'one') =>
      isLong ? `arrayFilter(one -> ${time} > at - ${spanUs}, ${list})` : list,
    cell: over([...group, 'cell'], 'at', sofar),
    cells: over(group, 'cell', `${CELLS - 1} PRECEDING AND 1 PRECEDING`),
    instant: `OVER (PARTITION BY ${[...group, 'at'].join(', ')})`,
  }
}

/** The number of a hit's cell. */
const cellLayer = ({ spanUs }: CorrelationPlan): readonly string[] => [
  `intDiv(at, ${spanUs / CELLS}) AS cell`,
]

const eventCount = (plan: CorrelationPlan, { sofar }: Frames, bind: Binding): Layers => {
  const most = decidingCount(plan.comparisons)
  const inWindow = (times: string): string =>
    `arrayFilter(time -> time > at - ${plan.spanUs}, ${times})`
  return [
    [
      `groupArrayLastIf(${most})(at, sure) ${sofar} AS last_sure`,
      `groupArrayLast(${most})(at) ${sofar} AS last_all`,
    ],
    [`${inWindow('last_sure')} AS sure_times`, `${inWindow('last_all')} AS all_times`],
    countColumns(plan, bind),
  ]
}

/** Of `sure_times` and `all_times`, which are no longer than decides. */
const countColumns = (plan: CorrelationPlan, bind: Binding): readonly string[] => [
  'length(sure_times) AS matches',
  'length(all_times) - length(sure_times) AS unknowns',
  'if(empty(sure_times), at, arrayMin(sure_times)) AS from_sure',
  'if(empty(all_times), at, arrayMin(all_times)) AS from_all',
  `${compare(plan.comparisons, 'length(sure_times)', 'length(all_times)', bind)} AS truth`,
]

const eventCells = (plan: CorrelationPlan, { cell, cells }: Frames, bind: Binding): Layers => {
  const cellUs = plan.spanUs / CELLS
  return [
    cellLayer(plan),
    [
      `countIf(sure) ${cell} AS sure_here`,
      `count() ${cell} AS all_here`,
      `countIf(sure) ${cells} AS sure_before`,
      `count() ${cells} AS all_before`,
      `minIf(cell, sure) ${cells} AS first_sure`,
      `min(cell) ${cells} AS first_all`,
    ],
    [
      'sure_here + sure_before AS matches',
      'all_here + all_before - sure_here - sure_before AS unknowns',
      `multiIf(sure_before > 0, first_sure * ${cellUs}, sure_here > 0, cell * ${cellUs}, at) AS from_sure`,
      `if(all_before > 0, first_all, cell) * ${cellUs} AS from_all`,
      `${compare(plan.comparisons, 'sure_here + sure_before', 'all_here + all_before', bind)} AS truth`,
    ],
  ]
}

const valueCount = (plan: CorrelationPlan, { window, within }: Frames, bind: Binding): Layers => {
  const most = decidingCount(plan.comparisons)
  const latest = (times: string): string => `arraySlice(arrayReverseSort(${times}), 1, ${most})`
  return [
    ['arrayMap(text -> at, texts) AS text_times'],
    [
      `maxMapIf(texts, text_times, sure) ${window} AS sure_texts`,
      `maxMap(texts, text_times) ${window} AS all_texts`,
      `groupArrayLastIf(${most})(at, NOT told) ${window} AS untold_times`,
    ],
    [
      `${latest(within('sure_texts.2'))} AS sure_times`,
      `${latest(within('arrayConcat(all_texts.2, untold_times)'))} AS all_times`,
    ],
    countColumns(plan, bind),
  ]
}

/** No table has so many. */
const VALUES_MAX = 2 ** 40

/** Cells are written as their number and one: `maxMap` leaves out what is 0. */
const valueCells = (plan: CorrelationPlan, { cell, cells }: Frames, bind: Binding): Layers => {
  const most = Math.min(decidingCount(plan.comparisons), VALUES_MAX)
  const cellUs = plan.spanUs / CELLS
  const latest = (name: string, more: string): string => {
    const here = `arrayMap(text -> cell + 1, ${name}_here.1)`
    const before = `arrayFilter((time, text) -> NOT has(${name}_here.1, text), ${name}_before.2, ${name}_before.1)`
    const times = `arrayReverseSort(arrayConcat(${here}, ${before}${more}))`
    return `arrayMap(time -> (time - 1) * ${cellUs}, arraySlice(${times}, 1, ${most}))`
  }
  return [
    cellLayer(plan),
    ['arrayMap(text -> cell + 1, texts) AS text_cells'],
    [
      `maxMapIf(texts, text_cells, sure) ${cell} AS sure_here`,
      `maxMap(texts, text_cells) ${cell} AS all_here`,
      `maxMapIf(texts, text_cells, sure) ${cells} AS sure_before`,
      `maxMap(texts, text_cells) ${cells} AS all_before`,
      `groupArrayIf(cell + 1, NOT told) ${cell} AS untold_here`,
      `groupArrayIf(cell + 1, NOT told) ${cells} AS untold_before`,
    ],
    [
      `${latest('sure', '')} AS sure_times`,
      `${latest('all', ', untold_here, untold_before')} AS all_times`,
    ],
    countColumns(plan, bind),
  ]
}

const valueSum = (plan: CorrelationPlan, { cell, cells }: Frames, bind: Binding): Layers => {
  const cellUs = plan.spanUs / CELLS
  const both = (name: string, of: string, aggregate = 'sum'): readonly string[] => [
    `${aggregate}(${of}) ${cell} AS ${name}_here`,
    `${aggregate}(${of}) ${cells} AS ${name}_before`,
  ]
  const added = ['sure_count', 'all_count', 'sure_sum', 'below_sum', 'above_sum', 'untold']
  const isSum = plan.type === 'value_sum'
  const low = isSum ? 'sure_sum + below_sum' : 'if(unknowns > 0, least_all, sure_sum / matches)'
  const high = isSum ? 'sure_sum + above_sum' : 'if(unknowns > 0, greatest_all, sure_sum / matches)'
  return [
    cellLayer(plan),
    [
      ...both('sure_count', 'if(sure, length(numbers), 0)'),
      ...both('all_count', 'length(numbers)'),
      ...both('sure_sum', 'if(sure, arraySum(numbers), 0)'),
      ...both('below_sum', 'if(sure, 0, arraySum(number -> least(number, 0), numbers))'),
      ...both('above_sum', 'if(sure, 0, arraySum(number -> greatest(number, 0), numbers))'),
      ...both('untold', 'NOT told'),
      ...both('least', 'if(empty(numbers), inf, arrayMin(numbers))', 'min'),
      ...both('greatest', 'if(empty(numbers), -inf, arrayMax(numbers))', 'max'),
      `minIf(cell, sure AND notEmpty(numbers)) ${cells} AS first_sure`,
      `minIf(cell, notEmpty(numbers) OR NOT told) ${cells} AS first_all`,
    ],
    [
      ...added.map((name) => `${name}_before + ${name}_here AS ${name}`),
      `if(all_count_before = 0, least_here, least(least_before, least_here)) AS least_all`,
      `if(all_count_before = 0, greatest_here, greatest(greatest_before, greatest_here)) AS greatest_all`,
    ],
    [
      'sure_count AS matches',
      'all_count + untold - sure_count AS unknowns',
      `multiIf(sure_count_before > 0, first_sure * ${cellUs}, sure_count > 0, cell * ${cellUs}, at) AS from_sure`,
      `multiIf(all_count_before + untold_before > 0, first_all * ${cellUs}, all_count + untold > 0, cell * ${cellUs}, at) AS from_all`,
    ],
    [`if(untold > 0, -inf, ${low}) AS low`, `if(untold > 0, inf, ${high}) AS high`],
    [numberTruth(plan.comparisons, bind)],
  ]
}

/** Of `low` and `high`; without any number "no", without one of a match never "yes". */
const numberTruth = (comparisons: readonly Comparison[], bind: Binding): string => {
  const compared = compare(comparisons, 'low', 'high', bind)
  const sure = `if(matches = 0 AND ifNull(${compared}, 0), NULL, ${compared})`
  return `if(matches + unknowns = 0, 0, ${sure}) AS truth`
}

const valuePercentile = (
  plan: CorrelationPlan,
  { window, within }: Frames,
  bind: Binding,
): Layers => {
  const most = LIMIT.correlationValuesMax
  const level = bind('Float64', String((plan.percentile ?? 0) / 100))
  return [
    ['arrayMap(number -> (at, number), numbers) AS pairs'],
    [
      `groupArrayArrayIf(pairs, sure) ${window} AS sure_found`,
      `groupArrayArray(pairs) ${window} AS all_found`,
      `groupArrayIf(at, NOT told) ${window} AS untold_found`,
    ],
    [
      `${within('sure_found', 'one.1')} AS sure_pairs`,
      `${within('all_found', 'one.1')} AS all_pairs`,
      `${within('untold_found')} AS untold_times`,
    ],
    [
      'arrayMap(pair -> pair.2, sure_pairs) AS sure_window',
      'arrayMap(pair -> pair.2, all_pairs) AS all_window',
      'length(untold_times) AS untold',
      'arrayMin(arrayMap(pair -> pair.1, sure_pairs)) AS first_sure',
      'arrayConcat(arrayMap(pair -> pair.1, all_pairs), untold_times) AS times',
    ],
    [
      `length(times) > ${most} AS is_over`,
      'arraySort(sure_window) AS sorted',
      `${level} * (length(sure_window) - 1) + 1 AS rank`,
    ],
    ['toUInt32(floor(rank)) AS place', 'sorted[toUInt32(floor(rank))] AS lower'],
    ['if(place < length(sorted), sorted[place + 1], lower) AS upper'],
    [
      'if(is_over, 0, length(sorted)) AS matches',
      `if(is_over, ${most + 1}, length(times) - length(sorted)) AS unknowns`,
      'if(empty(sorted), at, first_sure) AS from_sure',
      `if(empty(times), at, arraySlice(arrayReverseSort(times), 1, ${most + 1})[-1]) AS from_all`,
      'lower + (rank - floor(rank)) * (upper - lower) AS percentile',
      'length(all_window) > length(sorted) AS is_range',
    ],
    [
      'multiIf(untold > 0, -inf, is_range, arrayMin(all_window), percentile) AS low',
      'multiIf(untold > 0, inf, is_range, arrayMax(all_window), percentile) AS high',
    ],
    [
      `if(is_over, NULL, ${numberTruth(plan.comparisons, bind).replace(/ AS truth$/, '')}) AS truth`,
    ],
  ]
}

const temporal = (plan: CorrelationPlan, { sofar }: Frames): Layers => {
  const slots = plan.slots.map((_, slot) => slot)
  const from = (times: string): string => {
    const counted = `arrayFilter(time -> time > at - ${plan.spanUs}, [${times}])`
    return `if(empty(${counted}), at, arrayMin(${counted}))`
  }
  const truths = `[${slots.map((slot) => `seen${slot}`).join(', ')}]`
  return [
    slots.flatMap((slot) => [
      `maxIf(at, slot = ${slot} AND sure) ${sofar} AS sure${slot}`,
      `maxIf(at, slot = ${slot}) ${sofar} AS all${slot}`,
    ]),
    slots.map((slot) => {
      const isIn = (time: string): string => `${time} > at - ${plan.spanUs}`
      return `multiIf(${isIn(`sure${slot}`)}, 1, ${isIn(`all${slot}`)}, NULL, 0) AS seen${slot}`
    }),
    [
      `countEqual(${truths}, 1) AS matches`,
      `arrayCount(truth -> isNull(truth), ${truths}) AS unknowns`,
      `${from(slots.map((slot) => `sure${slot}`).join(', '))} AS from_sure`,
      `${from(slots.map((slot) => `all${slot}`).join(', '))} AS from_all`,
      `${plan.expression === undefined ? '0' : sqlOfExpression(plan.expression)} AS truth`,
    ],
  ]
}

const sqlOfExpression = (expression: SlotExpression): string => {
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const word = expression.kind === 'and' ? ' AND ' : ' OR '
      return `(${expression.of.map(sqlOfExpression).join(word)})`
    }
    case 'not':
      return `(NOT ${sqlOfExpression(expression.of)})`
    case 'slot':
      return `seen${expression.slot}`
    default:
      return unreachable(expression)
  }
}

/** For each rule when the chain that ends with it began, at its own hits; 0 elsewhere. */
const temporalOrdered = (plan: CorrelationPlan, { before, instant }: Frames): Layers => {
  const length = plan.slots.length
  const chains = plan.slots.map((_, slot) => {
    const begun = (kind: string): string =>
      slot === 0 ? 'at' : `max(${kind}${slot - 1}) ${before}`
    return [
      `if(slot = ${slot} AND sure, ${begun('sure')}, 0) AS sure${slot}`,
      `if(slot = ${slot}, ${begun('all')}, 0) AS all${slot}`,
    ]
  })
  const latest = (kind: string): string => `max(${kind}${length - 1}) ${instant}`
  return [
    ...chains,
    [`${latest('sure')} AS sure_from`, `${latest('all')} AS all_from`],
    [
      `multiIf(sure_from > at - ${plan.spanUs}, 1, all_from > at - ${plan.spanUs}, NULL, 0) AS truth`,
      `if(sure_from > at - ${plan.spanUs}, ${length}, 0) AS matches`,
      `if(sure_from > at - ${plan.spanUs}, 0, ${length}) AS unknowns`,
      'sure_from AS from_sure',
      'all_from AS from_all',
    ],
  ]
}

/** 1 if all comparisons hold of every value from low to high, 0 if one holds of none, or NULL. */
const compare = (
  comparisons: readonly Comparison[],
  low: string,
  high: string,
  bind: Binding,
): string => {
  const always: string[] = []
  const never: string[] = []
  for (const { operator, value } of comparisons) {
    const wanted = bind('Float64', textOfNumber(value))
    const is = (side: string, sign: string): string => `(${side}) ${sign} ${wanted}`
    const exact = `(${is(low, '=')} AND ${is(high, '=')})`
    const apart = `(${is(low, '>')} OR ${is(high, '<')})`
    switch (operator) {
      case 'gt':
      case 'gte': {
        const sign = operator === 'gt' ? '>' : '>='
        always.push(is(low, sign))
        never.push(`NOT ${is(high, sign)}`)
        break
      }
      case 'lt':
      case 'lte': {
        const sign = operator === 'lt' ? '<' : '<='
        always.push(is(high, sign))
        never.push(`NOT ${is(low, sign)}`)
        break
      }
      case 'eq':
        always.push(exact)
        never.push(apart)
        break
      case 'neq':
        always.push(apart)
        never.push(exact)
        break
      default:
        unreachable(operator)
    }
  }
  return `multiIf(${always.join(' AND ')}, 1, ${never.join(' OR ')}, 0, NULL)`
}
