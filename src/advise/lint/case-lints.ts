import type { Issue, Place } from '../../base/issue.ts'
import { CASE_KINDS, parseCases } from '../case-file.ts'

/** What the cases beside a rule file leave open. `text` undefined: there is no such file. */
export const lintCases = (text: string | undefined, file: string, at: Place): readonly Issue[] => {
  const code = 'lint/missing-cases'
  if (text === undefined) {
    return [{ code, message: `there is no ${file.replace(/^.*\//, '')} beside the rule`, at }]
  }
  const { cases } = parseCases(text, file)
  const missing = CASE_KINDS.filter((kind) => !cases.cases.some((one) => one.kind === kind))
  if (missing.length === 0) return []
  const message = `no case is a ${missing.join(', none a ')}`
  return [{ code, message, at: { file, line: 1, column: 1 } }]
}
