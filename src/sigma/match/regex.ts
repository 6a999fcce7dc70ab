import { RE2JS } from 're2js'
import { LIMIT } from '../../base/limit.ts'
import type { RegexTest } from '../plan/plan.ts'
import { estimatedSteps } from './regex-size.ts'
import { requiredLiteral } from './required-literal.ts'
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
  const literal = requiredLiteral(test.source)
  if (literal === undefined || test.insensitive) return (text) => compiled.test(text)
  return (text) => text.includes(literal) && compiled.test(text)
}

const refuseLarge = (steps: number): void => {
  if (steps <= LIMIT.regexStepsMax) return
  throw new Error(`with its repetitions written out it has more than ${LIMIT.regexStepsMax} steps`)
}

const flagsOf = ({ insensitive, multiline, dotAll }: RegexTest): number =>
  (insensitive ? RE2JS.CASE_INSENSITIVE : 0) |
  (multiline ? RE2JS.MULTILINE : 0) |
  (dotAll ? RE2JS.DOTALL : 0)
