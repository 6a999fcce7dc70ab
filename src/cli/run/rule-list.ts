import type { Testable } from '../../advise/rule-cases.ts'
import { SEVERITIES } from '../../model/finding.ts'
import type { Given } from '../command.ts'
import { type Cell, cell, layOut } from '../output/layout.ts'
import { jsonLine, toRuleRecord } from '../output/machine.ts'
import { type Palette, paletteOf } from '../output/palette.ts'
import { counted, labelOf, levelWord } from '../output/words.ts'
import { openRuleBook, reportRuleIssues } from '../rule-book.ts'
import { readLists } from '../rule-files.ts'
import { columnsOf, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch rule list`. */
export const runRuleList = async (given: Given, shell: Shell): Promise<number> => {
  const book = await openRuleBook(given.texts('rules'), await readLists(given.texts('lists')))
  const rules = [...book.rules, ...book.correlations, ...book.sourceRules].sort(byLabel)
  await shell.output.write(listText(rules, given, shell))
  return reportRuleIssues(book, shell)
}

function listText(rules: readonly Testable[], given: Given, shell: Shell): string {
  const records = rules.map((rule) => ({
    ...toRuleRecord(rule.ref),
    status: rule.sigma.status ?? null,
    file: rule.sigma.place.file ?? null,
  }))
  switch (given.text('format')) {
    case 'json':
      return `[${records.map((record) => `\n${jsonLine(record)}`).join(',')}\n]\n`
    case 'ndjson':
      return records.map((record) => `${jsonLine(record)}\n`).join('')
    default: {
      const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
      return table(rules, columnsOf(shell.output, shell), palette)
    }
  }
}

/** Columns from which there is room for whole ids. */
const WIDE = 130

function table(rules: readonly Testable[], width: number, palette: Palette): string {
  const head = ['', 'level', 'title', 'techniques', 'id'].map((word) => cell(word, palette.faint))
  const rows = rules.map(({ ref }): readonly Cell[] => [
    cell(labelOf(ref), palette.strong),
    cell(levelWord(ref.level), palette.level[ref.level]),
    cell(ref.title),
    cell(ref.techniques.join(' '), palette.accent),
    cell(ref.id, palette.faint),
  ])
  const id = width < WIDE ? { max: 9 } : {}
  const columns = [{}, {}, { flex: true }, { max: 19 }, id] as const
  const lines = layOut(columns, [head, ...rows], width, 0)
  const levels = SEVERITIES.map((level) => [
    level,
    rules.filter((rule) => rule.ref.level === level).length,
  ]).filter(([, many]) => many !== 0)
  const sum = levels.map(([level, many]) => `${many} ${level}`).join(', ')
  return `${[...lines, '', `${counted(rules.length, 'rule')}: ${sum}`].join('\n')}\n`
}

function byLabel(a: Testable, b: Testable): number {
  const [x, y] = [`${labelOf(a.ref)}${a.ref.id}`, `${labelOf(b.ref)}${b.ref.id}`]
  return x < y ? -1 : x > y ? 1 : 0
}
