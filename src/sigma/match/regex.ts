import { RE2JS } from 're2js'
import { LIMIT } from '../../base/limit.ts'
import type { RegexTest } from '../plan/plan.ts'
import { estimatedSteps } from './regex-size.ts'
import { requiredLiteral } from './required-literal.ts'
import { requiredLiterals } from './required-literals.ts'
import type { TextMatcher } from './text.ts'

/**
 * A regular expression as a function: it is found anywhere in the text, in time linear in the text.
 * Throws what re2js throws for an expression that it cannot run, and for one whose repetitions make
 * it so large that linear is slow too.
 */
export const regexMatcher = (test: RegexTest): TextMatcher => {
  refuseLarge(estimatedSteps(test.source))
  const compiled = RE2JS.compile(test.source, flagsOf(test))
  refuseLarge(compiled.programSize())
  const literals = literalsOf(test)
  if (literals === undefined) return (text) => compiled.test(text)
  return (text) => holdsOne(text, literals) && compiled.test(text)
}

/** Texts of which every match contains one; undefined when none are known. */
export const literalsOf = ({ source, insensitive }: RegexTest): readonly string[] | undefined => {
  if (insensitive) return undefined
  const literal = requiredLiteral(source)
  return literal === undefined ? requiredLiterals(source) : [literal]
}

const holdsOne = (text: string, literals: readonly string[]): boolean => {
  for (const literal of literals) if (text.includes(literal)) return true
  return false
}

const refuseLarge = (steps: number): void => {
  if (steps <= LIMIT.regexStepsMax) return
  throw new Error(`with its repetitions written out it has more than ${LIMIT.regexStepsMax} steps`)
}

const flagsOf = ({ insensitive, multiline, dotAll }: RegexTest): number =>
  (insensitive ? RE2JS.CASE_INSENSITIVE : 0) |
  (multiline ? RE2JS.MULTILINE : 0) |
  (dotAll ? RE2JS.DOTALL : 0)
