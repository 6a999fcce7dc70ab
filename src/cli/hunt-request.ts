import { availableParallelism } from 'node:os'
import { parseRange } from '../base/ip-range.ts'
import { formatPlace } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import { SEVERITIES, type Severity } from '../model/finding.ts'
import type { HuntOptions } from '../pipeline/hunt-options.ts'
import type { SourceName } from '../source/inputs.ts'
import { parseBaseline } from './baseline.ts'
import type { Choice } from './choice.ts'
import type { Given } from './command.ts'
import { type IgnoreEntry, parseIgnoreFile } from './ignore-file.ts'
import { counted } from './output/words.ts'
import { allRules, readLists, readText } from './rule-files.ts'
import { CommandError, EXIT } from './shell.ts'
import { version } from './version.ts'

/** What `hunt` was asked, read and checked. */
export const huntOptions = async (given: Given): Promise<HuntOptions> => {
  const [since, until] = [momentOf(given, 'since'), momentOf(given, 'until')]
  if (since !== undefined && until !== undefined && Date.parse(since) >= Date.parse(until)) {
    throw wrong(
      `--since ${since} is not before --until ${until}`,
      'give the earlier one to --since',
    )
  }
  return {
    ...(await logOptions(given, given.arguments)),
    since,
    until,
    strict: given.on('strict'),
    sha256: given.on('hash'),
  }
}

/** To hunt in all of the paths, with the rules and names that were given. */
export const logOptions = async (given: Given, paths: readonly string[]): Promise<HuntOptions> => ({
  paths,
  sources: sourceNames(given),
  rules: await allRules(given.texts('rules')),
  lists: await readLists(given.texts('lists')),
  since: undefined,
  until: undefined,
  proxies: ranges(given, 'proxy'),
  clusterRanges: ranges(given, 'cluster-range'),
  strict: false,
  sha256: false,
  threads: threadsOf(given),
  tool: version(),
})

/** Which findings `hunt` shows. */
export const choiceOf = async (given: Given): Promise<Choice> => ({
  level: severityOf(given, 'level'),
  actor: given.text('actor'),
  namespace: given.text('namespace'),
  baseline: await baselineOf(given.text('baseline')),
  ignore: await ignoreOf(given.text('ignore')),
})

/** The level that an option names. */
export const severityOf = (given: Given, name: string): Severity | undefined =>
  SEVERITIES.find((level) => level === given.text(name))

/** `--source cluster/server=GLOB`, each. */
export const sourceNames = (given: Given): readonly SourceName[] =>
  given.texts('source').map((text) => {
    const found = /^([^/=]+)\/([^/=]+)=(.+)$/s.exec(text)
    const [, cluster, server, glob] = found ?? []
    if (cluster === undefined || server === undefined || glob === undefined) {
      throw wrong(
        `--source "${text}" names nothing`,
        "write it as --source 'prod/master-1=logs/a*'",
      )
    }
    return { cluster, server, glob }
  })

/** The CIDRs of a repeatable option. */
export const ranges = (given: Given, name: string): readonly string[] =>
  given.texts(name).map((text) => {
    if (parseRange(text) !== undefined) return text
    throw wrong(
      `--${name} "${text}" is no range of addresses`,
      'write it as 10.0.0.0/8 or fd00::/8',
    )
  })

/** A wrong option. */
export const wrong = (message: string, remedy: string): CommandError =>
  new CommandError(EXIT.environment, message, remedy)

const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/

/** The moment that an option names. */
export function momentOf(given: Given, name: string): string | undefined {
  const text = given.text(name)
  if (text === undefined) return undefined
  if (MOMENT.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw wrong(
    `--${name} "${text}" is no moment`,
    'write a date (2026-11-20, from midnight UTC) or RFC 3339 (2026-11-20T14:05:00Z)',
  )
}

function threadsOf(given: Given): number {
  const text = given.text('threads')
  if (text === undefined) return availableParallelism()
  if (/^\d{1,4}$/.test(text) && Number(text) <= LIMIT.threadsMax) return Number(text)
  throw wrong(
    `--threads "${text}" is no number of threads`,
    `give a number from 0 to ${LIMIT.threadsMax}`,
  )
}

async function baselineOf(file: string | undefined): Promise<ReadonlySet<string>> {
  if (file === undefined) return new Set()
  const ids = parseBaseline(await readList(file))
  if (ids !== undefined) return ids
  throw wrong(`${file} is no earlier result`, 'give what hunt wrote with --format ndjson or json')
}

async function ignoreOf(file: string | undefined): Promise<readonly IgnoreEntry[]> {
  if (file === undefined) return []
  const { entries, issues } = parseIgnoreFile(await readList(file), file)
  if (issues.length === 0) return entries
  const shown = issues.slice(0, LIMIT.textRowsMax)
  const more = issues.length - shown.length
  const messages = shown.map((issue) => `${formatPlace(issue.at)}: ${issue.message}`)
  throw wrong(
    [...messages, ...(more > 0 ? [`and ${counted(more, 'more problem')}`] : [])].join('; '),
    'each entry needs rule, reason and expires; actor, namespace and name narrow it',
  )
}

/** A list is configuration: unreadable is another exit code than an unreadable log. */
async function readList(file: string): Promise<string> {
  try {
    return await readText(file, LIMIT.listFileBytesMax)
  } catch (error) {
    if (error instanceof CommandError) {
      throw new CommandError(EXIT.environment, error.message, error.remedy, error)
    }
    throw error
  }
}
