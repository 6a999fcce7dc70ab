import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRules } from '../parse/rule.ts'
import { lintCorrelation } from './correlation-lints.ts'

const OPERATORS = {
  gt: (seen: number, value: number) => seen > value,
  gte: (seen: number, value: number) => seen >= value,
  lt: (seen: number, value: number) => seen < value,
  lte: (seen: number, value: number) => seen <= value,
  eq: (seen: number, value: number) => seen === value,
  neq: (seen: number, value: number) => seen !== value,
}
type Operator = keyof typeof OPERATORS

const condition = fc.dictionary(
  fc.constantFrom<Operator>('gt', 'gte', 'lt', 'lte', 'eq', 'neq'),
  fc.integer({ min: 0, max: 8 }),
  { minKeys: 1, maxKeys: 4, noNullPrototype: true },
)

test('counts that can come, and those that cannot: tried one by one', () => {
  fc.assert(
    fc.property(condition, (wanted) => {
      const asked = { type: 'event_count', rules: ['a'], timespan: '5m', condition: wanted }
      const text = `title: t\nid: i\ncorrelation: ${JSON.stringify(asked)}\n`
      const [correlation] = parseRules(text, 'c.yaml').correlations
      if (correlation === undefined) throw new Error(text)
      const fits = (seen: number): boolean =>
        Object.entries(wanted).every(([name, value]) => OPERATORS[name as Operator](seen, value))
      const possible = Array.from({ length: 20 }, (_, at) => at + 1).some(fits)
      const expected = possible ? (fits(1) ? ['lint/one-is-enough'] : []) : ['lint/never-matches']
      expect(lintCorrelation(correlation).map(({ code }) => code)).toEqual(expected)
    }),
    { seed: 20_261_121, numRuns: 2_000 },
  )
})

test.each([{ gt: 1e17 }, { gt: -1e17, lt: -1e16 }, { gte: 1e20, neq: 1e20 }])(
  'a number so great that one more makes no difference: %o',
  (wanted) => {
    const asked = { type: 'value_sum', rules: ['a'], timespan: '5m' }
    const condition = { field: 'b', ...wanted }
    const text = `title: t\nid: i\ncorrelation: ${JSON.stringify({ ...asked, condition })}\n`
    const [correlation] = parseRules(text, 'c.yaml').correlations
    expect(correlation && lintCorrelation(correlation)).toEqual([])
  },
)
