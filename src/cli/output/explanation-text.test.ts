import { expect, test } from 'vitest'
import type { TestLine } from '../explanation.ts'
import { explanationLines } from './explanation-text.ts'
import { paletteOf } from './palette.ts'

const line = (needed: string, verdict: TestLine['verdict'], idle: boolean): TestLine => ({
  ...{ selection: 'sel', field: 'verb', test: 'startswith', needed, verdict },
  ...{ seen: 'get', state: 'present', negated: false },
  ...(idle ? { idle: true } : {}),
})

const marksOf = (tests: readonly TestLine[]): readonly string[] =>
  explanationLines({ verdict: 'match', tests, reasons: [] }, 100, paletteOf(false))
    .slice(1, tests.length + 1)
    .map((text) => text.slice(0, 4).trim())

test('a value that another one makes idle has no mark', () => {
  const tests = [line('a', 'no match', true), line('ge', 'match', false)]
  expect(marksOf(tests)).toEqual(['', '✓'])
  expect(marksOf([line('a', 'no match', false), line('b', 'no match', true)])).toEqual(['✗', ''])
})

test('what is needed is shown whole', () => {
  const needed = ['create', 'update', 'patch', 'delete', 'deletecollection'].join(' or ')
  const tests = [line(needed, 'no match', false)]
  const lines = explanationLines({ verdict: 'no match', tests, reasons: [] }, 60, paletteOf(false))
  expect(lines.join('\n')).not.toContain('…')
  for (const word of needed.split(' or ')) expect(lines.join('\n')).toContain(word)
})
