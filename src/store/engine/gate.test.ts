import { describe, expect, test } from 'vitest'
import { gateQuery, insertStatement, plainStatement } from './gate.ts'

const PASSES: readonly string[] = [
  'SELECT 1',
  'select 1;',
  '  -- a remark\nSELECT /* INTO OUTFILE */ 1',
  'WITH a AS (SELECT 1) SELECT * FROM a',
  '(SELECT 1) UNION ALL (SELECT 2)',
  "SELECT 'a; INTO OUTFILE ''x'' SETTINGS readonly = 0' AS text",
  'SELECT "into", `file` FROM events',
  'SELECT count() FROM events WHERE settings = 1',
  'SELECT * FROM settings WHERE cluster = {p0:String}',
  'SELECT * FROM system.tables',
  'SELECT * FROM `system`.parts',
  'SELECT number FROM numbers(10)',
  'SELECT t.file FROM events AS t',
  "SELECT has(['file', 'url'], 'file')",
  'SELECT a ? b : c, x -> x + 1, 1e9, 0x1F, a::String FROM t',
]

const REFUSED: readonly string[] = [
  '',
  ';',
  'DROP TABLE events',
  'INSERT INTO events VALUES (1)',
  'SET max_threads = 1',
  'SYSTEM SHUTDOWN',
  'EXPLAIN SELECT 1',
  'SELECT 1; SELECT 2',
  'SELECT 1;; ',
  'SELECT 1 -- a\n; DROP TABLE events',
  "SELECT 1 INTO OUTFILE '/tmp/x'",
  "SELECT 1 into/**/outfile '/tmp/x' TRUNCATE",
  "(SELECT 1) INTO OUTFILE '/tmp/x'",
  "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT TSV",
  'SELECT 1 SETTINGS readonly = 0',
  'SELECT 1 FROM (SELECT 1 SETTINGS `max_threads` = 1)',
  'SELECT 1 settings/**/readonly=0',
  "SELECT file('/etc/passwd')",
  "SELECT FILE ('/etc/passwd')",
  "SELECT `file`('/etc/passwd')",
  'SELECT "file"(\'/etc/passwd\')',
  "SELECT `\\x66ile`('/etc/passwd')",
  "SELECT file/**/('/etc/passwd')",
  "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  "SELECT * FROM url('http://169.254.169.254/', 'LineAsString')",
  "SELECT * FROM urlCluster('a', 'http://b')",
  "SELECT * FROM remote('10.0.0.1', 'a.b')",
  "SELECT * FROM remoteSecure('10.0.0.1', 'a.b')",
  "SELECT * FROM s3('https://a/b')",
  "SELECT * FROM executable('sh', 'TSV', 'a String')",
  "SELECT * FROM mysql('a', 'b', 'c', 'd', 'e')",
  "SELECT * FROM icebergLocal('/etc')",
  "SELECT * FROM deltaLakeLocal('/etc')",
  "SELECT * FROM sqlite('/a', 'b')",
  "SELECT * FROM merge('system', '.*')",
  'SELECT * FROM loop(events)',
  'SELECT * FROM cluster(a, system.one)',
  "SELECT * FROM dictionary('a')",
  "SELECT dictGet('a', 'b', 1)",
  "SELECT joinGet('a', 'b', 1)",
  "SELECT catboostEvaluate('/a.bin', 1)",
  "SELECT aiGenerate('a', 'b')",
  "SELECT getServerSetting('users_config')",
  'SELECT filesystemAvailable()',
  'SELECT addressToSymbol(1)',
  'SELECT sleep(3)',
  'SELECT * FROM system.processes',
  'SELECT * FROM system . users',
  'SELECT * FROM `system`.`settings`',
  'SELECT * FROM events, system.named_collections',
  'SELECT * FROM default.`/etc/passwd`',
  'SELECT * FROM INFORMATION_SCHEMA.TABLES',
  'SELECT * FROM {table:Identifier}',
  'SELECT * FROM {database : identifier}.processes',
  'SELECT 1 PARALLEL WITH DROP TABLE events',
  "SELECT 'no end",
  'SELECT /* no end',
  'SELECT `no end',
  "SELECT 1 /* /* */ ' */ INTO OUTFILE '/tmp/x' -- '",
  "SELECT 1 // '\n INTO OUTFILE '/tmp/x' -- '",
  'SELECT \u2018a\u2019',
  'SELECT $tag$ a $tag$',
  'SELECT 1 # INTO',
  'SELECT \\1',
  'SELECT 1\0',
]

describe('queries', () => {
  test.each(PASSES)('pass: %s', (sql) => {
    expect(() => gateQuery(sql)).not.toThrow()
  })

  test.each(REFUSED)('are refused: %s', (sql) => {
    expect(() => gateQuery(sql)).toThrow(/^(?:Not enough privileges|Syntax error)/)
  })

  test('give up their FORMAT', () => {
    expect(gateQuery('SELECT 1\nFORMAT JSONEachRow ;')).toEqual({
      sql: 'SELECT 1',
      format: 'JSONEachRow',
    })
    expect(gateQuery("SELECT format('{}', 1)").format).toBeUndefined()
    expect(gateQuery("SELECT ';'").sql).toBe("SELECT ';'")
  })
})

describe('inserts', () => {
  test('whose rows come separately are told from others', () => {
    expect(insertStatement('INSERT INTO `d`.`t` (`a`, b) FORMAT Native')).toEqual({
      head: 'INSERT INTO `d`.`t` (`a`, b)',
      format: 'Native',
    })
    expect(insertStatement('INSERT INTO t FORMAT JSONEachRow')?.format).toBe('JSONEachRow')
  })

  test.each([
    'INSERT INTO t SELECT 1',
    "INSERT INTO FUNCTION file('a') FORMAT Native",
    "INSERT INTO t FROM INFILE 'a' FORMAT Native",
    'INSERT INTO t VALUES (1)',
    'INSERT INTO t (a)',
    'SELECT 1 FORMAT Native',
    '',
  ])('are no inserts: %s', (sql) => {
    expect(insertStatement(sql)).toBeUndefined()
  })

  test('a statement of any kind is one', () => {
    expect(plainStatement('DROP TABLE t ;').sql).toBe('DROP TABLE t')
    expect(() => plainStatement('DROP TABLE t; DROP TABLE u')).toThrow('Multi-statements')
  })
})
