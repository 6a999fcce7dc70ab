import { LIMIT } from '../../base/limit.ts'
import type { SearchValue } from '../parse/detection.ts'
import type { ListValue } from '../parse/list.ts'
import { suggest } from '../suggest.ts'
import { type Planning, refuse, warn } from './planning.ts'

/**
 * The values that a value with placeholders stands for: any of them is enough. The values of a list
 * count as if the rule had written them. Undefined, with an issue, when a placeholder has no list.
 */
export const expandValue = (
  planning: Planning,
  value: SearchValue,
): readonly SearchValue[] | undefined => {
  if (typeof value.value !== 'string') return [value]
  const parts = splitPlaceholders(value.value)
  const [first] = parts
  const alone = parts.length === 1 && typeof first === 'object'
  let texts: readonly ListValue[] = ['']
  for (const part of parts) {
    const values = typeof part === 'string' ? [part] : valuesOf(planning, part.name, value)
    if (values === undefined) return undefined
    if (texts.length * values.length > LIMIT.valueFormsMax) {
      const message = `the placeholders stand for more than ${LIMIT.valueFormsMax} values`
      return refuse(planning, 'sigma/bad-value', message, value.place)
    }
    texts = alone ? values : texts.flatMap((before) => values.map((after) => `${before}${after}`))
  }
  return texts.map((text) => ({ value: text, source: String(text), place: value.place }))
}

/** Text, and placeholders by their names. */
type Part = string | { readonly name: string }

/** `\%` is a percent sign, `%name%` a placeholder; any other `%` stands for itself. */
const PLACEHOLDER = /\\%|%([A-Za-z0-9_.-]+)%/g

const splitPlaceholders = (text: string): readonly Part[] => {
  const parts: Part[] = []
  let literal = ''
  let from = 0
  for (const found of text.matchAll(PLACEHOLDER)) {
    const [whole, name] = found
    literal += text.slice(from, found.index)
    from = found.index + whole.length
    if (name === undefined) literal += '%'
    else {
      if (literal !== '') parts.push(literal)
      parts.push({ name })
      literal = ''
    }
  }
  literal += text.slice(from)
  return literal === '' && parts.length > 0 ? parts : [...parts, literal]
}

const valuesOf = (
  planning: Planning,
  name: string,
  { place }: SearchValue,
): readonly ListValue[] | undefined => {
  const values = planning.lists.get(name)
  if (values === undefined) {
    const near = suggest(name, [...planning.lists.keys()])
    const hint = near === undefined ? '' : `: did you mean ${near}?`
    return refuse(planning, 'sigma/unknown-list', `there is no list ${name}${hint}`, place)
  }
  if (values.length === 0) {
    warn(planning, 'sigma/empty-list', `the list ${name} is empty: nothing is found by it`, place)
  }
  return values
}
