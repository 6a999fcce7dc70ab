import { expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL } from '../base/truth.ts'
import { factsAccess } from './schema.ts'
import { testEvent, testFacts } from './testing.ts'

const textsOf = (requestObject: unknown): unknown =>
  factsAccess.texts()(testFacts(testEvent({ requestObject })))

test('keywords search every text of a body', () => {
  expect(textsOf({ a: [{ b: 'needle' }] })).toContain('needle')
})

test('LIMIT.jsonDepthMax: in a body that is too deep to look at, a keyword cannot be told', () => {
  let body: unknown = 'needle'
  for (let depth = 0; depth <= LIMIT.jsonDepthMax; depth += 1) body = { a: body }
  expect(textsOf(body)).toBe(CANNOT_TELL)
})

test('LIMIT.pathValuesMax: in a body of too many texts, a keyword cannot be told', () => {
  expect(textsOf(Array.from({ length: LIMIT.pathValuesMax + 1 }, () => 'x'))).toBe(CANNOT_TELL)
})
