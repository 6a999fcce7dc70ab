import { existsSync } from 'node:fs'
import { isCorrelation, type Testable } from '../../advise/rule-cases.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import type { Issue } from '../../base/issue.ts'
import { type CompiledRule, compileRules } from '../../detect/compile.ts'
import { auditSchema } from '../../detect/schema.ts'
import { emitWhere, witnessesOf } from '../../sigma/emit/clickhouse.ts'
import { isTableName, toScript, withLiterals } from '../../sigma/emit/script.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { toRuleRecord } from '../output/machine.ts'
import { labelOf } from '../output/words.ts'
import { findRule } from '../rule-book.ts'
import { otherRules, readLists, readRules } from '../rule-files.ts'
import type { Conversion, Conversions } from './rule-convert.ts'

/** Rules as scripts for ClickHouse, one for each rule. */
export const convertToClickHouse = async (given: Given): Promise<Conversions> => {
  const table = given.text('table') ?? 'events'
  if (!isTableName(table)) {
    throw wrong(`--table "${table}" is no name of a table`, 'write it as events or audit.events')
  }
  const { rules, issues } = await rulesOf(given)
  const inline = given.on('inline')
  const converted = rules.filter(isSingle).map((rule) => convertOne(rule, { table, inline }))
  return { converted, issues: [...issues, ...rules.flatMap(correlationIssues)], separator: '\n' }
}

interface Chosen {
  readonly rules: readonly Testable[]
  readonly issues: readonly Issue[]
}

/** Paths are read whole; any other name is that of one rule. */
async function rulesOf(given: Given): Promise<Chosen> {
  const lists = await readLists(given.texts('lists'))
  const paths = given.arguments.filter((name) => existsSync(name))
  const files = await readRules(paths)
  const book = compileRules([...files, ...(await otherRules(files))], lists)
  const own = new Set(files.map(({ file }) => file))
  const inFiles = [...book.rules, ...book.correlations].filter(({ sigma }) =>
    own.has(sigma.place.file ?? ''),
  )
  const names = given.arguments.filter((name) => !existsSync(name))
  const named = await Promise.all(
    names.map(async (name) => (await findRule(name, given.texts('rules'), lists)).rule),
  )
  const issues = book.issues.filter(({ at }) => own.has(at.file ?? ''))
  return { rules: [...named, ...inFiles], issues }
}

const isSingle = (rule: Testable): rule is CompiledRule => !isCorrelation(rule)

const correlationIssues = (rule: Testable): readonly Issue[] =>
  isCorrelation(rule)
    ? [
        {
          code: 'cli/not-in-sql',
          message: `${rule.ref.title} is a correlation`,
          at: rule.sigma.place,
        },
      ]
    : []

function convertOne(
  rule: CompiledRule,
  { table, inline }: { readonly table: string; readonly inline: boolean },
): Conversion {
  const { ref, plan } = rule
  const statement = emitWhere(plan, auditSchema)
  const open = [...new Set(witnessesOf(plan, auditSchema).map(({ field }) => field))].sort()
  const about = [
    `${labelOf(ref)} ${ref.title} (${ref.level})`,
    `rule ${ref.id}`,
    'truth is 1 for a match, NULL where it cannot be told',
    ...open.map((field) => `left open (NULL), because no column holds it: ${nameOf(field)}`),
  ]
  const comments = about.map((line) => `-- ${escapeTerminal(line)}\n`).join('')
  const where = inline ? withLiterals(statement.where, statement.parameters) : statement.where
  return {
    fileName: `${labelOf(ref).replaceAll(/[^A-Za-z0-9-]/g, '_')}-${ref.id.replaceAll(/[^A-Za-z0-9-]/g, '_')}.sql`,
    text: `${comments}${toScript(statement, { table, inline })}`,
    record: {
      ...toRuleRecord(ref),
      where,
      parameters: inline ? {} : statement.parameters,
      open,
    },
  }
}

const nameOf = (field: string): string => (field === '' ? 'all text (a keyword)' : field)
