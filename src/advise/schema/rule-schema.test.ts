import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readLintCases } from '../lint/testing/lint-cases.ts'
import { ruleSchema } from './rule-schema.ts'
import { validate } from './testing/validate.ts'

const schema = ruleSchema()
const folder = fileURLToPath(new URL('../../../content/rules/', import.meta.url))

const faultsOf = (text: string): readonly string[] =>
  parseAllDocuments(text).flatMap((document) => [
    ...validate(schema, document.toJS({ maxAliasCount: 100 })),
  ])

test('every rule and every file of cases that deckwatch brings along fits the schema', () => {
  const files = globSync('**/*.yaml', { cwd: folder })
  expect(files.length).toBeGreaterThan(60)
  const faults = files.flatMap((file) =>
    faultsOf(readFileSync(folder + file, 'utf8')).map((fault) => `${file}: ${fault}`),
  )
  expect(faults).toEqual([])
})

const rule = (detection: string): string =>
  `title: t\nlogsource: { product: kubernetes }\ndetection: ${detection}\n`

describe('what the editor marks', () => {
  it.each([
    ['an unknown field', rule('{ a: { request.resorce: pods }, condition: a }')],
    ['an unknown modifier', rule("{ a: { 'verb|begins': g }, condition: a }")],
    ['a value that the field never has', rule('{ a: { verb: replace }, condition: a }')],
    ['one of several values', rule('{ a: { verb: [get, fetch] }, condition: a }')],
    ['no boolean', rule("{ a: { 'pod.hostPID': perhaps }, condition: a }")],
    ['no number', rule("{ a: { 'responseStatus.code': ALLOW }, condition: a }")],
    ['no condition', rule('{ a: { verb: get } }')],
    ['an empty selection', rule('{ a: {}, condition: a }')],
    ['no title', 'logsource: {}\ndetection: { a: { verb: get }, condition: a }\n'],
    ['an unknown level', `${rule('{ a: { verb: get }, condition: a }')}level: worst\n`],
    [
      'a lint set aside without a reason',
      `${rule('{ a: { verb: get }, condition: a }')}lint: [{ ignore: no-outcome }]\n`,
    ],
    [
      'a correlation without a timespan',
      'title: t\ncorrelation: { type: event_count, rules: a }\n',
    ],
    [
      'a span in words',
      'title: t\ncorrelation: { type: event_count, rules: a, timespan: five minutes }\n',
    ],
    [
      'a filter for nothing',
      'title: t\nlogsource: {}\nfilter: { a: { verb: get }, condition: a }\n',
    ],
    ['a kind of case that there is not', 'cases: [{ title: t, kind: maybe }]\n'],
    ['a blind case without a reason', 'cases: [{ title: t, kind: blind }]\n'],
    ['an unknown key of a case', 'cases: [{ title: t, kind: match, sett: {} }]\n'],
  ])('%s', (_, text) => {
    expect(faultsOf(text)).not.toEqual([])
  })

  it.each([
    ['a wildcard', rule("{ a: { verb: '*collection' }, condition: a }")],
    ['a modifier', rule("{ a: { 'verb|startswith': g }, condition: a }")],
    ['a path', rule("{ a: { 'requestObject.spec.x|re|i': g }, condition: a }")],
    ['a keyword', rule("{ a: [curl, wget], b: { '|all': [x, y] }, condition: a or b }")],
    ['a key of your own', `${rule('{ a: { verb: get }, condition: a }')}team: red\n`],
  ])('but not %s', (_, text) => {
    expect(faultsOf(text)).toEqual([])
  })

  const good = readLintCases().filter((one) => /^id:/m.test(one.good))
  it.each(good.map((one) => [one.code, one] as const))('nor the good rules of %s', (_, one) => {
    expect(faultsOf(one.good)).toEqual([])
  })
})
