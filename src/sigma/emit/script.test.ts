import { Session } from 'chdb'
import { afterAll, describe, expect, it } from 'vitest'
import { isTableName, stringLiteral, toScript, withLiterals } from './script.ts'

const session = new Session()
afterAll(() => session.close())

const HOSTILE = [
  "a'b",
  "'; DROP TABLE events; --",
  '\\',
  "\\'",
  '\\\\n',
  'a\tb\nc\rd\be\ff\0g\u0001',
  '{p0:String}',
  '$1 $& é 漢 \u{1f600}',
  '',
]

const answer = (query: string): unknown =>
  JSON.parse(session.query(query, 'JSONCompactEachRow').trim())

describe('a script', () => {
  it('is the expression over the table, with the rows that cannot be told', () => {
    const statement = { where: '(`verb` = {p0:String})', parameters: { p0: 'get' } }
    expect(toScript(statement, { table: 'audit.events', inline: true })).toBe(
      "SELECT *, (`verb` = 'get') AS truth\nFROM audit.events\n" +
        'WHERE ifNull(truth, 1) != 0\nORDER BY received_at;\n',
    )
    expect(toScript(statement, { table: 'events', inline: false })).toContain(
      "SET param_p0 = 'get';\nSELECT *, (`verb` = {p0:String}) AS truth\n",
    )
  })

  it('runs as it is: it gives what matches and what cannot be told', () => {
    session.query('CREATE TABLE events (received_at String, verb Nullable(String)) ENGINE = Memory')
    session.query("INSERT INTO events VALUES ('1', 'get'), ('2', 'list'), ('3', NULL)")
    const statement = { where: '(`verb` = {p0:String})', parameters: { p0: 'get' } }
    for (const inline of [true, false]) {
      const queries = toScript(statement, { table: 'events', inline }).split(/;\n/)
      const rows = queries.filter(Boolean).map((query) => session.query(query, 'CSV'))
      expect(rows.at(-1)).toBe('"1","get",1\n"3",\\N,\\N\n')
    }
  })

  it.each(HOSTILE)('gives every text back as it is: %j', (text) => {
    expect(answer(`SELECT ${stringLiteral(text)}`)).toEqual([text])
    expect(answer(`SELECT ${withLiterals('{p0:Array(String)}', { p0: [text, 'b'] })}`)).toEqual([
      [text, 'b'],
    ])
    const statement = {
      where: '({p0:String}, {p1:Array(String)})',
      parameters: { p0: text, p1: [text] },
    }
    const settings = toScript(statement, { table: 'events', inline: false }).split('\nSELECT')[0]
    for (const setting of (settings ?? '').split(/;(?:\n|$)(?=SET|$)/).filter(Boolean)) {
      session.query(setting)
    }
    expect(answer('SELECT {p0:String}, {p1:Array(String)}')).toEqual([text, [text]])
  })

  it('says the type of what is no text', () => {
    expect(withLiterals('{p0:Float64}', { p0: '1e5' })).toBe("CAST('1e5', 'Float64')")
  })

  it('takes no table name that is more than a name', () => {
    expect(['events', 'audit.events', '_a1'].every(isTableName)).toBe(true)
    expect(['', 'a b', 'a;', 'a.b.c', '1a', '`a`'].some(isTableName)).toBe(false)
  })
})
