import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL, type CannotTell } from '../../base/truth.ts'
import { type Document, elements, member, text } from '../submission/document.ts'

/**
 * The words with the variables that the container itself sets put in their places: `$(NAME)`, as
 * the kubelet does, and `$NAME` and `${NAME}`, as a shell would. Others stay as they are.
 * Upstream: kubernetes/kubernetes third_party/forked/golang/expansion.
 */
export const withVariables = (
  words: readonly string[],
  container: Document,
): readonly string[] | CannotTell => {
  if (!words.some((word) => word.includes('$'))) return words
  const env = elements(member(container, 'env'))
  if (env === undefined || env === CANNOT_TELL || env.length === 0) return words
  const values = new Map<string, string>()
  const budget: Budget = { left: LIMIT.commandExpansionCharactersMax }
  for (const variable of env) {
    const name = text(member(variable, 'name'))
    const value = text(member(variable, 'value'))
    if (typeof name !== 'string' || typeof value !== 'string') continue
    values.set(name, expanded(value, values, budget))
  }
  const all = words.map((word) => expanded(word, values, budget))
  return budget.left < 0 ? CANNOT_TELL : all
}

/** Characters that may still be put in. */
interface Budget {
  left: number
}

/** `$$(NAME)` is the text `$(NAME)`. */
const REFERENCE = /\$(?:\$\(|\(([\w.-]+)\)|\{(\w+)\}|([A-Za-z_]\w*))/g

const expanded = (word: string, values: ReadonlyMap<string, string>, budget: Budget): string =>
  word.replace(REFERENCE, (whole, inner?: string, braced?: string, bare?: string) => {
    const value = values.get(inner ?? braced ?? bare ?? '')
    if (value === undefined) return whole
    budget.left -= value.length
    return budget.left < 0 ? '' : value
  })
