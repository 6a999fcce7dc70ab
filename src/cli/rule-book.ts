import { type CompiledRule, compileRules, type RuleSet } from '../detect/compile.ts'
import { writeIssues } from './issue-lines.ts'
import { severityOfIssue } from './issue-tables.ts'
import { allRules, type RuleFile, readRules } from './rule-files.ts'
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

/** The rules of a file, or of the shipped and named ones the one with that id or detection. */
export const findRule = async (
  name: string,
  paths: readonly string[],
): Promise<{ readonly rule: CompiledRule; readonly book: RuleBook }> => {
  const isFile = /\.ya?ml$/.test(name)
  const files = isFile ? await readRules([name]) : undefined
  const book = files === undefined ? await openRuleBook(paths) : { ...compileRules(files), files }
  const rule = isFile ? book.rules[0] : book.rules.find((one) => isNamed(one, name))
  if (rule !== undefined) return { rule, book }
  const refusal = book.issues[0]
  throw new CommandError(
    EXIT.badInput,
    isFile && refusal !== undefined
      ? `${name} holds no rule that can be used: ${refusal.message}`
      : `there is no rule "${name}"`,
    'deckwatch rule list shows the ids; a file ends in .yaml or .yml',
  )
}

/** Writes what is wrong with rules; gives bad input if one was refused. */
export const reportRuleIssues = async (book: RuleSet, shell: Shell): Promise<number> => {
  await writeIssues(book.issues, shell)
  const refused = book.issues.some((issue) => severityOfIssue(issue) === 'error')
  return refused ? EXIT.badInput : EXIT.nothing
}

/** As many digits of an id as lists show. */
const ID_PREFIX_MIN = 8

const isNamed = ({ ref }: CompiledRule, name: string): boolean =>
  ref.id === name ||
  (name.length >= ID_PREFIX_MIN && ref.id.startsWith(name.replace(/…$/, ''))) ||
  ref.detection?.toLowerCase() === name.toLowerCase()
