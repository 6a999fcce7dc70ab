import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lintRules } from '../../advise/lint/lint-rules.ts'
import { testablesOf, testRules } from '../../advise/rule-cases.ts'
import { sampleFacts } from '../../advise/scaffold/sample-event.ts'
import { type Scaffold, scaffold } from '../../advise/scaffold/scaffold.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { compileRules } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { Facts } from '../../model/facts.ts'
import { catalogues, tacticOf } from '../catalogues.ts'
import type { Given } from '../command.ts'
import { findEvent } from '../find-event.ts'
import { ranges, wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { counted } from '../output/words.ts'
import { CommandError, codeOf, EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch rule new`. */
export const runRuleNew = async (given: Given, shell: Shell): Promise<number> => {
  const [name = '', ...logs] = given.arguments
  const files = filesFor(name, given.text('output') ?? '.')
  const tactic = tacticFor(given)
  const facts = await factsFor(logs, given, shell)
  const made = scaffold({
    ...{ name, tactic, facts, id: randomUUID(), date: new Date().toISOString().slice(0, 10) },
    detection: given.text('detection'),
  })
  await writeNew(files.rule, made.rule)
  await writeNew(files.cases, made.cases)
  const outcome = tryOut(files, made)
  await shell.output.write(
    given.text('format') === 'json'
      ? `${jsonLine({ ...files, ...outcome })}\n`
      : advice(files, outcome),
  )
  return EXIT.nothing
}

/** Where a rule and its cases are written. */
interface Files {
  readonly rule: string
  readonly cases: string
}

const filesFor = (name: string, folder: string): Files => {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    throw wrong(`"${name}" is no name for a rule`, 'use small letters and dashes: my-rule')
  }
  const files = { rule: join(folder, `${name}.yaml`), cases: join(folder, `${name}.cases.yaml`) }
  const there = [files.rule, files.cases].find((file) => existsSync(file))
  if (there === undefined) return files
  throw wrong(`${there} is there already`, 'nothing is written over: choose another name or folder')
}

const tacticFor = (given: Given): string | undefined => {
  const tactic = given.text('tactic')
  if (tactic === undefined || tacticOf(tactic) !== undefined) return tactic
  const { tactics, version } = catalogues().attack
  throw wrong(
    `ATT&CK ${version} has no tactic "${tactic}"`,
    `its tactics are ${tactics.map(({ shortname }) => shortname).join(', ')}`,
  )
}

async function factsFor(logs: readonly string[], given: Given, shell: Shell): Promise<Facts> {
  const wanted = given.text('from')
  if (wanted === undefined) {
    if (logs.length === 0) return sampleFacts()
    throw wrong('logs were given and no event', 'name the event with --from and its audit id')
  }
  const event = await findEvent({ wanted, logs }, given, shell)
  if (event.stage === 'RequestReceived') {
    throw new CommandError(
      EXIT.badInput,
      'this event is only the arrival of a request',
      'name the same request at a later stage: its audit id and the logs find it',
    )
  }
  return enrich(event, {
    proxies: ranges(given, 'proxy'),
    clusterRanges: ranges(given, 'cluster-range'),
  })
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${file} cannot be written${codeOf(error)}`,
      'check that its folder exists, that you may write there, and that there is no such file',
      error,
    )
  }
}

/** Whether the cases pass as they are. */
interface Outcome {
  readonly passed: number
  /** Titles of those that do not. */
  readonly failed: readonly string[]
  /** How often the author is asked to write something. */
  readonly todo: number
}

function tryOut(files: Files, made: Scaffold): Outcome {
  const set = compileRules([{ file: files.rule, text: made.rule }])
  const tested = testRules(testablesOf(set, files.rule), set, made.cases, files.cases)
  const results = tested.reports.flatMap((report) => report.results)
  const failed = results.filter(({ pass }) => !pass)
  return {
    passed: results.length - failed.length,
    failed: failed.map(({ title }) => title),
    todo: todoIn(files, made),
  }
}

/** As many as `rule lint` will name. */
function todoIn(files: Files, { rule, cases }: Scaffold): number {
  const file = { file: files.rule, text: rule, cases }
  const linted = lintRules({ files: [file], others: [], lists: [], catalogues: catalogues() })
  return linted.issues.filter(({ code }) => code === 'lint/unfinished').length
}

/** What was written, whether its cases pass as they are, and how to go on. */
function advice(files: Files, { passed, failed, todo }: Outcome): string {
  const cases =
    failed.length === 0
      ? `${counted(passed, 'case and mutant', 'cases and mutants')} pass`
      : `${failed.length} of ${counted(passed + failed.length, 'case')} do not pass yet: ${failed[0]}`
  return escapeLines([
    `wrote ${files.rule}`,
    `wrote ${files.cases}`,
    `${cases}; ${counted(todo, 'TODO')} left to you`,
    '',
    'Then:',
    `  deckwatch rule lint ${files.rule}`,
    `  deckwatch rule test ${files.rule}`,
    `  deckwatch hunt ./logs --rules ${files.rule}`,
  ])
}

const escapeLines = (lines: readonly string[]): string =>
  lines.map((line) => `${escapeTerminal(line)}\n`).join('')
