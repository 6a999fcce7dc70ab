import { expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { PART } from '../model/blindness.ts'
import type { RowTexts } from '../sigma/emit/predicate.ts'
import { auditSchema, factsAccess } from './schema.ts'
import { testEvent, testFacts } from './testing.ts'

const textsOf = (requestObject: unknown, unknown = 0): RowTexts =>
  factsAccess.texts()(testFacts(testEvent({ requestObject, unknown })))

test('keywords search every text of a body', () => {
  const { texts, hidden } = textsOf({ a: [{ b: 'needle' }] })
  expect(texts).toContain('needle')
  expect(hidden).toBe(false)
})

test('keywords search what is shown of an event that hides its body, and say that there is more', () => {
  const { texts, hidden } = textsOf(undefined, PART.requestObject)
  expect(texts).toContain('alice')
  expect(hidden).toBe(true)
})

test('LIMIT.jsonDepthMax: in a body that is too deep to look at, a keyword cannot be told', () => {
  let body: unknown = 'needle'
  for (let depth = 0; depth <= LIMIT.jsonDepthMax; depth += 1) body = { a: body }
  expect(textsOf(body).hidden).toBe(true)
})

test('LIMIT.pathValuesMax: in a body of too many texts, a keyword cannot be told', () => {
  const many = textsOf(Array.from({ length: LIMIT.pathValuesMax + 1 }, () => 'x'))
  expect(many.hidden).toBe(true)
})

test('a user by the name of the Elastic Common Schema is the user of the event', () => {
  expect(auditSchema.realName?.('user.name')).toBe('user.username')
})
