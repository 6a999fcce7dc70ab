import { csvReport, jsonReport, summaryOf, toFindingRecord } from '../../src/cli/output/machine.ts'
import { incident, joinedFinding } from '../../src/cli/testing/report.ts'
import { FINDING_KEYS, REPORT_KEYS, SUMMARY_KEYS } from './output-keys.ts'
import { code, type Page, page, table } from './page.ts'

/** The machine formats of `hunt`: every key that is written, what it is, and an example. */
export const outputPage = (): Page => {
  const example = incident()
  const [first] = example.report.findings
  const finding = first === undefined ? {} : toFindingRecord(first)
  const { report } = JSON.parse([...jsonReport(example)].join(''))
  const summary = summaryOf(example).trim()
  const [header] = [...csvReport(example)]
  return page(
    'output.md',
    'Output formats',
    INTRODUCTION,
    '## A finding',
    keyTable(toFindingRecord(joinedFinding), FINDING_KEYS),
    'An example (`--format ndjson` writes it on one line):',
    `\`\`\`json\n${JSON.stringify(finding, null, 2)}\n\`\`\``,
    '## The report (`--format json`)',
    'A map with one key, `report`, whose value has these:',
    keyTable(report, REPORT_KEYS),
    '## Columns of `--format csv`',
    "One finding a row. Texts that a spreadsheet would take for a formula begin with `'`.",
    code((header ?? '').trim()),
    '## `--format sarif`',
    SARIF,
    '## `--format timesketch`',
    TIMESKETCH,
    '## The totals (`--summary FILE`)',
    keyTable(JSON.parse(summary), SUMMARY_KEYS),
    'An example:',
    `\`\`\`json\n${summary}\n\`\`\``,
  )
}

const INTRODUCTION = `\
What \`deckwatch hunt\` writes for machines. Keys keep their names and order; new ones may be
added. Lists are sorted, so equal inputs give equal bytes. A key without a value is \`null\`.
Values of Secrets and tokens are masked with the same number of characters, and control
characters are escaped. In the tables, \`a.b\` is key \`b\` of the map \`a\`, and \`[]\` a list.
The keys of \`deckwatch policy\` have [a page of their own](policy-output.md).`

const SARIF = `\
[SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), one run. Every rule
that was asked is a rule with its help; every finding a result. Its location is the event that
decided, as bytes of the decompressed file (\`byteOffset\`, \`byteLength\`); the other events are
\`relatedLocations\`. \`critical\` and \`high\` are \`error\`, \`medium\` is \`warning\`, the others
\`note\`. \`partialFingerprints["finding/v1"]\` is the finding's \`id\`, and \`properties\` holds the
rest of its keys. A rule that could not judge all it saw is a notification of the invocation, and
\`properties.unproven\` of the run lists those that saw no act of their kind.`

const TIMESKETCH = `\
JSON lines that Timesketch imports (name the file \`.jsonl\`): one for each event of a finding, with
\`message\`, \`datetime\`, \`timestamp\` (µs), \`timestamp_desc\`, \`tag\` (level, detection,
techniques), and everything else as flat texts. \`finding_id\` joins the rows of one finding.`

type Keys = ReadonlyMap<string, string>

/** A table of keys: those that are written must be explained, and the other way round. */
export function keyTable(value: unknown, keys: Keys): string {
  const paths = [...new Set(pathsIn(value, '', keys))]
  // Here without a value, there with keys of its own: those are explained.
  const isOpened = (path: string): boolean =>
    paths.some((one) => one.startsWith(`${path}.`) || one.startsWith(`${path}[].`))
  const written = paths.filter((path) => keys.has(path) || !isOpened(path))
  for (const path of keys.keys()) {
    if (!written.includes(path)) throw new Error(`output-keys.ts: "${path}" is not written`)
  }
  const rows = written.map((path) => {
    const about = keys.get(path)
    if (about === undefined) throw new Error(`output-keys.ts: "${path}" is not explained`)
    return [code(path), about]
  })
  return table(['Key', 'What it is'], rows)
}

/** Paths of all keys, in order. A map that is explained as a whole is not looked into. */
function pathsIn(value: unknown, prefix: string, keys: Keys): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, prefix, keys))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = `${prefix}${key}`
    if (keys.has(path)) return [path]
    const [mark, found] = Array.isArray(inner) ? ['[].', inner] : ['.', [inner]]
    const deeper = found.flatMap((one) => pathsIn(one, `${path}${mark}`, keys))
    return deeper.length === 0 ? [path] : deeper
  })
}
