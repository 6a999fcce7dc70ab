import { isInt64 } from './int64.ts'

/**
 * Whether a label selector as text can be read. Here only its being readable counts: an unreadable
 * one makes the API server ignore the field selector too.
 * Upstream: kubernetes/apimachinery pkg/labels/selector.go, Parse.
 */
export const labelSelectorIsValid = (text: string): boolean => {
  const end = text.indexOf('\0')
  const tokens = tokenize(end < 0 ? text : text.slice(0, end))
  if (tokens === undefined) return false
  let at = 0
  while (at < tokens.length) {
    const next = readRequirement(tokens, at)
    if (next === undefined) return false
    if (next === tokens.length) return true
    if (tokens[next] !== ',') return false
    at = next + 1
    if (at === tokens.length) return false
  }
  return true
}

const SYMBOL = /[=!<>(),]/
const OPERATORS = new Set(['=', '==', '!=', '>', '<', 'in', 'notin'])

const tokenize = (text: string): readonly string[] | undefined => {
  const tokens: string[] = []
  for (let i = 0; i < text.length; ) {
    const char = text.charAt(i)
    if (/[ \t\r\n]/.test(char)) i++
    else if (SYMBOL.test(char)) {
      const two = text.slice(i, i + 2)
      const token = two === '==' || two === '!=' ? two : char
      tokens.push(token)
      i += token.length
    } else {
      const start = i
      while (i < text.length && !/[ \t\r\n=!<>(),]/.test(text.charAt(i))) i++
      tokens.push(text.slice(start, i))
    }
  }
  return tokens
}

/** The place after the requirement that begins at `at`; undefined if there is none. */
const readRequirement = (tokens: readonly string[], at: number): number | undefined => {
  const negated = tokens[at] === '!'
  const key = tokens[negated ? at + 1 : at]
  if (key === undefined || !isKey(key)) return undefined
  const after = negated ? at + 2 : at + 1
  const operator = tokens[after]
  if (operator === undefined || operator === ',') return after
  if (negated || !OPERATORS.has(operator)) return undefined
  if (operator === 'in' || operator === 'notin') return readSet(tokens, after + 1)
  const value = tokens[after + 1]
  const whole = operator === '>' || operator === '<'
  if (value === undefined || value === ',') return whole ? undefined : after + 1
  return isValue(value) && (!whole || isInt64(value)) ? after + 2 : undefined
}

const readSet = (tokens: readonly string[], at: number): number | undefined => {
  if (tokens[at] !== '(') return undefined
  for (let i = at + 1; i < tokens.length; i++) {
    const token = tokens[i] ?? ''
    if (token === ')') return i + 1
    if (token !== ',' && (!isValue(token) || (tokens[i + 1] !== ',' && tokens[i + 1] !== ')'))) {
      return undefined
    }
  }
  return undefined
}

const NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

const isValue = (text: string): boolean => text.length <= 63 && NAME.test(text)

const isKey = (text: string): boolean => {
  const parts = text.split('/')
  const name = parts.pop() ?? ''
  if (parts.length > 1 || name.length > 63 || !NAME.test(name)) return false
  const prefix = parts[0]
  return prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix))
}
