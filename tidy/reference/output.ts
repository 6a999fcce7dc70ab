import { csvReport, summaryOf, toFindingRecord } from '../../src/cli/output/machine.ts'
import { incident } from '../../src/cli/testing/report.ts'
import { readText } from '../files.ts'
import { code, type Page, page, table, unwrapComment } from './page.ts'

/** The machine formats of `hunt`: keys, and an example of each. */
export const outputPage = (): Page => {
  const example = incident()
  const [first] = example.report.findings
  const [header] = [...csvReport(example)]
  return page(
    'output.md',
    'Output formats',
    INTRODUCTION,
    '## A finding',
    table(['Key', 'What it is'], keysOf('Finding')),
    'An example (`--format ndjson` writes it on one line):',
    json(first === undefined ? {} : toFindingRecord(first)),
    '## The report (`--format json`)',
    table(['Key', 'What it is'], keysOf('Report')),
    'What each rule could judge (`coverage`):',
    table(['Key', 'What it is'], keysOf('RuleCoverage')),
    'Each input (`inputs`):',
    table(['Key', 'What it is'], keysOf('InputSummary')),
    '## Columns of `--format csv`',
    code((header ?? '').trim()),
    '## The totals (`--summary FILE`)',
    `\`\`\`json\n${summaryOf(example).trim()}\n\`\`\``,
  )
}

const INTRODUCTION = `\
What \`deckwatch hunt\` writes for machines. Keys keep their names and order; new ones may be
added. Lists are sorted, so equal inputs give equal bytes. A key without a value is \`null\`.
Values of Secrets and tokens are masked with the same number of characters, and control
characters are escaped.`

const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``

/** The members of an interface of model/finding.ts, with the comments they have there. */
function keysOf(name: string): readonly (readonly string[])[] {
  const text = readText('src/model/finding.ts')
  const start = text.indexOf(`export interface ${name} {`)
  const body = text.slice(start, text.indexOf('\n}', start))
  const member = /\n {2}(?:(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\s*)?readonly (\w+)\??:/g
  return [...body.matchAll(member)].map(([, comment, key]) => [
    code(key ?? ''),
    unwrapComment(comment ?? ''),
  ])
}
