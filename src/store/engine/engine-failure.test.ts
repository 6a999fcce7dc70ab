import { expect, test } from 'vitest'
import { failureOf } from './engine-failure.ts'

test('a package that is not there is told from one that does not work', async () => {
  const name = 'a-package-that-nobody-has'
  const missing = await import(name).catch((thrown: unknown) => thrown)
  expect(failureOf(missing)).toBe('not-installed')
  expect(failureOf(Object.assign(new Error('no binding'), { code: 'CHDB_PLATFORM' }))).toBe(
    'not-installed',
  )
  expect(failureOf(Object.assign(new Error('no'), { code: 'CHDB_CONNECTION' }))).toBe('broken')
  expect(failureOf('a text')).toBe('broken')
})
