import { inRange } from '../../base/ip-range.ts'
import { foldAscii } from '../match/fold.ts'
import type { Pattern } from '../plan/pattern.ts'
import type { NetworkTest, Test, TextTest } from '../plan/plan.ts'
import { testKey } from './plan-key.ts'

/** Whether every value that satisfies `a` satisfies `b`. False where that is not obvious. */
export const implies = (a: Test, b: Test): boolean => {
  if (testKey(a) === testKey(b)) return true
  if (a.kind === 'network' && b.kind === 'network') return within(a, b)
  if (!isText(b)) return false
  if (isAnything(b)) return isText(a) || a.kind === 'regex' || a.kind === 'number'
  if (!isText(a) || (b.cased && !a.cased)) return false
  const needle = partOf(b)
  return needle !== undefined && shown(a, b.cased).some((known) => known(needle))
}

/** Whether no value satisfies both. False where that is not obvious. */
export const excludes = (a: Test, b: Test): boolean => {
  if (a.kind === 'network' && b.kind === 'network') return !within(a, b) && !within(b, a)
  if (!isText(a) || !isText(b)) return false
  const [headA, headB] = [foldAscii(headOf(a)), foldAscii(headOf(b))]
  const [tailA, tailB] = [foldAscii(tailOf(a)), foldAscii(tailOf(b))]
  return (
    !(headA.startsWith(headB) || headB.startsWith(headA)) ||
    !(tailA.endsWith(tailB) || tailB.endsWith(tailA))
  )
}

const TEXT_KINDS: ReadonlySet<string> = new Set([
  'equals',
  'contains',
  'startswith',
  'endswith',
  'like',
])

/** Whether a test compares plain text. */
export const isText = (test: Test): test is TextTest => TEXT_KINDS.has(test.kind)

const isAnything = (test: TextTest): boolean =>
  test.kind === 'like' && test.pattern.length === 1 && test.pattern[0] === 'any'

const within = (a: NetworkTest, b: NetworkTest): boolean =>
  a.network.bits >= b.network.bits && inRange(a.network.address, b.network)

/** What the second test looks for, and where. */
interface Needle {
  readonly text: string
  readonly at: 'start' | 'end' | 'anywhere'
}

const partOf = (test: TextTest): Needle | undefined => {
  if (test.kind === 'contains') return { text: test.text, at: 'anywhere' }
  if (test.kind === 'startswith') return { text: test.text, at: 'start' }
  return test.kind === 'endswith' ? { text: test.text, at: 'end' } : undefined
}

/** What is known of every text that satisfies a test, each as a way to answer for a needle. */
const shown = (test: TextTest, cased: boolean): readonly ((needle: Needle) => boolean)[] => {
  const fold = (text: string): string => (cased ? text : foldAscii(text))
  const head = fold(headOf(test))
  const tail = fold(tailOf(test))
  const pieces = piecesOf(test).map(fold)
  return [
    ({ text, at }) => at === 'start' && head.startsWith(text),
    ({ text, at }) => at === 'end' && tail.endsWith(text),
    ({ text, at }) => at === 'anywhere' && pieces.some((piece) => piece.includes(text)),
  ]
}

/** Literal texts that are all in whatever satisfies the test. */
const piecesOf = (test: TextTest): readonly string[] => {
  if (test.kind === 'like') return test.pattern.flatMap(literal)
  if (test.kind !== 'equals') return [test.text]
  return test.texts.length === 1 ? [test.texts[0]] : []
}

/** What whatever satisfies the test begins with, folded where case does not count. */
const headOf = (test: TextTest): string => {
  if (test.kind === 'startswith') return fold(test, test.text)
  if (test.kind === 'equals' && test.texts.length === 1) return fold(test, test.texts[0])
  return test.kind === 'like' ? fold(test, literal(test.pattern[0]).join('')) : ''
}

const tailOf = (test: TextTest): string => {
  if (test.kind === 'endswith') return fold(test, test.text)
  if (test.kind === 'equals' && test.texts.length === 1) return fold(test, test.texts[0])
  return test.kind === 'like' ? fold(test, literal(test.pattern.at(-1)).join('')) : ''
}

const fold = (test: TextTest, text: string): string => (test.cased ? text : foldAscii(text))

const literal = (part: Pattern[number] | undefined): readonly string[] =>
  typeof part === 'object' ? [part.text] : []
