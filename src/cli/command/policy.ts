import type { CommandGroup } from '../command.ts'
import { coverage } from './policy/coverage.ts'
import { diff } from './policy/diff.ts'
import { estimate } from './policy/estimate.ts'
import { evaluatePolicy } from './policy/evaluate.ts'
import { flags } from './policy/flags.ts'
import { infer } from './policy/infer.ts'
import { lintPolicyFile } from './policy/lint.ts'
import { minimal } from './policy/minimal.ts'
import { newPolicy } from './policy/new.ts'
import { showPolicy } from './policy/show.ts'
import { simulate } from './policy/simulate.ts'

/** `deckwatch policy …`: the desk of an audit policy's owner. */
export const policy: CommandGroup = {
  kind: 'group',
  name: 'policy',
  about: 'Write an audit policy, see what it logs, what it costs and what it hides.',
  commands: [
    newPolicy,
    showPolicy,
    lintPolicyFile,
    evaluatePolicy,
    simulate,
    diff,
    estimate,
    coverage,
    minimal,
    infer,
    flags,
  ],
}
