import { isObject } from '../members.ts'
import { inside, type JsonRecord, type Shape } from './shape.ts'

/** What CloudWatch Logs sends to a subscription: Firehose writes several on one line. */
export const eksSubscription: Shape = {
  name: 'eks-subscription',
  about: 'A CloudWatch Logs subscription envelope (`logEvents[].message`).',
  proof: 'documentation',
  open: (record) =>
    Array.isArray(record.logEvents) ? inside(messages(record.logEvents)) : undefined,
}

/** What `aws logs filter-log-events` and `get-log-events` print. */
export const eksFilterLogEvents: Shape = {
  name: 'eks-filter-log-events',
  about: 'The JSON of `aws logs filter-log-events` (`events[].message`).',
  proof: 'documentation',
  open: (record) =>
    Array.isArray(record.events) && record.events.some(hasMessage)
      ? inside(messages(record.events))
      : undefined,
}

/** What `aws logs get-query-results` prints: rows of `{field, value}`. */
export const eksInsights: Shape = {
  name: 'eks-insights',
  about: 'The JSON of CloudWatch Logs Insights (`results[][]` with the field `@message`).',
  proof: 'documentation',
  open: (record) => {
    if (!Array.isArray(record.results) || !record.results.every(Array.isArray)) return undefined
    const rows: readonly unknown[][] = record.results
    return inside(rows.map((row) => row.find(isMessageCell)).map(cellValue))
  },
}

const hasMessage = (one: unknown): boolean => isObject(one) && one.message !== undefined

const messages = (list: readonly unknown[]): readonly unknown[] =>
  list.map((one) => (isObject(one) ? one.message : one))

const isMessageCell = (cell: unknown): boolean => isObject(cell) && cell.field === '@message'

const cellValue = (cell: unknown): unknown =>
  isObject(cell) ? (cell as JsonRecord).value : undefined
