import { needsOf } from '../../advise/policy/needs.ts'
import { compileRules } from '../../detect/compile.ts'
import type { Finding, Report } from '../../model/finding.ts'
import type { HuntHooks } from '../../pipeline/hunt-options.ts'
import { hunt } from '../../pipeline/pipeline.ts'
import { type Choice, choose, isAtLeast, isShown } from '../choice.ts'
import type { Given } from '../command.ts'
import { expiredEntries, problemsOf } from '../hunt-problems.ts'
import { choiceOf, huntOptions, severityOf } from '../hunt-request.ts'
import { writeIssues } from '../issue-lines.ts'
import type { HuntResult } from '../output/hunt-result.ts'
import { csvReport, jsonReport, ndjsonReport, summaryOf } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { withPortablePaths } from '../output/portable-paths.ts'
import { findingLine } from '../output/text-findings.ts'
import { textReport } from '../output/text-report.ts'
import { openProgress, type ProgressLine } from '../progress.ts'
import { guidesOf } from '../rule-guides.ts'
import { columnsOf, EXIT, type Output, type Shell, wantsColour } from '../shell.ts'
import { checkWritable, type FileOutput, openFile } from '../write-file.ts'

/** Runs `deckwatch hunt`. */
export const runHunt = async (given: Given, shell: Shell): Promise<number> => {
  const [options, choice] = await Promise.all([huntOptions(given), choiceOf(given)])
  const files = [given.text('output'), given.text('summary')]
  for (const file of files) if (file !== undefined) await checkWritable(file)
  const progress = openProgress(shell, () => performance.now())
  const report = await hunt(options, hooksFor(given, shell, choice, progress), shell.signal)
  progress.clear()
  const ruleSet = compileRules(options.rules, options.lists)
  const rules = [...ruleSet.rules, ...ruleSet.correlations]
  const result: HuntResult = {
    ...choose(report, choice),
    needs: needsOf(ruleSet),
    guides: guidesOf(rules),
    named: options.sources.length > 0,
    since: options.since,
    until: options.until,
    complete: !shell.signal.aborted,
  }
  const output = await openOption(given, 'output', report)
  const summary = await openOption(given, 'summary', report)
  if (!isForNothing(result, given)) {
    await writeResult(result, given, output ?? shell.output, shell)
  }
  await output?.close()
  await summary?.write(summaryOf(portable(result)))
  await summary?.close()
  const problems = result.complete ? problemsOf(report, given.arguments, given.on('strict')) : []
  await writeIssues([...problems, ...expiredEntries(result.hidden)], shell)
  return exitCode(result, problems.length > 0, given)
}

/** A person who mistyped a path wants to read that, and no report on every rule. */
const isForNothing = ({ report, complete }: HuntResult, given: Given): boolean =>
  complete &&
  report.inputs.length === 0 &&
  given.text('format') === 'text' &&
  given.text('output') === undefined

async function openOption(
  given: Given,
  name: string,
  { inputs }: Report,
): Promise<FileOutput | undefined> {
  const file = given.text(name)
  const logs = inputs.filter((input) => input.shapes.length > 0).map((input) => input.file)
  return file === undefined ? undefined : openFile(file, logs)
}

function hooksFor(given: Given, shell: Shell, choice: Choice, progress: ProgressLine): HuntHooks {
  const live =
    given.text('format') === 'text' && given.text('output') === undefined && shell.output.terminal
  const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
  const show = (finding: Finding): void => {
    if (!isShown(finding, choice)) return
    progress.clear()
    void shell.output.write(findingLine(finding, columnsOf(shell.output, shell), palette))
  }
  return { progress: progress.show, ...(live ? { finding: show } : {}) }
}

async function writeResult(
  result: HuntResult,
  given: Given,
  output: Output,
  shell: Shell,
): Promise<void> {
  for (const chunk of await rendered(result, given, output, shell)) await output.write(chunk)
}

async function rendered(
  result: HuntResult,
  given: Given,
  output: Output,
  shell: Shell,
): Promise<Iterable<string>> {
  switch (given.text('format')) {
    case 'ndjson':
      return ndjsonReport(portable(result))
    case 'json':
      return jsonReport(portable(result))
    case 'csv':
      return csvReport(portable(result))
    case 'sarif': {
      const { sarifReport } = await import('../output/sarif-findings.ts')
      return sarifReport(portable(result))
    }
    case 'timesketch': {
      const { timesketchReport } = await import('../output/timesketch.ts')
      return timesketchReport(portable(result))
    }
    case 'html': {
      const { htmlReport } = await import('../output/html-report.ts')
      return [htmlReport(portable(result))]
    }
    default: {
      const palette = paletteOf(wantsColour(output, shell, given.on('no-color')))
      const before = output.terminal && result.report.findings.length > 0 ? ['\n'] : []
      return [...before, textReport(result, columnsOf(output, shell), palette)]
    }
  }
}

const portable = (result: HuntResult): HuntResult => ({
  ...result,
  report: withPortablePaths(result.report),
})

function exitCode(result: HuntResult, bad: boolean, given: Given): number {
  if (!result.complete) return EXIT.interrupted
  if (bad) return EXIT.badInput
  const least = severityOf(given, 'fail-on') ?? 'informational'
  const found = result.report.findings.some(({ rule }) => isAtLeast(rule.level, least))
  return found ? EXIT.findings : EXIT.nothing
}
