import { UNKNOWN, wordFor } from '../base/truth.ts'
import { describeNote } from '../detect/completeness/judge-note.ts'
import { readNote } from '../detect/completeness/read-note.ts'
import type { CompiledSourceRule } from '../detect/completeness/source-rule.ts'
import type { Judged } from './judge-case.ts'

/** Judges a note, written as the JSON object of a case, by a rule about logs. */
export const judgeNoteCase = (rule: CompiledSourceRule, text: string): Judged => {
  const note = readNote(text)
  if (typeof note === 'string') return { got: undefined, reasons: [], claim: '', failure: note }
  const truth = rule.judge(note)
  const got = wordFor(truth)
  const claim = got === 'match' ? describeNote(rule, note).reason : ''
  return { got, reasons: truth === UNKNOWN ? ['unmeasured'] : [], claim, failure: '' }
}
