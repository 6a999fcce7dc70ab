import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CANNOT_TELL, NO, UNKNOWN } from '../../base/truth.ts'
import { foldAscii } from '../match/fold.ts'
import { textOfScalar } from '../match/scalar.ts'
import { leaves } from '../plan/leaves.ts'
import { necessary } from '../plan/necessary.ts'
import type { Leaf, Plan } from '../plan/plan.ts'
import { type ClickHouse, openClickHouse } from '../testing/clickhouse.ts'
import { elementLeaf, FIELDS, plan, row, rowLeaf, wildRegexLeaf } from '../testing/generators.ts'
import { referenceTruth } from '../testing/reference.ts'
import { membersOf, type TestRow, testAccess } from '../testing/rows.ts'
import { isBeyondClickHouse } from './clickhouse-leaf.ts'
import { explainPlan } from './explain.ts'
import { emitPredicate } from './predicate.ts'

const SEED = 20_260_701

const show = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'symbol' ? 'cannot tell' : part))

test('the predicate and the explanation say what the slow obvious version says', () => {
  fc.assert(
    fc.property(plan, fc.array(row, { minLength: 1, maxLength: 5 }), (asked, rows) => {
      const judge = emitPredicate(asked, testAccess)
      for (const each of rows) {
        const expected = referenceTruth(asked, each)
        expect(judge(each)).toBe(expected)
        expect(explainPlan(asked, testAccess, each).truth).toBe(expected)
      }
    }),
    { seed: SEED, numRuns: 3_000 },
  )
})

describe('ClickHouse', () => {
  let clickHouse: ClickHouse
  const rows = fc.sample(row, { seed: SEED, numRuns: 300 })

  beforeAll(() => {
    clickHouse = openClickHouse()
    clickHouse.load(FIELDS, rows)
  })
  afterAll(() => clickHouse.close())

  /** Where a field has no column ClickHouse may say "cannot tell" instead, and nothing else. */
  const compare = (plans: readonly Plan[]): void => {
    const answers = clickHouse.judge(plans)
    for (const [at, asked] of plans.entries()) {
      const judge = emitPredicate(asked, testAccess)
      const stored = leaves(asked).every(isStored)
      const difference = rows.findIndex((each, index) => {
        const answer = answers[at]?.[index]
        if (answer === judge(each)) return false
        return stored || answer !== UNKNOWN
      })
      const seen = `${show(asked)} of ${show(rows[difference])} is ${answers[at]?.[difference]}`
      expect(difference, seen).toBe(-1)
    }
  }

  test('says of single tests what the predicate says', () => {
    const single = fc.oneof(
      rowLeaf,
      elementLeaf.map((of): Plan => ({ kind: 'some-element', group: 'g.e', of })),
    )
    const plans = fc.sample(single, { seed: SEED, numRuns: 400 })
    for (let at = 0; at < plans.length; at += 50) compare(plans.slice(at, at + 50))
  })

  test('says of expressions what the predicate says', () => {
    const plans = fc.sample(wildRegexLeaf, { seed: SEED, numRuns: 1_000 })
    for (let at = 0; at < plans.length; at += 100) compare(plans.slice(at, at + 100))
  })

  test('says of combinations what the predicate says', () => {
    const plans = fc.sample(plan, { seed: SEED + 1, numRuns: 300 })
    for (let at = 0; at < plans.length; at += 25) compare(plans.slice(at, at + 25))
  })
})

test('what is necessary for a plan is necessary: without it the answer is no', () => {
  let decided = 0
  fc.assert(
    fc.property(plan, fc.array(row, { minLength: 5, maxLength: 5 }), (asked, rows) => {
      const needs = [...necessary(asked)]
      for (const each of rows) {
        const unmet = needs.some(([name, texts]) => lacks(each, name, texts))
        if (!unmet) continue
        decided += 1
        expect(referenceTruth(asked, each)).toBe(NO)
      }
    }),
    { seed: SEED, numRuns: 2_000 },
  )
  expect(decided).toBeGreaterThan(300)
})

/** Whether the field is known, and in no place holds any of the texts. */
const lacks = (row: TestRow, name: string, texts: ReadonlySet<string>): boolean => {
  const elements = name.includes('[]') ? row.groups['g.e'] : [row.values]
  if (elements === CANNOT_TELL) return false
  return (elements ?? []).every((element) => {
    const value = element[name]
    const held = membersOf(value).map((member) => foldAscii(textOfScalar(member) ?? ''))
    return value !== CANNOT_TELL && !held.some((member) => texts.has(member))
  })
}

test('the generators reach every answer often', () => {
  const plans = fc.sample(plan, { seed: SEED, numRuns: 500 })
  const rows = fc.sample(row, { seed: SEED, numRuns: 20 })
  const counts = [0, 0, 0]
  for (const asked of plans) {
    for (const each of rows) {
      const truth = referenceTruth(asked, each)
      counts[truth] = (counts[truth] ?? 0) + 1
    }
  }
  expect(Math.min(...counts)).toBeGreaterThan(1_000)
})

const isStored = (leaf: Leaf): boolean => {
  const { column, test } = leaf
  if (column === undefined || isBeyondClickHouse(leaf)) return false
  return test.kind !== 'same' || test.other.column !== undefined
}
