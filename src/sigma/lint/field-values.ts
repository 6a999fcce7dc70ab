import type { Scalar } from '../../base/truth.ts'
import { foldAscii } from '../match/fold.ts'
import { scalarMatcher } from '../match/scalar.ts'
import type { Leaf, NumberTest, ScalarTest, Test } from '../plan/plan.ts'
import type { FieldType } from '../schema.ts'
import { excludes, implies, isText } from './imply.ts'
import { testKey } from './plan-key.ts'

/** A test, and whether it is to hold or not to hold. */
export interface Literal {
  readonly leaf: Leaf
  readonly wanted: boolean
}

/**
 * Whether a field can have a value (or be absent) for which all of the literals are as wanted. All
 * are about this one field. Where it is not obvious the answer is true: false is certain.
 * `closed` are all values that the field can have, where that is known.
 */
export const fieldMayHold = (
  literals: readonly Literal[],
  closed: readonly string[] | undefined,
): boolean => {
  const tests = literals.map(({ leaf, wanted }) => ({ test: leaf.test, wanted }))
  if (opposed(tests)) return false
  const [first] = literals
  if (first === undefined) return true
  const { list, type } = first.leaf
  const domain: Domain = { type, closed: type === 'boolean' ? ['true', 'false'] : closed }
  if (list) return listMayHold(tests, domain)
  if ([ABSENT, NULL].some((value) => mayBe(tests, value))) return true
  return valueMayHold(tests, domain)
}

/** What values there are. */
interface Domain {
  readonly type: FieldType
  readonly closed: readonly string[] | undefined
}

interface Wanted {
  readonly test: Test
  readonly wanted: boolean
}

/** A value to try. Not `exact`: one that stands for all that differ from it in case alone. */
type Candidate =
  | { readonly kind: 'absent' }
  | { readonly kind: 'null' }
  | { readonly kind: 'value'; readonly value: Scalar; readonly exact: boolean }
  /** Any value that compares with numbers as this one does. */
  | { readonly kind: 'number'; readonly value: number }

const ABSENT: Candidate = { kind: 'absent' }
const NULL: Candidate = { kind: 'null' }

/** The same test wanted and not wanted. */
const opposed = (tests: readonly Wanted[]): boolean => {
  const wanted = new Set(tests.filter((one) => one.wanted).map(({ test }) => testKey(test)))
  return tests.some((one) => !one.wanted && wanted.has(testKey(one.test)))
}

/** Each test that is to hold may be held by another member; what is not to hold, is by none. */
const listMayHold = (tests: readonly Wanted[], domain: Domain): boolean => {
  const unwanted = tests.filter(({ wanted, test }) => !wanted && isOfValue(test))
  const sought = tests.filter(({ wanted, test }) => wanted && isOfValue(test))
  const there = sought.length > 0 || tests.some((one) => asksPresence(one, true))
  if (there && tests.some((one) => asksPresence(one, false))) return false
  return sought.every((one) => valueMayHold([one, ...unwanted], domain))
}

const isOfValue = (test: Test): boolean =>
  test.kind !== 'exists' && test.kind !== 'null' && test.kind !== 'same'

const asksPresence = ({ test, wanted }: Wanted, present: boolean): boolean => {
  if (test.kind === 'exists') return (test.value === wanted) === present
  return test.kind === 'null' && present && !wanted
}

/** Whether one value, neither absent nor null, may answer all as wanted. */
const valueMayHold = (tests: readonly Wanted[], domain: Domain): boolean => {
  const candidates = candidatesFor(tests, domain)
  if (candidates !== undefined) return candidates.some((candidate) => mayBe(tests, candidate))
  const sought = tests.filter(({ wanted }) => wanted)
  const unwanted = tests.filter(({ wanted }) => !wanted)
  return !(
    tests.some(({ test, wanted }) => answer(test, ANY_VALUE) === !wanted) ||
    sought.some((a) => sought.some((b) => excludes(a.test, b.test))) ||
    sought.some((a) => unwanted.some((b) => implies(a.test, b.test)))
  )
}

/** Stands for some value of which nothing is known. */
const ANY_VALUE: Candidate = { kind: 'number', value: Number.NaN }

/** All values worth trying, when they are few. */
const candidatesFor = (
  tests: readonly Wanted[],
  domain: Domain,
): readonly Candidate[] | undefined => {
  const sought = tests
    .filter(({ wanted, test }) => wanted && isOfValue(test))
    .map(({ test }) => test)
  const texts = sought.find((test) => test.kind === 'equals')
  if (texts !== undefined) {
    const possible = texts.texts.filter((text) => isIn(domain, text, texts.cased))
    return possible.map((text) => toCandidate(text, texts.cased))
  }
  const boolean = sought.find((test) => test.kind === 'boolean')
  if (boolean !== undefined) return [toCandidate(String(boolean.value), false)]
  const numbers = tests.map(({ test }) => test).filter((test) => test.kind === 'number')
  const equal = numbers.find((test) => test.operator === 'eq' && sought.includes(test))
  if (equal !== undefined) return [{ kind: 'value', value: equal.value, exact: true }]
  if (sought.some((test) => test.kind === 'number')) return representatives(numbers)
  // That a value is none of a closed set is what a rule for hostile values asks: it may be so.
  if (sought.length === 0 && domain.type !== 'boolean') return undefined
  return domain.closed?.map((text) => toCandidate(text, false))
}

/** Whether the field can have this value, or one that differs in case alone. */
const isIn = ({ type, closed }: Domain, text: string, cased: boolean): boolean => {
  if (type === 'number') return !Number.isNaN(Number(text))
  if (closed === undefined) return true
  return closed.some((value) => (cased ? value === text : foldAscii(value) === foldAscii(text)))
}

const LETTER = /[a-z]/i

const toCandidate = (text: string, cased: boolean): Candidate => ({
  kind: 'value',
  value: text,
  exact: cased || !LETTER.test(text),
})

/** One number of each range that the thresholds divide the numbers into, and the thresholds. */
const representatives = (tests: readonly NumberTest[]): readonly Candidate[] => {
  const thresholds = [...new Set(tests.map(({ value }) => value))].sort((a, b) => a - b)
  const [least = 0, most = 0] = [thresholds[0], thresholds.at(-1)]
  const between = thresholds.map((value, index) => (value + (thresholds[index + 1] ?? value)) / 2)
  const values = [-Math.abs(least) * 2 - 1, ...thresholds, ...between, Math.abs(most) * 2 + 1]
  return values.map((value) => ({ kind: 'number', value }))
}

/** Whether nothing is known to be other than wanted. */
const mayBe = (tests: readonly Wanted[], candidate: Candidate): boolean =>
  tests.every(({ test, wanted }) => answer(test, candidate) !== !wanted)

/** What a test says of a candidate; undefined where that cannot be told. */
const answer = (test: Test, candidate: Candidate): boolean | undefined => {
  const isThere = candidate.kind !== 'absent'
  if (test.kind === 'exists') return test.value === isThere
  if (test.kind === 'null') return !isThere || candidate.kind === 'null'
  if (!isThere) return false
  if (!isKnown(test)) return undefined
  switch (candidate.kind) {
    case 'null':
      return false
    case 'number':
      if (test.kind !== 'number' || Number.isNaN(candidate.value)) return undefined
      return scalarMatcher(test).scalar(candidate.value)
    case 'value':
      if (!candidate.exact && heedsCase(test)) return undefined
      return scalarMatcher(test).scalar(folded(candidate))
  }
}

/** Of those that differ in case alone the folded one is asked: tests that ignore case agree. */
const folded = ({ value, exact }: { value: Scalar; exact: boolean }): Scalar =>
  !exact && typeof value === 'string' ? foldAscii(value) : value

const SCALAR_KINDS: ReadonlySet<string> = new Set(['regex', 'number', 'boolean', 'network'])

const isKnown = (test: Test): test is ScalarTest => isText(test) || SCALAR_KINDS.has(test.kind)

const heedsCase = (test: ScalarTest): boolean =>
  test.kind === 'regex' || (isText(test) && test.cased)
