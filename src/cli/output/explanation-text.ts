import type { Explanation, TestLine } from '../explanation.ts'
import { REASON_WORD } from './advice.ts'
import type { Paint } from './layout.ts'
import { type Cell, cell, layOut } from './layout.ts'
import type { Palette } from './palette.ts'

/**
 * An explanation as a table of tests, and the verdict below it. Of a list of values only those that
 * decide have a mark.
 */
export const explanationLines = (
  { tests, verdict, reasons }: Explanation,
  width: number,
  palette: Palette,
): readonly string[] => {
  const head = ['', 'selection', 'field', 'test', 'needed', 'seen', 'holds'].map((word) =>
    cell(word, palette.faint),
  )
  const rows = tests.map((test): readonly Cell[] => [
    cell(markOf(test), paintOf(test, palette)),
    cell(test.negated ? `not ${test.selection}` : test.selection),
    cell(test.field, palette.accent),
    cell(test.test, palette.faint),
    cell(test.needed === '' ? '""' : test.needed),
    cell(seenText(test), test.state === 'cannot tell' ? palette.warning : undefined),
    cell(HOLDS[test.verdict], palette.faint),
  ])
  const columns = [{}, { max: 22 }, {}, {}, { flex: true, wrap: 6 }, { flex: true }, {}] as const
  const why = reasons.map((reason) => REASON_WORD[reason]).join(', ')
  return [
    ...layOut(columns, [head, ...rows], width),
    '',
    `  ${palette.strong('Verdict')}: ${verdict}${why === '' ? '' : ` (${why})`}`,
  ]
}

const HOLDS = { match: 'yes', 'no match': 'no', 'cannot tell': '?' } as const

/** Whether a test goes the rule's way: it holds, or does not hold where it must not. */
const helps = (test: TestLine): boolean => (test.verdict === 'match') !== test.negated

const markOf = (test: TestLine): string => {
  if (test.idle) return ''
  return test.verdict === 'cannot tell' ? '?' : helps(test) ? '✓' : '✗'
}

function paintOf(test: TestLine, palette: Palette): Paint {
  if (test.verdict === 'cannot tell') return palette.warning
  return helps(test) ? palette.good : palette.bad
}

const seenText = ({ state, seen }: TestLine): string =>
  state === 'present' ? (seen === '' ? '""' : (seen ?? '')) : `(${state})`
