import { describe, expect, test } from 'vitest'
import { formatPlace } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { mergeLists, parseList } from './list.ts'

const listsOf = (text: string, file: string): unknown =>
  Object.fromEntries(parseList(text, file).lists)

describe('a list of lines', () => {
  test('has a value a line, and is called like its file', () => {
    const text = '\ufeff# who may\r\nalice\r\n\r\n  bob # not a comment  \n #another\n5\n'
    expect(listsOf(text, 'lists/team.admins.txt')).toEqual({
      'team.admins': ['alice', 'bob # not a comment', '5'],
    })
    expect(listsOf('', 'C:\\lists\\none.txt')).toEqual({ none: [] })
    expect(listsOf('a', 'plain')).toEqual({ plain: ['a'] })
  })

  test('LIMIT.yamlBytesMax', () => {
    const parsed = parseList('x'.repeat(LIMIT.yamlBytesMax + 1), 'a.txt')
    expect(parsed.issues.map(({ code }) => code)).toEqual(['sigma/yaml-limit'])
    expect(parsed.lists.size).toBe(0)
    expect(parseList('x'.repeat(LIMIT.yamlBytesMax), 'a.txt').issues).toEqual([])
  })
})

describe('lists in YAML', () => {
  test('are a map of names and values, in several documents', () => {
    const text = 'admins: [alice, 5, "007"]\none: bob\nnone: []\n---\n__proto__: [x]\n'
    const { lists, issues } = parseList(text, 'lists.yaml')
    expect(issues).toEqual([])
    expect([...lists]).toEqual([
      ['admins', ['alice', 5, '007']],
      ['one', ['bob']],
      ['none', []],
      ['__proto__', ['x']],
    ])
  })

  test('that cannot be used are named, and the others are used', () => {
    const text = 'good: [a]\nbad: [a, { b: c }]\nnull-too: [null]\n---\n[a]\n---\ngood: [b]\n'
    const { lists, issues } = parseList(text, 'lists.yml')
    expect([...lists]).toEqual([['good', ['a']]])
    expect(issues.map(({ code, at }) => `${code} ${formatPlace(at)}`)).toEqual([
      'sigma/bad-list lists.yml:2:10',
      'sigma/bad-list lists.yml:3:12',
      'sigma/bad-list lists.yml:5:1',
      'sigma/bad-list lists.yml:7:1',
    ])
  })
})

test('of two files the first list of a name is used', () => {
  const { lists, issues } = mergeLists(
    ['a/x.txt', 'b/x.txt'].map((file) => ({ file, parsed: parseList(file, file) })),
  )
  expect([...lists]).toEqual([['x', ['a/x.txt']]])
  expect(issues).toEqual([
    {
      code: 'sigma/bad-list',
      message: 'there is already a list x; this one is not used',
      at: { file: 'b/x.txt' },
    },
  ])
})
