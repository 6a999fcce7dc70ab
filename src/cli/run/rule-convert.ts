import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { escapeTerminal } from '../../base/escape-text.ts'
import { formatPlace, type Issue } from '../../base/issue.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { kindOfIssue, severityOfIssue } from '../issue-tables.ts'
import { jsonLine } from '../output/machine.ts'
import { counted } from '../output/words.ts'
import { CommandError, codeOf, EXIT, type Shell } from '../shell.ts'

/** One rule as it was converted. */
export interface Conversion {
  /** A name for its file, without folder. */
  readonly fileName: string
  readonly text: string
  /** What `--format json` says of it. */
  readonly record: Readonly<Record<string, unknown>>
}

/** All that came of a conversion. */
export interface Conversions {
  readonly converted: readonly Conversion[]
  readonly issues: readonly Issue[]
  /** What stands between two rules on the standard output. */
  readonly separator: string
}

/** Runs `deckwatch rule convert`. */
export const runRuleConvert = async (given: Given, shell: Shell): Promise<number> => {
  const conversions = await convert(given)
  const { converted, issues } = conversions
  const folder = given.text('output')
  if (folder !== undefined) await writeFiles(folder, converted)
  if (given.text('format') === 'json') {
    const rules = converted.map(({ record }) => record)
    await shell.output.write(`${jsonLine({ rules, issues })}\n`)
  } else {
    if (folder === undefined) {
      await shell.output.write(converted.map(({ text }) => text).join(conversions.separator))
    }
    await shell.errors.write(reportText(conversions))
  }
  const isRefused = issues.some((issue) => severityOfIssue(issue) === 'error')
  return isRefused ? EXIT.badInput : EXIT.nothing
}

async function convert(given: Given): Promise<Conversions> {
  const [to, from] = [given.text('to'), given.text('from')]
  if ((to === undefined) === (from === undefined)) {
    throw wrong(
      'rule convert needs to know from or to what',
      'say --to clickhouse for rules of deckwatch, or --from falco for rules of Falco',
    )
  }
  if (to !== undefined) {
    const { convertToClickHouse } = await import('./rule-convert-clickhouse.ts')
    return convertToClickHouse(given)
  }
  if (given.on('inline')) throw wrong('--inline is for --to clickhouse', 'leave it out')
  const { convertFromFalco } = await import('./rule-convert-falco.ts')
  return convertFromFalco(given)
}

/** What was converted, and everything that was not or is said otherwise: nothing is left out. */
function reportText({ converted, issues }: Conversions): string {
  const lines = issues.map((issue) => {
    const place = formatPlace(issue.at)
    return `${severityOfIssue(issue)}: ${place === '' ? '' : `${place}: `}${issue.message}`
  })
  const codes = [...new Set(issues.map(({ code }) => code))]
  const meanings = codes.map((code) => {
    const count = issues.filter((issue) => issue.code === code).length
    const kind = kindOfIssue({ code, message: '', at: {} })
    return `${count} × ${code}: ${kind?.about ?? ''} ${kind?.remedy ?? ''}`.trim()
  })
  const sum = `${counted(converted.length, 'rule')} converted`
  return `${[...lines, ...meanings, sum].map(escapeTerminal).join('\n')}\n`
}

/** Writes each to a file of its own; a file that is there stays as it is. */
async function writeFiles(folder: string, converted: readonly Conversion[]): Promise<void> {
  for (const { fileName, text } of converted) {
    const file = join(folder, fileName)
    try {
      await mkdir(folder, { recursive: true })
      await writeFile(file, text, { flag: 'wx' })
    } catch (error) {
      throw new CommandError(
        EXIT.environment,
        `${file} cannot be written${codeOf(error)}`,
        'name a folder that may be written to, and that has no such file yet',
        error,
      )
    }
  }
}
