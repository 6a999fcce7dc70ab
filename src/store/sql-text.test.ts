import { expect, test } from 'vitest'
import { quotedName, quotedText } from './sql-text.ts'

test('names and texts stay within their quotes', () => {
  expect(quotedName('a`\\b')).toBe('`a\\`\\\\b`')
  expect(quotedText("a'\\b")).toBe("'a\\'\\\\b'")
})
