import { LIMIT } from './limit.ts'

/**
 * Why a YAML text is refused before it is parsed: nesting that exhausts the stack of a parser, or
 * so many documents that reading them takes long. Undefined for any other text; what is nested more
 * than allowed and not as deep as this is found by the parser.
 */
export const excessIn = (text: string): string | undefined => {
  const documents = text.match(/^---/gm)?.length ?? 0
  if (documents > LIMIT.yamlDocumentsMax) return `more than ${LIMIT.yamlDocumentsMax} documents`
  const deep = COMPACT_NESTING.test(text) || hasDeepBrackets(text)
  return deep ? `nested deeper than ${LIMIT.yamlDepthMax}` : undefined
}

/** `- - - x`, `? ? ? x` and `: : : x` nest without a bracket. */
const COMPACT_NESTING = /(?:[-?:][ \t]+){500}/

/** Far above the depth that is allowed: brackets within texts and comments are counted too. */
const BRACKETS_MAX = 500

/** Open brackets since the last line that begins a key of the document itself. */
const hasDeepBrackets = (text: string): boolean => {
  let open = 0
  for (const found of text.matchAll(/[[\]{}]|^[A-Za-z_]/gm)) {
    const [character] = found
    if (character === '[' || character === '{') open += 1
    else if (character === ']' || character === '}') open = Math.max(0, open - 1)
    else open = 0
    if (open > BRACKETS_MAX) return true
  }
  return false
}
