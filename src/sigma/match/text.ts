import { unreachable } from '../../base/assert.ts'
import type { Pattern } from '../plan/pattern.ts'
import type { TextTest } from '../plan/plan.ts'
import { foldAscii } from './fold.ts'
import { matchPattern } from './wildcard.ts'

/** Answers one question about a text. */
export type TextMatcher = (text: string) => boolean

/**
 * A test of text as a function. Texts of a test that is not cased are already folded; the value is
 * folded here, at most once, and only where it can matter.
 */
export const textMatcher = (test: TextTest): TextMatcher =>
  test.cased || !hasLetters(test) ? exactMatcher(test) : foldedMatcher(test)

const LETTER = /[a-z]/

/** Without letters there is nothing to fold. */
const hasLetters = (test: TextTest): boolean => {
  if (test.kind === 'equals') return test.texts.some((text) => LETTER.test(text))
  if (test.kind !== 'like') return LETTER.test(test.text)
  return test.pattern.some((part) => typeof part === 'object' && LETTER.test(part.text))
}

const exactMatcher = (test: TextTest): TextMatcher => {
  switch (test.kind) {
    case 'equals':
      return exactEquals(test.texts)
    case 'contains':
      return (text) => text.includes(test.text)
    case 'startswith':
      return (text) => text.startsWith(test.text)
    case 'endswith':
      return (text) => text.endsWith(test.text)
    case 'like':
      return likeMatcher(test.pattern)
    default:
      return unreachable(test)
  }
}

/** Folded text never contains A to Z, so a value that matches as it is needs no folding. */
const foldedMatcher = (test: TextTest): TextMatcher => {
  switch (test.kind) {
    case 'equals':
      return foldedEquals(test.texts)
    case 'startswith': {
      const { text: needle } = test
      const { length } = needle
      return (text) =>
        text.startsWith(needle) || (text.length >= length && foldsTo(text.slice(0, length), needle))
    }
    case 'endswith': {
      const { text: needle } = test
      const { length } = needle
      return (text) =>
        text.endsWith(needle) || (text.length >= length && foldsTo(text.slice(-length), needle))
    }
    case 'contains':
    case 'like': {
      const exact = exactMatcher(test)
      return (text) => {
        if (exact(text)) return true
        const folded = foldAscii(text)
        return folded !== text && exact(folded)
      }
    }
    default:
      return unreachable(test)
  }
}

const CASE_BIT = 0x20

/** Whether text of the needle's length folds to it. The last character tells most texts apart. */
const foldsTo = (text: string, needle: string): boolean => {
  const last = needle.length - 1
  return (
    (text.charCodeAt(last) | CASE_BIT) === (needle.charCodeAt(last) | CASE_BIT) &&
    foldAscii(text) === needle
  )
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
    return (text) => set.has(text) || set.has(foldAscii(text))
  }
  const [needle] = texts
  const { length } = needle
  return (text) => text === needle || (text.length === length && foldsTo(text, needle))
}
