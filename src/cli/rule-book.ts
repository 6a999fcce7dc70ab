import { isAboutSource, isCorrelation, type Testable, testablesOf } from '../advise/rule-cases.ts'
import { formatPlace } from '../base/issue.ts'
import { type CompiledRule, compileRules, type RuleSet } from '../detect/compile.ts'
import { writeIssues } from './issue-lines.ts'
import { kindOfIssue, severityOfIssue } from './issue-tables.ts'
import { allRules, namedRules, type RuleFile, readRules } from './rule-files.ts'
import { CommandError, EXIT, type Shell } from './shell.ts'

/** Rules ready for use, with the files that they come from. */
export interface RuleBook extends RuleSet {
  readonly files: readonly RuleFile[]
}

/** The shipped rules and those of the paths. */
export const openRuleBook = async (
  paths: readonly string[],
  lists: readonly RuleFile[] = [],
): Promise<RuleBook> => {
  const files = await allRules(paths)
  return { ...compileRules(files, lists), files }
}

/** A rule or a correlation, with those that it may stand on. */
export interface FoundRule {
  readonly rule: Testable
  readonly book: RuleBook
}

/** The main rule of a file, or of the shipped and named ones the one with that id or detection. */
export const findRule = async (
  name: string,
  paths: readonly string[],
  lists: readonly RuleFile[] = [],
): Promise<FoundRule> => {
  const own = /\.ya?ml$/.test(name) ? await readRules([name]) : undefined
  const book =
    own === undefined
      ? await openRuleBook(paths, lists)
      : bookOf([...own, ...(await namedRules(own, paths))], lists)
  const rule =
    own === undefined
      ? [...book.correlations, ...book.rules, ...book.sourceRules].find((one) =>
          isCalled(one, name),
        )
      : testablesOf(book, own[0]?.file ?? '')[0]
  if (rule !== undefined) return { rule, book }
  const refusal = book.issues.find(({ at }) => at.file === own?.[0]?.file)
  if (own === undefined || refusal === undefined) {
    throw new CommandError(
      EXIT.badInput,
      `there is no rule "${name}"`,
      'deckwatch rule list shows the ids; a file ends in .yaml or .yml',
    )
  }
  throw new CommandError(
    EXIT.badInput,
    `${formatPlace(refusal.at)}: ${refusal.message} (${refusal.code})`,
    kindOfIssue(refusal)?.remedy ?? 'correct the file',
  )
}

/** The same where one event is judged, which a correlation cannot. */
export const findSingleRule = async (
  name: string,
  paths: readonly string[],
  lists: readonly RuleFile[] = [],
): Promise<{ readonly rule: CompiledRule; readonly book: RuleBook }> => {
  const { rule, book } = await findRule(name, paths, lists)
  if (isAboutSource(rule)) throw judgesNoEvent(rule)
  if (!isCorrelation(rule)) return { rule, book }
  throw new CommandError(
    EXIT.badInput,
    `"${rule.ref.title}" is a correlation, which judges no single event`,
    `name one of its rules: ${rule.plan.slots.map((slot) => slot.rule).join(', ')}`,
  )
}

/** The error that a rule about a log itself was asked of events. */
export const judgesNoEvent = ({ ref }: Testable): CommandError =>
  new CommandError(
    EXIT.badInput,
    `"${ref.title}" is about the log itself and judges no event`,
    'deckwatch serve judges it while it receives, and rule test runs its cases',
  )

/** Writes what is wrong with rules; gives bad input if one was refused. */
export const reportRuleIssues = async (book: RuleSet, shell: Shell): Promise<number> => {
  await writeIssues(book.issues, shell)
  const refused = book.issues.some((issue) => severityOfIssue(issue) === 'error')
  return refused ? EXIT.badInput : EXIT.nothing
}

/** As many digits of an id as lists show. */
const ID_PREFIX_MIN = 8

const bookOf = (files: readonly RuleFile[], lists: readonly RuleFile[]): RuleBook => ({
  ...compileRules(files, lists),
  files,
})

/** Whether a rule is meant by a name: its id or the first digits of it, its name, its detection. */
export const isCalled = ({ ref, sigma }: Testable, name: string): boolean =>
  ref.id === name ||
  sigma.name === name ||
  (name.length >= ID_PREFIX_MIN && ref.id.startsWith(name.replace(/…$/, ''))) ||
  ref.detection?.toLowerCase() === name.toLowerCase()
