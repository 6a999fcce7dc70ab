import { unreachable } from '../../../base/assert.ts'
import type { CorrelationPlan } from '../../plan/correlation.ts'
import { isByCells } from '../compare.ts'
import { eventCellsWindow } from './event-cells.ts'
import { eventCountWindow } from './event-count.ts'
import { temporalWindow } from './temporal.ts'
import { temporalOrderedWindow } from './temporal-ordered.ts'
import { valueCellsWindow } from './value-cells.ts'
import { valueCountWindow } from './value-count.ts'
import { valuePercentileWindow } from './value-percentile.ts'
import { valueSumWindow } from './value-sum.ts'
import type { Window } from './window.ts'

/** The window of a correlation. */
export const windowOf = (plan: CorrelationPlan): Window => {
  switch (plan.type) {
    case 'event_count':
      return isByCells(plan) ? eventCellsWindow(plan) : eventCountWindow(plan)
    case 'value_count':
      return isByCells(plan) ? valueCellsWindow(plan) : valueCountWindow(plan)
    case 'value_sum':
    case 'value_avg':
      return valueSumWindow(plan)
    case 'value_percentile':
      return valuePercentileWindow(plan)
    case 'temporal':
      return temporalWindow(plan)
    case 'temporal_ordered':
      return temporalOrderedWindow(plan)
    default:
      return unreachable(plan.type)
  }
}
