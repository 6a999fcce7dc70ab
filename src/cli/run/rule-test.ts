import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeOne } from '../../advise/judge-case.ts'
import {
  type CaseReport,
  type CaseResult,
  isAboutSource,
  isCorrelation,
  type Testable,
  testablesOf,
  testRules,
} from '../../advise/rule-cases.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace, type Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { compileRules, type RuleSet } from '../../detect/compile.ts'
import { readNote } from '../../detect/completeness/read-note.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { Given } from '../command.ts'
import { explainRule, explainSourceRule } from '../explanation.ts'
import { issueText } from '../issue-lines.ts'
import { severityOfIssue } from '../issue-tables.ts'
import { explanationLines } from '../output/explanation-text.ts'
import { cell, layOut } from '../output/layout.ts'
import { jsonLine, toRuleRecord } from '../output/machine.ts'
import { type Palette, paletteOf } from '../output/palette.ts'
import { counted, labelOf } from '../output/words.ts'
import { namedRules, readLists, readRules, readText } from '../rule-files.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'
import { runOnChange } from '../watch.ts'
import { type SqlTally, testInSql } from './rule-test-sql.ts'

/** Runs `deckwatch rule test`, with `--watch` for every change. */
export const runRuleTest = async (given: Given, shell: Shell): Promise<number> => {
  const paths = given.arguments.length > 0 ? given.arguments : [SHIPPED]
  const run = (): Promise<number> => testPaths(paths, given, shell)
  if (!given.on('watch')) return run()
  return runOnChange([...paths, ...given.texts('lists')], shell, run)
}

async function testPaths(paths: readonly string[], given: Given, shell: Shell): Promise<number> {
  const files = await readRules(paths)
  const lists = await readLists(given.texts('lists'))
  const book = compileRules([...files, ...(await namedRules(files))], lists)
  const results = await Promise.all(files.map(({ file }) => testFile(book, file)))
  const judged = results.flatMap((one) => one.tested).sort(byLabel)
  const tested = given.on('sql') ? await testInSql(judged, book) : judged
  const named = new Set([...files, ...lists].map(({ file }) => file))
  const own = book.issues.filter(({ at }) => at.file === undefined || named.has(at.file))
  const issues = [...own, ...results.flatMap((one) => one.issues)]
  if (given.text('format') === 'json') await shell.output.write(asJson(tested, issues))
  else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    await shell.output.write(asText(tested, columnsOf(shell.output, shell), palette))
    for (const issue of issues) await shell.errors.write(issueText(issue))
  }
  if (issues.some((issue) => severityOfIssue(issue) === 'error')) return EXIT.badInput
  return tested.some((one) => one.results.some(({ pass }) => !pass)) ? EXIT.findings : EXIT.nothing
}

/** A rule and what came of its cases. */
interface Tested extends CaseReport {
  /** Whether there is a file of cases. */
  readonly cases: boolean
  /** What ClickHouse says of the same cases, with `--sql`. */
  readonly sql?: SqlTally
}

const SHIPPED = fileURLToPath(new URL('../../../content/rules', import.meta.url))

async function testFile(
  book: RuleSet,
  file: string,
): Promise<{ readonly tested: readonly Tested[]; readonly issues: readonly Issue[] }> {
  const rules = testablesOf(book, file)
  const caseFile = file.replace(/\.(ya?ml)$/, '.cases.$1')
  if (!existsSync(caseFile)) {
    return { tested: rules.map((rule) => ({ rule, results: [], cases: false })), issues: [] }
  }
  const text = await readText(caseFile, LIMIT.yamlBytesMax)
  const { reports, issues } = testRules(rules, book, text, caseFile)
  const spokenOf = reports.filter(({ rule, results }) => rule.reports || results.length > 0)
  return { tested: spokenOf.map((report) => ({ ...report, cases: true })), issues }
}

function asJson(tested: readonly Tested[], issues: readonly Issue[]): string {
  const rules = tested.map(({ rule, results, cases, sql }) => ({
    ...toRuleRecord(rule.ref),
    cases,
    sql: sql ?? null,
    results: results.map((result) => ({
      kind: result.kind,
      title: result.title,
      expected: result.expected,
      got: result.got ?? null,
      reasons: result.reasons,
      pass: result.pass,
      failure: result.failure,
      at: result.at,
    })),
  }))
  const all = tested.flatMap((one) => one.results)
  const totals = { passed: passes(all), failed: all.length - passes(all) }
  return `${jsonLine({ rules, issues, totals })}\n`
}

function asText(tested: readonly Tested[], width: number, palette: Palette): string {
  const rows = tested.map(({ rule, results, cases, sql }) => {
    const failed = results.length - passes(results)
    const mutants = results.filter(({ kind }) => kind === 'mutant').length
    const said = cases
      ? `${counted(results.length - mutants, 'case')}, ${counted(mutants, 'mutant')}`
      : 'no cases'
    return [
      failed > 0 ? cell('✗', palette.bad) : cell(cases ? '✓' : '–', palette.good),
      cell(labelOf(rule.ref), palette.strong),
      cell(rule.ref.title),
      cell(said, palette.faint),
      cell(sqlWords(sql), palette.faint),
      cell(failed === 0 ? '' : `${failed} failed`, palette.bad),
    ]
  })
  const failures = tested.flatMap(({ rule, results }) =>
    results.filter(({ pass }) => !pass).flatMap((one) => failureLines(rule, one, width, palette)),
  )
  const all = tested.flatMap((one) => one.results)
  const failed = all.length - passes(all)
  const unproven = tested.filter(({ cases }) => !cases).length
  const sum =
    `${counted(tested.length, 'rule')}: ${passes(all)} passed, ${failed} failed` +
    (unproven === 0 ? '' : `, ${unproven} without cases`)
  const table = layOut([{}, {}, { flex: true }, {}, {}, {}], rows, width, 0)
  return `${[...table, ...failures, '', sum, ...sqlSum(tested)].join('\n')}\n`
}

const sqlWords = (sql: SqlTally | undefined): string => {
  if (sql === undefined) return ''
  const { same, witness, skipped } = sql
  const words = [
    ...(same > 0 ? [`${same} same in SQL`] : []),
    ...(witness > 0 ? [`${witness} left open`] : []),
    ...(skipped > 0 ? [`${skipped} not in SQL`] : []),
  ]
  return words.join(', ')
}

/** What SQL left open stands apart: it is neither passed nor failed. */
function sqlSum(tested: readonly Tested[]): readonly string[] {
  const tallies = tested.flatMap(({ sql }) => (sql === undefined ? [] : [sql]))
  if (tallies.length === 0) return []
  const total = (of: (tally: SqlTally) => number): number =>
    tallies.reduce((sum, tally) => sum + of(tally), 0)
  const witness = total((tally) => tally.witness)
  const skipped = total((tally) => tally.skipped)
  return [
    `in ClickHouse: ${total((tally) => tally.same)} say the same` +
      (witness === 0 ? '' : `, ${witness} left open: they rest on fields without a column`) +
      (skipped === 0 ? '' : `, ${skipped} not judged`),
  ]
}

function failureLines(
  rule: Testable,
  result: CaseResult,
  width: number,
  palette: Palette,
): readonly string[] {
  const title = `${labelOf(rule.ref)} ${result.kind}: ${result.title}`
  return [
    '',
    `${palette.bad('✗')} ${palette.strong(escapeTerminal(title))}`,
    `  ${escapeTerminal(result.failure)}`,
    palette.faint(`  ${escapeTerminal(formatPlace(result.at))}`),
    ...testLines(rule, result, width, palette),
    palette.faint(`  ${escapeTerminal(result.records.join('\n').trim())}`),
  ]
}

/** How each test of a rule came out on the event of its case; a correlation judges no one event. */
function testLines(
  rule: Testable,
  { records, got }: CaseResult,
  width: number,
  palette: Palette,
): readonly string[] {
  const [only = '', ...others] = records
  if (isCorrelation(rule) || got === undefined || others.length > 0) return []
  if (isAboutSource(rule)) {
    const note = readNote(only)
    if (typeof note === 'string') return []
    return ['', ...explanationLines(explainSourceRule(rule, note), width, palette), '']
  }
  const event = decodeOne(only)
  if (typeof event === 'string') return []
  return ['', ...explanationLines(explainRule(rule, enrich(event)), width, palette), '']
}

const byLabel = (a: Tested, b: Tested): number =>
  labelOf(a.rule.ref) < labelOf(b.rule.ref) ? -1 : 1

const passes = (results: readonly CaseResult[]): number => results.filter(({ pass }) => pass).length
