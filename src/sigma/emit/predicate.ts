import { assert, unreachable } from '../../base/assert.ts'
import {
  CANNOT_TELL,
  type CannotTell,
  type FieldValue,
  NO,
  type Scalar,
  type Truth,
  UNKNOWN,
  YES,
} from '../../base/truth.ts'
import { foldAscii } from '../match/fold.ts'
import { type ScalarMatcher, scalarMatcher, textOfScalar } from '../match/scalar.ts'
import type { TextMatcher } from '../match/text.ts'
import { cheapestFirst } from '../plan/cost.ts'
import type { ExistsTest, Leaf, Plan, SameTest, ScalarTest, SomeElement } from '../plan/plan.ts'

/** How a predicate reads rows. Each method is asked once, when the predicate is made. */
export interface Access<Row> {
  /** The value of a field that belongs to no array of objects. */
  value(name: string): (row: Row) => FieldValue
  /** The elements of an array of objects. Undefined is none. */
  elements(group: string): (row: Row) => readonly unknown[] | undefined | CannotTell
  /** The value of a field of an element. */
  elementValue(name: string): (element: unknown) => FieldValue
  /** All text of the row, for keywords. */
  texts(): (row: Row) => RowTexts
}

/** What keywords search. */
export interface RowTexts {
  readonly texts: readonly string[]
  /** Whether there may be more, which the row does not show. */
  readonly hidden: boolean
}

/** Judges a row: yes, no, or cannot tell. */
export type Predicate<Row> = (row: Row) => Truth

/** A plan as closures, for JavaScript. Means the same as `emitWhere`. */
export const emitPredicate = <Row>(plan: Plan, access: Access<Row>): Predicate<Row> =>
  emit(plan, {
    leaf: (leaf) =>
      leaf.field === '' ? emitKeyword(leaf, access.texts()) : emitLeaf(leaf, access.value),
    elements: (part) => emitSomeElement(part, access),
  })

/** One leaf as a predicate on rows, or on the elements of its group: of a field, no keyword. */
export const emitLeaf = <Subject>(
  leaf: Leaf,
  reader: (field: string) => (subject: Subject) => FieldValue,
): Predicate<Subject> => {
  const { test } = leaf
  const read = reader(leaf.field)
  switch (test.kind) {
    case 'exists':
      return emitExists(test, read, leaf.type === 'any')
    case 'null':
      return emitNull(read, leaf.type === 'any')
    case 'same':
      return emitSame(test, read, reader(test.other.field))
    default:
      return emitScalar(scalarMatcher(test satisfies ScalarTest), read)
  }
}

/**
 * A keyword as a predicate on rows: found in what the row shows, or it cannot be told while there
 * may be more.
 */
export const emitKeyword = <Subject>(
  { test }: Leaf,
  read: (subject: Subject) => RowTexts,
): Predicate<Subject> => {
  const found = keywordMatcher(test)
  return (subject) => {
    const { texts, hidden } = read(subject)
    for (const text of texts) if (found(text)) return YES
    return hidden ? UNKNOWN : NO
  }
}

const keywordMatcher = (test: Leaf['test']): TextMatcher => {
  assert(
    test.kind !== 'exists' && test.kind !== 'null' && test.kind !== 'same',
    'a keyword is text',
  )
  return scalarMatcher(test).text
}

/** How the parts of a plan that read something are emitted, for rows or for elements. */
interface Emission<Subject> {
  leaf(leaf: Leaf): Predicate<Subject>
  elements(part: SomeElement): Predicate<Subject>
}

const emit = <Subject>(plan: Plan, emission: Emission<Subject>): Predicate<Subject> => {
  switch (plan.kind) {
    case 'and':
      return emitAnd(cheapestFirst(plan.of).map((part) => emit(part, emission)))
    case 'or':
      return emitOr(cheapestFirst(plan.of).map((part) => emit(part, emission)))
    case 'not':
      return emitNot(emit(plan.of, emission))
    case 'some-element':
      return emission.elements(plan)
    case 'leaf':
      return emission.leaf(plan)
    default:
      return unreachable(plan)
  }
}

const emitAnd = <Row>(parts: readonly Predicate<Row>[]): Predicate<Row> => {
  const [first, second] = parts
  if (first !== undefined && second !== undefined && parts.length === 2) {
    return (row) => {
      const truth = first(row)
      if (truth === NO) return NO
      const other = second(row)
      return other === NO ? NO : truth === UNKNOWN ? UNKNOWN : other
    }
  }
  return (row) => {
    let truth: Truth = YES
    for (const part of parts) {
      const next = part(row)
      if (next === NO) return NO
      if (next === UNKNOWN) truth = UNKNOWN
    }
    return truth
  }
}

const emitOr = <Row>(parts: readonly Predicate<Row>[]): Predicate<Row> => {
  return (row) => {
    let truth: Truth = NO
    for (const part of parts) {
      const next = part(row)
      if (next === YES) return YES
      if (next === UNKNOWN) truth = UNKNOWN
    }
    return truth
  }
}

const emitNot = <Row>(part: Predicate<Row>): Predicate<Row> => {
  return (row) => {
    const truth = part(row)
    return truth === UNKNOWN ? UNKNOWN : truth === YES ? NO : YES
  }
}

const emitSomeElement = <Row>(part: SomeElement, access: Access<Row>): Predicate<Row> => {
  const read = access.elements(part.group)
  const matches = emit<unknown>(part.of, {
    leaf: (leaf) => emitLeaf(leaf, access.elementValue),
    elements: ({ group }) => {
      throw new Error(`bug: ${group} within an element of ${part.group}`)
    },
  })
  return (row) => {
    const elements = read(row)
    if (elements === undefined) return NO
    if (elements === CANNOT_TELL) return UNKNOWN
    let truth: Truth = NO
    for (const element of elements) {
      const next = matches(element)
      if (next === YES) return YES
      if (next === UNKNOWN) truth = UNKNOWN
    }
    return truth
  }
}

const emitScalar = <Subject>(
  { text, scalar }: ScalarMatcher,
  read: (subject: Subject) => FieldValue,
): Predicate<Subject> => {
  return (subject) => {
    const value = read(subject)
    if (typeof value === 'string') return text(value) ? YES : NO
    if (value === undefined) return NO
    if (value === CANNOT_TELL) return UNKNOWN
    if (!isList(value)) return scalar(value) ? YES : NO
    for (const member of value) if (scalar(member)) return YES
    return NO
  }
}

const emitExists = <Subject>(
  test: ExistsTest,
  read: (subject: Subject) => FieldValue,
  anything: boolean,
): Predicate<Subject> => {
  const present = test.value ? YES : NO
  const absent = test.value ? NO : YES
  return (subject) => {
    const value = read(subject)
    if (value === CANNOT_TELL) return UNKNOWN
    return isAbsent(value, anything) ? absent : present
  }
}

const emitNull = <Subject>(
  read: (subject: Subject) => FieldValue,
  anything: boolean,
): Predicate<Subject> => {
  return (subject) => {
    const value = read(subject)
    if (value === CANNOT_TELL) return UNKNOWN
    if (value === null || isAbsent(value, anything)) return YES
    return isList(value) && value.includes(null) ? YES : NO
  }
}

const emitSame = <Subject>(
  test: SameTest,
  read: (subject: Subject) => FieldValue,
  readOther: (subject: Subject) => FieldValue,
): Predicate<Subject> => {
  const textsOf = (value: Exclude<FieldValue, CannotTell>): readonly string[] => {
    const texts = membersOf(value)
      .map(textOfScalar)
      .filter((text) => text !== undefined)
    return test.cased ? texts : texts.map(foldAscii)
  }
  return (subject) => {
    const value = read(subject)
    const other = readOther(subject)
    if (value === CANNOT_TELL || other === CANNOT_TELL) return UNKNOWN
    const others = textsOf(other)
    return textsOf(value).some((text) => others.includes(text)) ? YES : NO
  }
}

/** The values of a field as a list. */
const membersOf = (value: Exclude<FieldValue, CannotTell>): readonly Scalar[] => {
  if (value === undefined) return []
  return isList(value) ? value : [value]
}

const isList = (value: FieldValue): value is readonly Scalar[] => Array.isArray(value)

/** Where a value can be anything, a list without scalars is one too: an object, say. */
const isAbsent = (value: FieldValue, anything: boolean): boolean =>
  value === undefined || (!anything && isList(value) && value.length === 0)
