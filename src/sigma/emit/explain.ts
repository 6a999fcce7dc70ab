import { unreachable } from '../../base/assert.ts'
import {
  and,
  CANNOT_TELL,
  type FieldValue,
  NO,
  not,
  or,
  type Scalar,
  type Truth,
  UNKNOWN,
  YES,
} from '../../base/truth.ts'
import { writePattern } from '../plan/pattern.ts'
import type { Leaf, Plan, RegexTest, SomeElement, Test } from '../plan/plan.ts'
import { type Access, emitKeyword, emitLeaf, type Predicate, type RowTexts } from './predicate.ts'

/** One test of a rule: what it needed, what it saw, and what came of it. */
export interface LeafOutcome {
  /** The empty string is a keyword. */
  readonly field: string
  /** `equals`, `contains`… */
  readonly test: string
  /** What was needed, as a person would write it. */
  readonly needed: string
  readonly seen: readonly Scalar[] | 'absent' | 'cannot tell'
  /** Of the test alone, before any negation around it. */
  readonly truth: Truth
  /** Whether it stands below an odd number of negations. */
  readonly negated: boolean
  readonly selection: string
  /** One of a list of values of which another decides: what comes of it changes nothing. */
  readonly idle?: true
}

/**
 * Judges a row and says why. Of an array of objects the element that decides is shown: one that
 * matches, else one that cannot be told, else the one that meets most tests.
 */
export const explainPlan = <Row>(
  plan: Plan,
  access: Access<Row>,
  row: Row,
): { truth: Truth; leaves: readonly LeafOutcome[] } => explain(plan, rowView(access, row), false)

interface Explained {
  readonly truth: Truth
  readonly leaves: readonly LeafOutcome[]
}

/** What is looked at: a row, or one element of it. */
interface View {
  read(field: string): FieldValue
  texts(): RowTexts
  elements(part: SomeElement, negated: boolean): Explained
}

const explain = (plan: Plan, view: View, negated: boolean): Explained => {
  switch (plan.kind) {
    case 'and':
    case 'or': {
      const parts = plan.of.map((part) => explain(part, view, negated))
      const truths = parts.map((part) => part.truth)
      const truth = plan.kind === 'and' ? truths.reduce(and, YES) : truths.reduce(or, NO)
      const leaves = parts.flatMap((part) => part.leaves)
      return { truth, leaves: isValueList(plan) ? withIdle(leaves, truth) : leaves }
    }
    case 'not': {
      const part = explain(plan.of, view, !negated)
      return { truth: not(part.truth), leaves: part.leaves }
    }
    case 'some-element':
      return view.elements(plan, negated)
    case 'leaf': {
      const outcome = explainLeaf(plan, view, negated)
      return { truth: outcome.truth, leaves: [outcome] }
    }
    default:
      return unreachable(plan)
  }
}

/** Whether it asks one field for any of several values. */
const isValueList = (plan: Plan): boolean => {
  if (plan.kind !== 'or') return false
  const [first] = plan.of
  if (first?.kind !== 'leaf') return false
  return plan.of.every(
    (one) => one.kind === 'leaf' && one.field === first.field && one.selection === first.selection,
  )
}

/** Those that hold decide; if none does, the first that came out as the whole list did. */
const withIdle = (leaves: readonly LeafOutcome[], truth: Truth): readonly LeafOutcome[] => {
  const decides = leaves.find((leaf) => leaf.truth === truth)
  return leaves.map((leaf) => {
    const isIdle = truth === YES ? leaf.truth !== YES : leaf !== decides
    return isIdle ? { ...leaf, idle: true } : leaf
  })
}

const rowView = <Row>(access: Access<Row>, row: Row): View => ({
  read: (field) => access.value(field)(row),
  texts: () => access.texts()(row),
  elements: (part, negated) => {
    const elements = access.elements(part.group)(row)
    if (elements === CANNOT_TELL) return explain(part.of, constantView(CANNOT_TELL), negated)
    // Without elements every test is shown as absent, and none can hold.
    const absent = explain(part.of, constantView(undefined), negated)
    if (elements === undefined || elements.length === 0) return failed(absent)
    return elements
      .map((element) => explain(part.of, elementView(access, element), negated))
      .reduce(better)
  },
})

const elementView = <Row>(access: Access<Row>, element: unknown): View => ({
  read: (field) => access.elementValue(field)(element),
  texts: () => NO_TEXTS,
  elements: nested,
})

const constantView = (value: FieldValue): View => ({
  read: () => value,
  texts: () => NO_TEXTS,
  elements: nested,
})

/** Keywords are asked of rows, never of elements. */
const NO_TEXTS: RowTexts = { texts: [], hidden: false }

const nested = ({ group }: SomeElement): never => {
  throw new Error(`bug: ${group} within an element`)
}

const failed = ({ leaves }: Explained): Explained => ({
  truth: NO,
  leaves: leaves.map((leaf) => ({ ...leaf, truth: NO })),
})

const better = (a: Explained, b: Explained): Explained => (scoreOf(b) > scoreOf(a) ? b : a)

const RANK: Readonly<Record<Truth, number>> = { [NO]: 0, [UNKNOWN]: 1, [YES]: 2 }

const scoreOf = ({ truth, leaves }: Explained): number => {
  const met = leaves.filter((leaf) => leaf.truth === YES).length
  return RANK[truth] + met / (leaves.length + 1)
}

const explainLeaf = (leaf: Leaf, view: View, negated: boolean): LeafOutcome => {
  const truth = judgeOf(leaf)(view)
  const { field, test, selection } = leaf
  const seen = field === '' ? foundBy(leaf, view.texts()) : seenOf(view.read(field))
  return { field, test: test.kind, needed: neededBy(test), seen, truth, negated, selection }
}

/** Leaves are explained many times, and their sets and expressions cost most of it. */
const JUDGES = new WeakMap<Leaf, Predicate<View>>()

const judgeOf = (leaf: Leaf): Predicate<View> => {
  const known = JUDGES.get(leaf)
  if (known !== undefined) return known
  const judge =
    leaf.field === ''
      ? emitKeyword<View>(leaf, (view) => view.texts())
      : emitLeaf<View>(leaf, (field) => (view) => view.read(field))
  JUDGES.set(leaf, judge)
  return judge
}

/** The texts that a keyword is found in: not all that the row says. */
const foundBy = (leaf: Leaf, { texts, hidden }: RowTexts): LeafOutcome['seen'] => {
  const found = emitKeyword<string>(leaf, (text) => ({ texts: [text], hidden: false }))
  const matches = texts.filter((text) => found(text) === YES)
  if (matches.length > 0) return matches
  return hidden ? 'cannot tell' : 'absent'
}

const seenOf = (value: FieldValue): LeafOutcome['seen'] => {
  if (value === CANNOT_TELL) return 'cannot tell'
  if (value === undefined) return 'absent'
  return Array.isArray(value) ? value : [value as Scalar] // What is left is one scalar.
}

const OPERATORS = { eq: '', lt: '< ', lte: '≤ ', gt: '> ', gte: '≥ ' } as const

const neededBy = (test: Test): string => {
  switch (test.kind) {
    case 'equals':
      return test.texts.map((text) => (text === '' ? '""' : text)).join(' or ')
    case 'contains':
    case 'startswith':
    case 'endswith':
      return test.text
    case 'like':
      return writePattern(test.pattern)
    case 'regex':
      return `/${test.source}/${flagsOf(test)}`
    case 'number':
      return `${OPERATORS[test.operator]}${test.value}`
    case 'time-part':
      return `${test.part} ${OPERATORS[test.operator]}${test.value}`
    case 'boolean':
    case 'exists':
      return String(test.value)
    case 'network':
      return test.text
    case 'null':
      return 'null'
    case 'same':
      return `the value of ${test.other.field}`
    default:
      return unreachable(test)
  }
}

const flagsOf = (test: RegexTest): string =>
  `${test.insensitive ? 'i' : ''}${test.multiline ? 'm' : ''}${test.dotAll ? 's' : ''}`
