import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type LintFile, type LintReport, lintRules } from '../../advise/lint/lint-rules.ts'
import { gradeOf, LINTS } from '../../advise/lint/lints.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace, type Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import type { LintGrade } from '../../sigma/lint/lint-kind.ts'
import { catalogues } from '../catalogues.ts'
import type { Given } from '../command.ts'
import { kindOfIssue, severityOfIssue } from '../issue-tables.ts'
import { jsonLine } from '../output/machine.ts'
import { type Palette, paletteOf } from '../output/palette.ts'
import { sarifIssues } from '../output/sarif-issues.ts'
import { counted } from '../output/words.ts'
import { otherRules, type RuleFile, readLists, readRules, readText } from '../rule-files.ts'
import { EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch rule lint`. */
export const runRuleLint = async (given: Given, shell: Shell): Promise<number> => {
  const named = await readRules(given.arguments.length > 0 ? given.arguments : [SHIPPED])
  const report = lintRules({
    files: await Promise.all(named.map(withCases)),
    others: await otherRules(named),
    lists: await readLists(given.texts('lists')),
    catalogues: catalogues(),
  })
  const shown = report.issues.filter((issue) => isAtLeast(gradeOf(issue), given.text('level')))
  for (const chunk of chunksOf(shown, report, given, shell)) await shell.output.write(chunk)
  if (report.issues.some(isRefusal)) return EXIT.badInput
  return shown.length > 0 ? EXIT.findings : EXIT.nothing
}

const SHIPPED = fileURLToPath(new URL('../../../content/rules', import.meta.url))

async function withCases({ file, text }: RuleFile): Promise<LintFile> {
  const beside = file.replace(/\.(ya?ml)$/, '.cases.$1')
  const cases = existsSync(beside) ? await readText(beside, LIMIT.yamlBytesMax) : undefined
  return { file, text, cases }
}

const GRADES: readonly string[] = ['note', 'warning', 'error']

const isAtLeast = (grade: LintGrade, least: string | undefined): boolean =>
  GRADES.indexOf(grade) >= GRADES.indexOf(least ?? 'note')

/** What the engine itself refuses: such a rule finds nothing at all. */
const isRefusal = (issue: Issue): boolean =>
  LINTS[issue.code] === undefined && severityOfIssue(issue) === 'error'

function chunksOf(
  issues: readonly Issue[],
  report: LintReport,
  given: Given,
  shell: Shell,
): Iterable<string> {
  switch (given.text('format')) {
    case 'json':
      return [asJson(issues, report)]
    case 'sarif':
      return sarifIssues(issues, !report.issues.some(isRefusal))
    default:
      return asText(
        issues,
        report,
        paletteOf(wantsColour(shell.output, shell, given.on('no-color'))),
      )
  }
}

function asJson(issues: readonly Issue[], { ignored, rules }: LintReport): string {
  const toRecord = (issue: Issue) => ({
    ...{ code: issue.code, grade: gradeOf(issue), message: issue.message, at: issue.at },
    remedy: kindOfIssue(issue)?.remedy ?? null,
  })
  return `${jsonLine({
    rules,
    issues: issues.map(toRecord),
    ignored: ignored.map(({ issue, because }) => ({ ...toRecord(issue), because })),
  })}\n`
}

function* asText(
  issues: readonly Issue[],
  { ignored, rules }: LintReport,
  palette: Palette,
): Generator<string> {
  let lastCode = ''
  for (const issue of issues) {
    const grade = gradeOf(issue)
    const word = grade === 'note' ? palette.faint(grade) : palette.bad(grade)
    const place = palette.strong(escapeTerminal(formatPlace(issue.at)))
    const said = escapeTerminal(issue.message)
    yield `${place}: ${word}: ${said} ${palette.faint(`(${issue.code})`)}\n`
    const remedy = kindOfIssue(issue)?.remedy
    // The same advice twice in a row helps nobody.
    if (remedy !== undefined && issue.code !== lastCode) yield `  ${palette.faint(remedy)}\n`
    lastCode = issue.code
  }
  const set = ignored.length === 0 ? '' : `, ${ignored.length} set aside with a reason`
  const found = issues.length === 0 ? 'nothing to say' : counted(issues.length, 'lint')
  yield `${issues.length === 0 ? '' : '\n'}${counted(rules, 'rule')}: ${found}${set}\n`
}
