import { assert } from '../../base/assert.ts'
import type { Statement } from './clickhouse.ts'
import type { Query } from './clickhouse-correlation.ts'
import type { StatementParameter } from './clickhouse-leaf.ts'

/** How a statement is written to a file. */
export interface ScriptOptions {
  /** The table of events, such as `audit.events`. */
  readonly table: string
  /** Literals within the query, instead of parameters that are set before it. */
  readonly inline: boolean
}

/** Whether a text names a table, with or without its database, that needs no quotes. */
export const isTableName = (text: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/.test(text)

/**
 * A statement as a script that clickhouse-client runs. The rows it gives match (`truth` is 1) or
 * cannot be told (`truth` is NULL).
 */
export const toScript = (statement: Statement, { table, inline }: ScriptOptions): string => {
  assert(isTableName(table), `a table is named ${table}`)
  const { where, parameters } = statement
  const query = [
    `SELECT *, ${where} AS truth`,
    `FROM ${table}`,
    'WHERE ifNull(truth, 1) != 0',
    'ORDER BY received_at',
  ]
  return toQueryScript({ query: query.join('\n'), parameters }, inline)
}

/** A whole query as such a script. */
export const toQueryScript = ({ query, parameters }: Query, inline: boolean): string => {
  if (inline) return `${withLiterals(query, parameters)};\n`
  return `${[...Object.entries(parameters).map(setting), query].join('\n')};\n`
}

/** The expression with each parameter replaced by its literal. */
export const withLiterals = (where: string, parameters: Statement['parameters']): string =>
  where.replaceAll(PARAMETER, (_, name: string, type: string) => {
    const value = parameters[name]
    assert(value !== undefined, `the statement has no parameter ${name}`)
    return typedLiteral(type, value)
  })

/** A ClickHouse string literal, whatever the text holds. */
export const stringLiteral = (text: string): string => `'${text.replaceAll(/[\\'\0]/g, escaped)}'`

/** Names and types are ours; no text of a rule is in the expression itself. */
const PARAMETER = /\{([a-z][a-z0-9]*):([A-Za-z0-9()]+)\}/g

const escaped = (character: string): string => (character === '\0' ? '\\0' : `\\${character}`)

const typedLiteral = (type: string, value: StatementParameter): string => {
  const literal = literalOf(value)
  return type === 'String' || type === 'Array(String)' ? literal : `CAST(${literal}, '${type}')`
}

const literalOf = (value: StatementParameter): string =>
  typeof value === 'string' ? stringLiteral(value) : `[${value.map(stringLiteral).join(', ')}]`

/** A parameter's value is a text in which a string is escaped once more, a list as it is. */
const setting = ([name, value]: readonly [string, StatementParameter]): string => {
  const text =
    typeof value === 'string' ? value.replaceAll(/[\\\t\n\r\0\b\f]/g, tabEscaped) : literalOf(value)
  return `SET param_${name} = ${stringLiteral(text)};`
}

const TAB_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
}

const tabEscaped = (character: string): string => TAB_ESCAPES[character] ?? character
