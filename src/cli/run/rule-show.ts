import { type DetectionNeed, levelFor, needsOf, requestsOf } from '../../advise/policy/needs.ts'
import { isAboutSource, isCorrelation, type Testable } from '../../advise/rule-cases.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { findField, stagesOf } from '../../model/fields.ts'
import { findSourceField } from '../../model/source-fields.ts'
import { correlationFields } from '../../sigma/plan/correlation-fields.ts'
import { leaves } from '../../sigma/plan/leaves.ts'
import type { Given } from '../command.ts'
import { correlationLines } from '../output/correlation-text.ts'
import { harmlessLines, mappingRows, nextLines } from '../output/guide-text.ts'
import { annotate, cell, layOut, wrap } from '../output/layout.ts'
import { jsonLine, toRuleGuideRecord } from '../output/machine.ts'
import { type Palette, paletteOf } from '../output/palette.ts'
import { leafText, planLines } from '../output/plan-text.ts'
import { labelOf, levelWord, listed } from '../output/words.ts'
import { type FoundRule, findRule } from '../rule-book.ts'
import { readLists } from '../rule-files.ts'
import { guideOf } from '../rule-guides.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch rule show`. */
export const runRuleShow = async (given: Given, shell: Shell): Promise<number> => {
  const lists = await readLists(given.texts('lists'))
  const found = await findRule(given.arguments[0] ?? '', given.texts('rules'), lists)
  const { rule, book } = found
  const source = book.files.find((file) => file.file === rule.sigma.place.file)?.text ?? ''
  if (given.text('format') === 'json') {
    await shell.output.write(`${jsonLine(ruleRecord(found, source))}\n`)
    return EXIT.nothing
  }
  const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
  const lines = ruleLines(found, source, columnsOf(shell.output, shell), palette)
  await shell.output.write(`${lines.join('\n')}\n`)
  return EXIT.nothing
}

interface FieldRow {
  readonly name: string
  readonly type: string
  readonly trust: string
  readonly level: string
  readonly stage: string
  readonly column: string | null
  readonly about: string
}

/** The fields that a rule reads, in the order of the rule. */
function fieldsOf(rule: Testable): readonly FieldRow[] {
  const names = new Set(
    isCorrelation(rule)
      ? correlationFields(rule.plan)
      : leaves(rule.plan).map(({ field }) => field),
  )
  return [...names].flatMap((name) => {
    if (isAboutSource(rule)) return sourceFieldOf(name)
    const field = findField(name)?.field
    if (field === undefined) return []
    return [
      {
        name,
        type: `${field.type}${field.list ? ' list' : ''}`,
        trust: field.trust,
        level: levelFor(name),
        stage: stagesOf(field)[0] ?? '',
        column: field.column ?? null,
        about: field.about,
      },
    ]
  })
}

/** What notes about a log say has no level, no stage and no column. */
function sourceFieldOf(name: string): readonly FieldRow[] {
  const field = findSourceField(name)
  if (field === undefined) return []
  const { type, trust, about } = field
  return [{ name, type, trust, level: '', stage: '', column: null, about }]
}

function ruleRecord({ rule, book }: FoundRule, source: string): Record<string, unknown> {
  const { sigma } = rule
  const need = needsOf(book).get(rule.ref.id)
  return {
    ...toRuleGuideRecord(rule.ref, guideOf(sigma)),
    file: sigma.place.file ?? null,
    status: sigma.status ?? null,
    description: sigma.description ?? null,
    falsepositives: sigma.falsepositives,
    references: sigma.references,
    tags: sigma.tags,
    level: rule.ref.level,
    needs: {
      level: need?.level ?? null,
      leastLevel: need?.leastLevel ?? null,
      stages: need?.stages ?? [],
      resources: need?.resources ?? [],
      requests: requestsOf(rule.ref.id, book),
    },
    fields: fieldsOf(rule),
    tests: isCorrelation(rule) ? [] : leaves(rule.plan).map(leafText),
    joins: isCorrelation(rule) ? correlationLines(rule, book) : [],
    source,
  }
}

function ruleLines(
  { rule, book }: FoundRule,
  source: string,
  width: number,
  palette: Palette,
): readonly string[] {
  const { ref, sigma } = rule
  const need = needsOf(book).get(ref.id)
  const guide = guideOf(sigma)
  const resources = listed(need?.resources ?? []) || 'any request'
  const paragraphs = (sigma.description ?? '').trim().split(/\n\s*\n/)
  const label = palette.strong(escapeTerminal(labelOf(ref)))
  const title = `${palette.level[ref.level](levelWord(ref.level))}  ${label}`
  return [
    `${title}  ${palette.strong(escapeTerminal(ref.title))}`,
    palette.faint(escapeTerminal([ref.id, sigma.place.file, sigma.status].join(' · '))),
    ...paragraphs.flatMap((text) => ['', ...wrap(text.replaceAll('\n', ' '), width)]),
    ...below(nextLines(guide, width, palette)),
    ...below(harmlessLines(guide, width, palette)),
    '',
    palette.strong('MAPS TO'),
    ...layOut(
      [{}, { flex: true }],
      mappingRows(ref).map(([name, text]) => [cell(name, palette.faint), cell(text)]),
      width,
    ),
    '',
    palette.strong('READS'),
    ...fieldTable(rule, width, palette),
    '',
    palette.strong('NEEDS'),
    ...wrap(needText(rule, need, resources), width - 2).map((line) => `  ${line}`),
    '',
    palette.strong('PLAN'),
    ...planOf({ rule, book }).map((line) => `  ${escapeTerminal(line)}`),
    '',
    palette.strong('SOURCE'),
    ...source
      .trimEnd()
      .split('\n')
      .map((line) => `  ${escapeTerminal(line)}`),
  ]
}

function needText(rule: Testable, need: DetectionNeed | undefined, resources: string): string {
  if (isAboutSource(rule) || need === undefined) {
    return 'deckwatch serve, which watches the log while it comes'
  }
  const { level, leastLevel, stages } = need
  const less = leastLevel === level ? '' : `; at ${leastLevel} it sees less`
  const early = stages.includes('RequestReceived') ? '' : `; stages ${listed(stages)}`
  return `level ${level} for ${resources}${less}${early}`
}

/** A section, set off from the one above; nothing without lines. */
const below = (lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', ...lines]

const planOf = ({ rule, book }: FoundRule): readonly string[] =>
  isCorrelation(rule) ? correlationLines(rule, book) : planLines(rule.plan)

function fieldTable(rule: Testable, width: number, palette: Palette): readonly string[] {
  const head = ['field', 'type', 'decided by', 'from level', 'from stage']
  const fields = fieldsOf(rule)
  const rows = fields.map((row) => [
    cell(row.name, palette.accent),
    cell(row.type),
    cell(row.trust, row.trust === 'anyone' ? palette.warning : undefined),
    cell(row.level),
    cell(row.stage),
  ])
  const columns = [{ flex: true }, {}, {}, {}, {}] as const
  const lines = layOut(columns, [head.map((word) => cell(word, palette.faint)), ...rows], width)
  const notes = ['', ...fields.map((row) => row.about)]
  return annotate(lines, notes, width, ABOUT_INDENT, palette.faint)
}

const ABOUT_INDENT = 6
