import { foldAscii } from '../match/fold.ts'
import { literalOf, type Pattern } from './pattern.ts'
import type { TextTest } from './plan.ts'

/** The simplest test that says what a pattern says. Text is folded unless it is cased. */
export const toTextTest = (pattern: Pattern, cased: boolean): TextTest => {
  const parts = pattern
    .filter((part, index) => part !== 'any' || pattern[index - 1] !== 'any')
    .map((part) => (cased || typeof part !== 'object' ? part : { text: foldAscii(part.text) }))
  const literal = literalOf(parts)
  if (literal !== undefined) return { kind: 'equals', texts: [literal], cased }
  const [first, second, third] = parts
  if (parts.length === 2 && isText(first) && second === 'any') {
    return { kind: 'startswith', text: first.text, cased }
  }
  if (parts.length === 2 && first === 'any' && isText(second)) {
    return { kind: 'endswith', text: second.text, cased }
  }
  if (parts.length === 3 && first === 'any' && isText(second) && third === 'any') {
    return { kind: 'contains', text: second.text, cased }
  }
  return { kind: 'like', pattern: parts, cased }
}

const isText = (part: Pattern[number] | undefined): part is { readonly text: string } =>
  typeof part === 'object'
