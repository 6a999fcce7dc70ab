import type { Explanation, TestLine } from '../explanation.ts'
import { REASON_WORD } from './advice.ts'
import type { Paint } from './layout.ts'
import { type Cell, cell, layOut } from './layout.ts'
import type { Palette } from './palette.ts'

/** An explanation as a table of tests, and the verdict below it. */
export const explanationLines = (
  { tests, verdict, reasons }: Explanation,
  width: number,
  palette: Palette,
): readonly string[] => {
  const head = ['', 'selection', 'field', 'test', 'needed', 'seen'].map((word) =>
    cell(word, palette.faint),
  )
  const rows = tests.map((test): readonly Cell[] => [
    cell(MARK[test.verdict], paintOf(test, palette)),
    cell(test.negated ? `not ${test.selection}` : test.selection),
    cell(test.field, palette.accent),
    cell(test.test, palette.faint),
    cell(test.needed === '' ? '""' : test.needed),
    cell(seenText(test), test.state === 'cannot tell' ? palette.warning : undefined),
  ])
  const columns = [{}, { max: 22 }, {}, {}, { flex: true }, { flex: true }] as const
  const why = reasons.map((reason) => REASON_WORD[reason]).join(', ')
  return [
    ...layOut(columns, [head, ...rows], width),
    '',
    `  ${palette.strong('Verdict')}: ${verdict}${why === '' ? '' : ` (${why})`}`,
  ]
}

const MARK = { match: '✓', 'no match': '✗', 'cannot tell': '?' } as const

/** Green where the test goes the rule's way: held, or did not hold where it must not. */
function paintOf(test: TestLine, palette: Palette): Paint {
  if (test.verdict === 'cannot tell') return palette.warning
  return (test.verdict === 'match') !== test.negated ? palette.good : palette.bad
}

const seenText = ({ state, seen }: TestLine): string =>
  state === 'present' ? (seen === '' ? '""' : (seen ?? '')) : `(${state})`
