import { expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { NO, UNKNOWN, YES } from '../base/truth.ts'
import { compileRules } from './compile.ts'
import type { RequestKey } from './schema.ts'
import { ScopedRule } from './scoped-rule.ts'
import { testEvent, testFacts } from './testing.ts'

const scoped = (detection: object): ScopedRule => {
  const text = JSON.stringify({
    title: 'rule',
    id: '11111111-1111-4111-8111-111111111111',
    logsource: { product: 'kubernetes', service: 'audit' },
    level: 'low',
    detection,
  })
  const [rule] = compileRules([{ file: 'rule.yaml', text }]).rules
  if (rule === undefined) throw new Error('the rule of this test is refused')
  return new ScopedRule(rule.plan)
}

const key = (verb: string, resource: string): RequestKey => ({
  verb,
  isResource: true,
  resource,
  subresource: undefined,
  apiGroup: undefined,
})

test('what the kind of request answers is not asked again; what it cannot answer is', () => {
  const rule = scoped({ s: { verb: 'get', 'user.username': 'alice' }, condition: 's' })
  const alice = testFacts(testEvent())
  // The predicate is that for `get`: it looks at the user alone, whatever this event's verb.
  expect(rule.forKey(key('get', 'pods'))?.test(testFacts(testEvent({ verb: 'list' })))).toBe(YES)
  expect(rule.forKey(key('get', 'pods'))?.test(alice)).toBe(YES)
  expect(rule.forKey(key('list', 'pods'))).toBeUndefined()
})

test('a rule that its kind of request answers in full is yes for all of them', () => {
  const rule = scoped({ s: { verb: 'get' }, condition: 's' })
  expect(rule.forKey(key('get', 'pods'))?.test(testFacts(testEvent()))).toBe(YES)
})

test('unknown stays unknown', () => {
  const rule = scoped({ s: { verb: 'get' }, t: { 'requestObject.a': 1 }, condition: 's and not t' })
  expect(rule.forKey(key('get', 'pods'))?.test(testFacts(testEvent()))).toBe(UNKNOWN)
})

test('LIMIT.ruleAnswersMax: beyond it predicates are made anew, and mean the same', () => {
  const names = Array.from({ length: 12 }, (_, n) => `s${n}`)
  const selections = names.map((name, n) => [name, { 'objectRef.resource|contains': `<${n}>` }])
  const detection = {
    ...Object.fromEntries(selections),
    user: { 'user.username': 'alice' },
    condition: '1 of s* and user',
  }
  const rule = scoped(detection)
  const facts = testFacts(testEvent())
  for (let kind = 0; kind < LIMIT.ruleAnswersMax * 2; kind += 1) {
    const parts = names.map((_, bit) => ((kind >> bit) & 1 ? `<${bit}>` : ''))
    const verdict = rule.forKey(key('get', parts.join('')))?.test(facts) ?? NO
    expect(verdict).toBe(kind === 0 ? NO : YES)
  }
})
