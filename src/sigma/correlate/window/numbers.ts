import { NUMERIC_TEXT } from '../../match/scalar.ts'

/** The numbers among values: text counts as for `gt`, all else is left out. */
export const numbersOf = (values: readonly (string | number)[]): readonly number[] => {
  const numbers: number[] = []
  for (const value of values) {
    if (typeof value === 'number') {
      if (Number.isFinite(value)) numbers.push(value)
    } else if (NUMERIC.test(value)) numbers.push(Number(value))
  }
  return numbers
}

const NUMERIC = new RegExp(NUMERIC_TEXT)
