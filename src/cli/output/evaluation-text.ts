import { LIMIT } from '../../base/limit.ts'
import { partNames } from '../../model/blindness.ts'
import type { EventsRead } from '../policy-events.ts'
import type { AcceptedPolicy } from '../policy-file.ts'
import type { EvaluationTally, RuleCount } from './evaluation.ts'
import { type Cell, cell, layOut, wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { sentenceOf } from './policy-text.ts'
import { policyWords, ruleName } from './policy-words.ts'
import { count, counted, listed } from './words.ts'

/** What a policy says of events, and what it was asked of. */
export interface Evaluated {
  readonly file: string
  readonly loaded: AcceptedPolicy
  readonly read: EventsRead
  readonly tally: EvaluationTally
}

/** How many events each rule decides, in the order of the policy. */
export const evaluationText = (evaluated: Evaluated, width: number, palette: Palette): string => {
  const lines = [
    ...headLines(evaluated, width, palette),
    '',
    ...ruleLines(evaluated, width, palette),
    ...untoldLines(evaluated, width, palette),
    ...idleLines(evaluated, width, palette),
  ]
  return `${lines.join('\n')}\n`
}

const headLines = (
  { file, loaded, read, tally }: Evaluated,
  width: number,
  palette: Palette,
): readonly string[] => {
  const { events, logged } = tally.total
  const servers = counted(read.servers.length, 'API server')
  const most = tally.untold.events > tally.untold.logged ? ' at least' : ''
  return [
    ...wrap(`${file}: ${policyWords(loaded.policy)}`, width).map(palette.strong),
    ...wrap(
      `asked of ${counted(events, 'event')} of ${servers}: ` +
        `it would log${most} ${count(logged)} of them`,
      width,
    ),
  ]
}

const ruleLines = (
  { loaded, tally }: Evaluated,
  width: number,
  palette: Palette,
): readonly string[] => {
  const { rules } = loaded.policy
  const met = [...rules.keys(), -1].filter((rule) => tally.of(rule).events > 0)
  const rows = met.slice(0, LIMIT.textRowsMax).map((rule): readonly Cell[] => {
    const said = rules[rule]
    const about = said === undefined ? 'what no rule matches' : sentenceOf(said)
    return [
      cell(ruleName(rule, rule < 0 ? undefined : loaded.placeOf(['rules', rule]).line)),
      cell(said?.level ?? 'None'),
      ...countCells(tally.of(rule)),
      cell(about, palette.faint),
    ]
  })
  const head = ['', 'level', 'events', 'logged', ''].map((word) => cell(word, palette.faint))
  const columns = [{}, {}, RIGHT, RIGHT, { flex: true }] as const
  const hidden = met.length - rows.length
  return [
    ...(rows.length === 0 ? [] : layOut(columns, [head, ...rows], width)),
    ...(hidden <= 0
      ? []
      : [palette.faint(`  … and ${counted(hidden, 'more rule')}: --format ndjson has them`)]),
  ]
}

const RIGHT = { align: 'right' } as const

const countCells = ({ events, logged }: RuleCount): readonly Cell[] => [
  cell(count(events)),
  cell(count(logged)),
]

const untoldLines = ({ tally }: Evaluated, width: number, palette: Palette): readonly string[] => {
  const { events, logged, lacking } = tally.untold
  if (events === 0) return []
  const certain =
    logged === 0 ? '' : ` It is certain that ${count(logged)} of them would be logged.`
  const text =
    `! ${counted(events, 'event')}: which rule decides cannot be told, because the record lacks ` +
    `${listed(partNames(lacking))}.${certain}`
  return ['', ...wrap(text, width - 2).map((line) => `  ${palette.warning(line)}`)]
}

/** Rules that decide none of the events. */
const idleLines = (
  { loaded, tally }: Evaluated,
  width: number,
  palette: Palette,
): readonly string[] => {
  const idle = [...loaded.policy.rules.keys()].filter((rule) => tally.of(rule).events === 0)
  if (idle.length === 0) return []
  const named = idle.slice(0, LIMIT.textRowsMax).map((rule) => String(rule + 1))
  const more = idle.length > named.length ? `, and ${count(idle.length - named.length)} more` : ''
  const rules = `${idle.length === 1 ? 'rule' : 'rules'} ${named.join(', ')}${more}`
  return [
    '',
    ...wrap(`no event is decided by ${rules}`, width - 2).map((line) => `  ${palette.faint(line)}`),
  ]
}
