import { unreachable } from '../../base/assert.ts'
import type { Pattern } from '../plan/pattern.ts'
import type { TextTest } from '../plan/plan.ts'
import { foldAscii } from './fold.ts'
import { matchPattern } from './wildcard.ts'

/** Answers one question about a text. */
export type TextMatcher = (text: string) => boolean

/**
 * A test of text as a function. Texts of a test that is not cased are already folded; the value is
 * folded here, once, and only when it does not match as it is.
 */
export const textMatcher = (test: TextTest): TextMatcher => {
  const exact = exactMatcher(test)
  if (test.cased) return exact
  if (test.kind === 'equals') return foldedEquals(test.texts)
  // Folded text never contains A to Z, so a value that matches as it is needs no folding.
  return (text) => exact(text) || (UPPER.test(text) && exact(foldAscii(text)))
}

const UPPER = /[A-Z]/

const exactMatcher = (test: TextTest): TextMatcher => {
  switch (test.kind) {
    case 'equals':
      return exactEquals(test.texts)
    case 'contains': {
      const { text: needle } = test
      return (text) => text.includes(needle)
    }
    case 'startswith': {
      const { text: needle } = test
      return (text) => text.startsWith(needle)
    }
    case 'endswith': {
      const { text: needle } = test
      return (text) => text.endsWith(needle)
    }
    case 'like':
      return likeMatcher(test.pattern)
    default:
      return unreachable(test)
  }
}

const likeMatcher = (pattern: Pattern): TextMatcher => {
  if (pattern.length === 1 && pattern[0] === 'any') return () => true
  return (text) => matchPattern(pattern, text)
}

const exactEquals = (texts: readonly [string, ...string[]]): TextMatcher => {
  if (texts.length > 1) {
    const set: ReadonlySet<string> = new Set(texts)
    return (text) => set.has(text)
  }
  const [needle] = texts
  return (text) => text === needle
}

const foldedEquals = (texts: readonly [string, ...string[]]): TextMatcher => {
  if (texts.length > 1) {
    const set: ReadonlySet<string> = new Set(texts)
    return (text) => set.has(text) || (UPPER.test(text) && set.has(foldAscii(text)))
  }
  const [needle] = texts
  const { length } = needle
  return (text) => text === needle || (text.length === length && foldAscii(text) === needle)
}
