import type { Issue, Place } from '../../base/issue.ts'
import { CASE_KINDS, parseCases } from '../case-file.ts'

/**
 * What is wrong with the cases beside a rule file, and what they leave open. `text` undefined:
 * there is no such file.
 */
export const lintCases = (text: string | undefined, file: string, at: Place): readonly Issue[] => {
  const code = 'lint/missing-cases'
  if (text === undefined) {
    return [{ code, message: `there is no ${file.replace(/^.*\//, '')} beside the rule`, at }]
  }
  const { cases, issues } = parseCases(text, file)
  const unfinished = cases.cases
    .filter(({ title }) => title.includes('TODO'))
    .map((one): Issue => {
      return { code: 'lint/unfinished', message: 'the title of a case says TODO', at: one.at }
    })
  const missing = CASE_KINDS.filter((kind) => !cases.cases.some((one) => one.kind === kind))
  if (missing.length === 0) return [...issues, ...unfinished]
  const message = `no case is a ${missing.join(', none a ')}`
  return [...issues, ...unfinished, { code, message, at: { file, line: 1, column: 1 } }]
}
