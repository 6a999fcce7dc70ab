import { EngineError } from './engine-error.ts'
import { type Token, tokensOf } from './tokens.ts'

/** A statement without its `FORMAT` clause, and what that said. */
export interface PlainStatement {
  readonly sql: string
  readonly format: string | undefined
}

/** An insert whose rows come separately: what stands before `FORMAT`, and the format. */
export interface InsertStatement {
  readonly head: string
  readonly format: string
}

/**
 * Lets one query pass that reads tables and nothing else, and throws at anything more. It stands
 * before `readonly = 1`, which in this engine leaves the host's files open: `INTO OUTFILE` and the
 * function `file`.
 */
export const gateQuery = (sql: string): PlainStatement => {
  const { tokens, ...statement } = statementOf(sql)
  const [first] = tokens
  if (first === undefined || !(isWord(first, 'SELECT', 'WITH') || isSign(first, '('))) {
    throw refused('only SELECT is allowed here')
  }
  tokens.forEach((token, at) => {
    const wrong = whatIsWrong(token, tokens[at - 1], tokens[at + 1], tokens[at + 2])
    if (wrong !== undefined) throw refused(wrong)
  })
  return statement
}

/** One statement of any kind, with its trailing `;` and `FORMAT` taken off. */
export const plainStatement = (sql: string): PlainStatement => {
  const { sql: own, format } = statementOf(sql)
  return { sql: own, format }
}

/** `INSERT INTO table (columns) FORMAT name`, or undefined when it is no such statement. */
export const insertStatement = (sql: string): InsertStatement | undefined => {
  const { sql: head, format, tokens } = statementOf(sql)
  const [insert, into, ...target] = tokens
  if (insert === undefined || !isWord(insert, 'INSERT') || into === undefined) return undefined
  if (!isWord(into, 'INTO') || format === undefined) return undefined
  const isTarget = target.every((token) => TARGET.has(token.value) || token.kind !== 'sign')
  const isPlain = !target.some((token) => isWord(token, 'SELECT', 'FROM', 'FUNCTION', 'VALUES'))
  return isTarget && isPlain ? { head, format } : undefined
}

interface Statement extends PlainStatement {
  readonly tokens: readonly Token[]
}

const statementOf = (sql: string): Statement => {
  const all = tokensOf(sql)
  if (all === undefined) throw syntax('it has a character or an end that SQL does not have')
  const own = all.slice(0, isSign(all.at(-1), ';') ? -1 : undefined)
  if (own.some((token) => isSign(token, ';'))) throw syntax('Multi-statements are not allowed')
  const [format, name] = own.slice(-2)
  const hasFormat = name?.kind === 'word' && format !== undefined && isWord(format, 'FORMAT')
  const tokens = hasFormat ? own.slice(0, -2) : own
  return {
    sql: sql.slice(0, tokens.at(-1)?.to ?? 0),
    format: hasFormat ? name.value : undefined,
    tokens,
  }
}

const TARGET: ReadonlySet<string> = new Set(['.', ',', '(', ')'])

const whatIsWrong = (
  token: Token,
  before: Token | undefined,
  next: Token | undefined,
  afterNext: Token | undefined,
): string | undefined => {
  // ClickHouse reads escapes in quoted names too: `\x66ile` is the function file.
  if (token.kind === 'name' && token.escaped) return 'a name with a backslash is not allowed here'
  if (isWord(token, 'INTO', 'OUTFILE', 'INFILE', 'PARALLEL')) return notAllowed(token)
  if (isWord(token, 'SETTINGS') && isNamed(next) && afterNext?.value === '=') {
    return notAllowed(token)
  }
  if (isWord(token, 'IDENTIFIER') && before?.value === ':') return notAllowed(token)
  if (!isNamed(token)) return undefined
  const name = token.value.toLowerCase()
  if (next?.value === '(' && (FUNCTIONS.has(name) || FAMILIES.test(name))) return notAllowed(token)
  if (next?.value !== '.' || !DATABASES.has(name)) return undefined
  const mayBeRead = name === 'system' && SYSTEM_TABLES.has(afterNext?.value ?? '')
  return mayBeRead ? undefined : notAllowed(token)
}

/** Those who see beyond the tables of our database, or run what is not a query. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `arrowstream cluster clusterallreplicas cosn dictionary eval executable file filecluster
  filesystem fuzzjson fuzzquery gcs generaterandom input jdbc loop merge mongodb mysql odbc oss
  postgresql redis sqlite timeseriesdata timeseriesmetrics timeseriessamples timeseriesselector
  timeseriestags url urlcluster viewexplain ytsaurus catboostevaluate getserversetting getmacro
  getserverport getsetting getsettingordefault getmergetreesetting serveruuid demangle sleep
  sleepeachrow currentprofiles defaultprofiles enabledprofiles`.split(/\s+/),
)

const FAMILIES =
  /^(?:ai[a-z]+|azure\w+|s3\w*|hdfs\w*|hudi\w*|iceberg\w*|paimon\w*|deltalake\w*|remote\w*|prometheus\w*|mergetree\w+|dict(?:get|has|isin)\w*|joinget\w*|filesystem\w*|addressto\w+)$/

const DATABASES: ReadonlySet<string> = new Set([
  'system',
  'default',
  'information_schema',
  '_temporary_and_external_tables',
])

/** What tells of our own tables and how the store is doing, and of no one's queries. */
const SYSTEM_TABLES: ReadonlySet<string> = new Set(
  `one numbers zeros databases tables columns parts parts_columns detached_parts disks merges
  mutations metrics events errors replicas`.split(/\s+/),
)

const isNamed = (token: Token | undefined): token is Token =>
  token?.kind === 'word' || token?.kind === 'name'

const isWord = (token: Token, ...words: readonly string[]): boolean =>
  token.kind === 'word' && words.includes(token.value.toUpperCase())

const isSign = (token: Token | undefined, sign: string): boolean =>
  token?.kind === 'sign' && token.value === sign

const notAllowed = ({ value }: Token): string => `${value} is not allowed here`

const refused = (why: string): EngineError =>
  new EngineError(497, 'ACCESS_DENIED', `Not enough privileges: ${why}.`)

const syntax = (why: string): EngineError =>
  new EngineError(62, 'SYNTAX_ERROR', `Syntax error: ${why}.`)
