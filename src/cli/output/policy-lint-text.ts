import { gradeOf } from '../../advise/lint/lints.ts'
import type { PolicyLint } from '../../advise/policy/lint/policy-lint.ts'
import type { CheckedRequirement } from '../../advise/policy/lint/standards/checked.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace } from '../../base/issue.ts'
import type { LintGrade } from '../../sigma/lint/lint-kind.ts'
import type { Palette } from './palette.ts'
import { shorten } from './width.ts'
import { counted } from './words.ts'

/** What `policy lint` found. */
export interface FoundLints {
  readonly lints: readonly PolicyLint[]
  readonly checked: readonly CheckedRequirement[]
  readonly policies: number
  readonly palette: Palette
}

/** Lints for people: what is wrong, what the API server does, and how it would be right. */
export function* policyLintLines({
  lints,
  checked,
  policies,
  palette,
}: FoundLints): Generator<string> {
  for (const lint of lints) yield `${lintLines(lint, palette).join('\n')}\n\n`
  if (checked.length > 0) yield `${checkedLines(checked, palette).join('\n')}\n\n`
  yield `${summary(lints, policies)}\n`
}

const lintLines = (lint: PolicyLint, palette: Palette): readonly string[] => {
  const grade = gradeOf(lint)
  const word = grade === 'note' ? palette.faint(grade) : palette.bad(grade)
  const place = palette.strong(escapeTerminal(formatPlace(lint.at)))
  return [
    `${place}: ${word}: ${sayable(lint.message)} ${palette.faint(`(${lint.code})`)}`,
    `  ${sayable(lint.effect)}`,
    ...mendLines(lint, palette),
  ]
}

/** A sentence whose names are shortened where they are longer than anybody reads. */
const sayable = (text: string): string =>
  escapeTerminal(text.replaceAll(/\S{101,}/g, (word) => shorten(word, WORD_COLUMNS_MAX)))

const WORD_COLUMNS_MAX = 100

/** As much of a mend as somebody reads; `--mend` writes what is longer. */
const MEND_CHARACTERS_MAX = 10_000

const mendLines = ({ code, mend }: PolicyLint, palette: Palette): readonly string[] => {
  if (mend === null) return []
  if (mend.yaml.length > MEND_CHARACTERS_MAX) {
    const name = code.replace('policy-lint/', '')
    return [`  ${palette.faint(`The mended rule is too long to show: --mend ${name} writes it.`)}`]
  }
  const lines = mend.yaml === '' ? [] : mend.yaml.trimEnd().split('\n')
  return [
    `  ${palette.faint(`Mended, ${escapeTerminal(mend.about)}${lines.length > 0 ? ':' : ''}`)}`,
    ...lines.map((line) => `    ${escapeTerminal(line)}`),
  ]
}

const checkedLines = (
  checked: readonly CheckedRequirement[],
  palette: Palette,
): readonly string[] => {
  const standards = new Map(checked.map((one) => [one.standard, one]))
  return [...standards.values()].flatMap(({ standard, source, notJudged }) => [
    palette.strong(standard.toUpperCase()),
    ...checked
      .filter((one) => one.standard === standard)
      .map(
        ({ requirement, met }) => `  ${met ? 'met    ' : palette.bad('not met')}  ${requirement}`,
      ),
    `  ${palette.faint(`From: ${source}`)}`,
    `  ${palette.faint(`Not judged here: ${notJudged}`)}`,
  ])
}

const summary = (lints: readonly PolicyLint[], policies: number): string => {
  const said = GRADES.flatMap(([grade, word]) => {
    const count = lints.filter((lint) => gradeOf(lint) === grade).length
    return count === 0 ? [] : [counted(count, word)]
  })
  return `${policies === 1 ? '1 policy' : `${policies} policies`}: ${said.length === 0 ? 'nothing to say' : said.join(', ')}`
}

const GRADES: readonly (readonly [LintGrade, string])[] = [
  ['error', 'error'],
  ['warning', 'warning'],
  ['note', 'note'],
]
