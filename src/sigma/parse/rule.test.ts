import { describe, expect, test } from 'vitest'
import { formatPlace } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { sigmaIssues } from '../issues.ts'
import { parseRules } from './rule.ts'

const rule = (detection: string, more = ''): string =>
  `title: t\nid: i\nlogsource: {}\n${more}detection:\n${detection}`

const codesOf = (text: string): readonly string[] =>
  parseRules(text, 'r.yaml').issues.map(({ code }) => code)

const MINIMAL = rule('  s: { verb: get }\n  condition: s\n')

describe('a rule', () => {
  test('keeps all that is written', () => {
    const text = `
title: Exec into a pod
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
description: |
  Somebody runs a command.
status: test
author: A, B
date: 2026-01-31
references: [https://kubernetes.io/docs/]
tags: [attack.t1609, detection.b01]
falsepositives: [Debugging]
level: high
summary: '{actor.name} ran a command'
version: 1.10
odd: { __proto__: { polluted: true }, list: [1, null, yes] }
logsource: { product: kubernetes, service: audit, category: application }
detection: { s: { verb: get }, condition: s }
`
    const { rules, issues } = parseRules(text, 'exec.yaml')
    expect(issues).toEqual([])
    expect(rules).toHaveLength(1)
    const [read] = rules
    expect(read).toMatchObject({
      title: 'Exec into a pod',
      id: '929a690e-bef0-4204-a928-ef5e620d6fcc',
      description: 'Somebody runs a command.\n',
      status: 'test',
      author: 'A, B',
      date: '2026-01-31',
      references: ['https://kubernetes.io/docs/'],
      tags: ['attack.t1609', 'detection.b01'],
      falsepositives: ['Debugging'],
      level: 'high',
      logsource: { product: 'kubernetes', service: 'audit', category: 'application' },
      place: { file: 'exec.yaml', line: 2, column: 1 },
    })
    expect(Object.keys(read?.custom ?? {})).toEqual(['summary', 'version', 'odd'])
    expect(read?.custom.summary).toBe('{actor.name} ran a command')
    expect(JSON.stringify(read?.custom.odd)).toBe(
      '{"__proto__":{"polluted":true},"list":[1,null,"yes"]}',
    )
    expect('polluted' in {}).toBe(false)
  })

  test('is medium, and known by its name, where it does not say', () => {
    const text = 'title: t\nname: n\nlogsource: {}\ndetection: { s: { a: b }, condition: s }'
    const { rules, issues } = parseRules(text, 'r.yaml')
    expect(rules[0]).toMatchObject({ level: 'medium', id: 'n', title: 't' })
    expect(issues.map(({ code }) => code)).toEqual(['sigma/odd-attribute'])
  })

  test('is read by places that a person can go to', () => {
    const text = rule('  s:\n    verb: get\n    verb: list\n  condition: s\n')
    expect(
      parseRules(`${MINIMAL}---\n${text}`, 'r.yaml').issues.map(({ at }) => formatPlace(at)),
    ).toEqual(['r.yaml:14:5'])
  })

  test('may be one of several, of which only the good are used', () => {
    const text = [MINIMAL, 'title: [', MINIMAL, '', '5', MINIMAL].join('\n---\n')
    const { rules } = parseRules(text, 'r.yaml')
    expect(rules).toHaveLength(3)
  })

  test('may begin with a byte order mark, have CRLF, and say which YAML it is not', () => {
    expect(codesOf(`\ufeff${MINIMAL.replaceAll('\n', '\r\n')}`)).toEqual([])
    const old = `%YAML 1.1\n---\n${rule('  s: { answer: yes }\n  condition: s\n')}`
    const { rules } = parseRules(old, 'r.yaml')
    const search = rules[0]?.detection.selections.get('s')?.search
    expect(search).toMatchObject({ of: [{ values: [{ value: 'yes' }] }] })
  })
})

describe('limits', () => {
  test('LIMIT.yamlBytesMax', () => {
    const comment = `#${' '.repeat(LIMIT.yamlBytesMax - MINIMAL.length - 2)}\n`
    expect(codesOf(MINIMAL + comment)).toEqual([])
    expect(codesOf(`${MINIMAL}${comment} `)).toEqual(['sigma/yaml-limit'])
    expect(codesOf(`${MINIMAL}${comment.slice(1)}é`)).toEqual(['sigma/yaml-limit'])
  })

  test('LIMIT.yamlDepthMax, and nesting that would exhaust the stack', () => {
    const nested = (depth: number): string =>
      `${MINIMAL}custom: ${'['.repeat(depth)}${']'.repeat(depth)}\n`
    expect(codesOf(nested(LIMIT.yamlDepthMax))).toEqual([])
    expect(codesOf(nested(LIMIT.yamlDepthMax + 1))).toEqual(['sigma/yaml-limit'])
    expect(codesOf(nested(100_000))).toEqual(['sigma/yaml-limit'])
  })

  test('LIMIT.yamlAliasesMax, and aliases of aliases', () => {
    const aliases = (count: number): string =>
      `${MINIMAL}a: &a [x]\nb: [${Array.from({ length: count }, () => '*a').join(', ')}]\n`
    expect(codesOf(aliases(LIMIT.yamlAliasesMax))).toEqual([])
    expect(codesOf(aliases(LIMIT.yamlAliasesMax + 1))).toEqual(['sigma/yaml-limit'])
    const bomb = Array.from({ length: 30 }, (_, at) => `k${at + 1}: &b${at + 1} [*b${at}, *b${at}]`)
    expect(codesOf(`${MINIMAL}k0: &b0 [x]\n${bomb.join('\n')}\n`)).toEqual(['sigma/yaml-limit'])
    expect(codesOf(`${MINIMAL}loop: &l [*l]\n`)).toEqual(['sigma/yaml-limit'])
  })

  test('LIMIT.yamlDocumentsMax', () => {
    const documents = (count: number): string => '---\n# nothing\n'.repeat(count)
    expect(codesOf(`${documents(LIMIT.yamlDocumentsMax - 1)}---\n${MINIMAL}`)).toEqual([])
    expect(codesOf(`${documents(LIMIT.yamlDocumentsMax)}---\n${MINIMAL}`)).toEqual([
      'sigma/yaml-limit',
    ])
  })

  test('LIMIT.conditionNamesMax, and conditions that name more than could be asked', () => {
    const selections = (count: number): string =>
      Array.from({ length: count }, (_, at) => `  s${at}: { verb: get }\n`).join('')
    const asked = (words: string, count: number): readonly string[] =>
      codesOf(rule(`${selections(count)}  condition: ${words}\n`))
    const patterns = (count: number): string =>
      Array.from({ length: count }, (_, at) => `1 of s${at}`).join(' or ')
    const names = 1_000
    expect(asked(patterns(LIMIT.conditionNamesMax / names), names)).toEqual([])
    const more = patterns(names).replace('1 of s0', '1 of s0 or 1 of s0')
    expect(asked(more, names)).toEqual(['sigma/bad-condition'])
    expect(asked(Array.from({ length: 21 }, () => '1 of s*').join(' or '), names)).toEqual([
      'sigma/bad-condition',
    ])
    expect(asked(Array.from({ length: 100_000 }, () => 's0').join(' or '), names)).toContain(
      'sigma/bad-condition',
    )
  })

  test('LIMIT.conditionDepthMax', () => {
    const nested = (depth: number): string =>
      rule(`  s: { verb: get }\n  condition: ${'('.repeat(depth)}s${')'.repeat(depth)}\n`)
    expect(codesOf(nested(LIMIT.conditionDepthMax))).toEqual([])
    expect(codesOf(nested(LIMIT.conditionDepthMax + 1))).toEqual(['sigma/bad-condition'])
    const negated = `  s: { verb: get }\n  condition: ${'not '.repeat(100_000)}s\n`
    expect(codesOf(rule(negated))).toEqual(['sigma/bad-condition'])
  })

  test('many keys are read in time that does not grow with their square', () => {
    const keys = Array.from({ length: 50_000 }, (_, at) => `k${at}: 1`).join('\n')
    const start = performance.now()
    expect(codesOf(`${MINIMAL}${keys}\n`)).toEqual([])
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('YAML that is a weapon (A5)', () => {
  const laughs = (levels: number): string => {
    const level = (at: number): string =>
      `l${at}: &l${at} [${Array.from({ length: 9 }, () => `*l${at - 1}`).join(', ')}]\n`
    return `l0: &l0 [lol]\n${Array.from({ length: levels }, (_, at) => level(at + 1)).join('')}`
  }

  test.each([
    ['a billion laughs', laughs(10), 'sigma/yaml-limit'],
    ['an anchor within itself', 'a: &a { b: *a }', 'sigma/yaml-limit'],
    ['many aliases', `a: &a 1\n${'- *a\n'.repeat(3)}b: [${'*a,'.repeat(5_000)}]`, undefined],
    ['a function', 'a: !!js/function "function () {}"', 'sigma/yaml'],
    ['a regular expression', 'a: !!js/regexp /a/', 'sigma/yaml'],
    ['a Python object', 'a: !!python/object/apply:os.system [ls]', 'sigma/yaml'],
    ['binary', 'a: !!binary aGVsbG8=', 'sigma/yaml'],
    ['a tag of its own', '!mine\na: b', 'sigma/yaml'],
    ['a duplicate key, quoted', 'a: 1\n"a": 2', 'sigma/duplicate-key'],
    ['a duplicate key, deep', 'x: { y: { a: 1, b: 2, a: 3 } }', 'sigma/duplicate-key'],
    ['many duplicate keys', 'a: 1\n'.repeat(10_000), 'sigma/duplicate-key'],
    ['10 MB', `a: ${'x'.repeat(10_000_000)}`, 'sigma/yaml-limit'],
    ['brackets', '['.repeat(200_000), 'sigma/yaml-limit'],
    ['braces', '{a: '.repeat(200_000), 'sigma/yaml-limit'],
    ['lists in lists', '- '.repeat(200_000), 'sigma/yaml-limit'],
    ['keys of keys', '? '.repeat(200_000), 'sigma/yaml-limit'],
    [
      'ever deeper',
      Array.from({ length: 1_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
      'sigma/yaml-limit',
    ],
  ])('%s', (_, text, code) => {
    const codes = new Set(codesOf(text))
    if (code === undefined) expect(codes.size).toBeGreaterThan(0)
    else expect(codes).toContain(code)
  })

  test('a merge key is refused: YAML 1.2 has none', () => {
    const text = `base: &base { verb: get }\n${rule('  s: { <<: *base, a: b }\n  condition: s\n')}`
    const { rules, issues } = parseRules(text, 'r.yaml')
    expect(rules).toEqual([])
    expect(issues[0]?.message).toContain('no merge keys')
  })

  test('keys with a meaning in JavaScript are keys', () => {
    const text = rule('  __proto__: { constructor: get }\n  condition: __proto__\n')
    const { rules, issues } = parseRules(text, 'r.yaml')
    expect(issues).toEqual([])
    expect([...(rules[0]?.detection.selections.keys() ?? [])]).toEqual(['__proto__'])
  })
})

test('every issue code is in the table, with what it means and what to do', () => {
  for (const [code, kind] of Object.entries(sigmaIssues)) {
    expect(code).toMatch(/^sigma\/[a-z-]+$/)
    expect(kind.about.length).toBeGreaterThan(20)
    expect(kind.remedy.length).toBeGreaterThan(20)
  }
})
