import { existsSync } from 'node:fs'
import { isAboutSource, isCorrelation, type Testable } from '../../advise/rule-cases.ts'
import { openFields, openFieldsOf, sourcesOf } from '../../advise/sql-case.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import type { Issue } from '../../base/issue.ts'
import {
  type CompiledCorrelation,
  type CompiledRule,
  compileRules,
  type RuleSet,
} from '../../detect/compile.ts'
import { auditSchema } from '../../detect/schema.ts'
import { emitWhere } from '../../sigma/emit/clickhouse.ts'
import { emitCorrelation, type Query } from '../../sigma/emit/clickhouse-correlation.ts'
import { isTableName, toQueryScript, toScript, withLiterals } from '../../sigma/emit/script.ts'
import { EVENTS } from '../clickhouse.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { toRuleRecord } from '../output/machine.ts'
import { labelOf } from '../output/words.ts'
import { type FoundRule, findRule, judgesNoEvent } from '../rule-book.ts'
import { otherRules, readLists, readRules } from '../rule-files.ts'
import type { Conversion, Conversions } from './rule-convert.ts'

/** Rules as scripts for ClickHouse, one for each rule. */
export const convertToClickHouse = async (given: Given): Promise<Conversions> => {
  const table = given.text('table') ?? 'events'
  if (!isTableName(table)) {
    throw wrong(`--table "${table}" is no name of a table`, 'write it as events or audit.events')
  }
  const { rules, issues } = await rulesOf(given)
  const options: ConvertOptions = { table, inline: given.on('inline') }
  const converted = rules.map(({ rule, book }) => convertOne(rule, book, options))
  return { converted, issues, separator: '\n' }
}

interface ConvertOptions {
  readonly table: string
  readonly inline: boolean
}

interface Chosen {
  readonly rules: readonly FoundRule[]
  readonly issues: readonly Issue[]
}

/** Paths are read whole; any other name is that of one rule. */
async function rulesOf(given: Given): Promise<Chosen> {
  const lists = await readLists(given.texts('lists'))
  const files = await readRules(given.arguments.filter((name) => existsSync(name)))
  const book = {
    ...compileRules([...files, ...(await otherRules(files, given.texts('rules')))], lists),
    files,
  }
  const own = new Set(files.map(({ file }) => file))
  const inFiles = [...book.rules, ...book.correlations].filter(({ sigma }) =>
    own.has(sigma.place.file ?? ''),
  )
  const names = given.arguments.filter((name) => !existsSync(name))
  const named = await Promise.all(names.map((name) => findRule(name, given.texts('rules'), lists)))
  const issues = book.issues.filter(({ at }) => own.has(at.file ?? ''))
  return { rules: [...named, ...inFiles.map((rule) => ({ rule, book }))], issues }
}

function convertOne(rule: Testable, book: RuleSet, options: ConvertOptions): Conversion {
  if (isAboutSource(rule)) throw judgesNoEvent(rule)
  const { ref } = rule
  const { script, query, parameters, open } = isCorrelation(rule)
    ? correlationSql(rule, book, options)
    : ruleSql(rule, options)
  const about = [
    `${labelOf(ref)} ${ref.title} (${ref.level})`,
    `rule ${ref.id}`,
    'truth is 1 for a match, NULL where it cannot be told',
    ...open.map((field) => `left open (NULL), because no column holds it: ${nameOf(field)}`),
  ]
  const comments = about.map((line) => `-- ${escapeTerminal(line)}\n`).join('')
  return {
    fileName: `${[ref.detection ?? [], ref.id].flat().map(inFileName).join('-')}.sql`,
    text: `${comments}${script}`,
    record: { ...toRuleRecord(ref), query, parameters: options.inline ? {} : parameters, open },
  }
}

interface RuleSql extends Pick<Query, 'query' | 'parameters'> {
  readonly script: string
  readonly open: readonly string[]
}

/** `query` is the expression alone: it goes into any `WHERE`. */
function ruleSql({ plan }: CompiledRule, { table, inline }: ConvertOptions): RuleSql {
  const statement = emitWhere(plan, auditSchema)
  const { where, parameters } = statement
  return {
    script: toScript(statement, { table, inline }),
    query: inline ? withLiterals(where, parameters) : where,
    parameters,
    open: openFields(plan),
  }
}

function correlationSql(
  rule: CompiledCorrelation,
  book: RuleSet,
  { table, inline }: ConvertOptions,
): RuleSql {
  const events = { ...EVENTS, name: table }
  const made = emitCorrelation(rule.plan, sourcesOf(rule.plan, book), auditSchema, events)
  const { query, parameters } = made
  return {
    script: toQueryScript(made, inline),
    query: inline ? withLiterals(query, parameters) : query,
    parameters,
    open: openFieldsOf(rule, book),
  }
}

const inFileName = (text: string): string => text.replaceAll(/[^A-Za-z0-9-]/g, '_')

const nameOf = (field: string): string => (field === '' ? 'all text (a keyword)' : field)
