import { describe, expect, test } from 'vitest'
import { globBase, globMatches, isGlob } from './glob.ts'

describe('globMatches', () => {
  test.each([
    ['*.log', 'audit.log', true],
    ['*.log', 'a/audit.log', false],
    ['**/*.log', 'a/b/audit.log', true],
    ['**/*.log', 'audit.log', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**', 'a/b/c', true],
    ['a/**/b/**/c', 'a/x/b/y/b/z/c', true],
    ['a/**/b', 'a/x/c', false],
    ['audit-?.log', 'audit-1.log', true],
    ['audit-[0-9a-c].log', 'audit-b.log', true],
    ['audit-[!0-9].log', 'audit-1.log', false],
    ['{a,b}/*.{log,json}', 'b/x.json', true],
    ['{a,b}/*.{log,json}', 'c/x.json', false],
    ['a*b*c', 'aXbYbZc', true],
    ['./x', 'x', true],
    ['[', '[', true],
    ['**', '', true],
  ])('%s, %s: %s', (glob, path, matches) => {
    expect(globMatches(glob, path)).toBe(matches)
  })

  test('takes no exponential time', () => {
    expect(globMatches(`${'*a'.repeat(200)}b`, 'a'.repeat(5_000))).toBe(false)
    expect(globMatches(`${'**/a/'.repeat(50)}b`, 'a/'.repeat(2_000))).toBe(false)
    expect(globMatches('{a,b}'.repeat(40), 'x')).toBe(false)
  })
})

test('globBase is where a walk begins', () => {
  expect(globBase('a/b/*.log')).toBe('a/b')
  expect(globBase('*.log')).toBe('.')
  expect(globBase('/*.log')).toBe('/')
  expect(globBase('/var/log/**/x')).toBe('/var/log')
  expect(isGlob('a/b.log')).toBe(false)
})
