import { LIMIT } from '../../../base/limit.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import type { LoadedPolicy } from '../../../kubernetes/audit-policy/policy.ts'
import { applyEdit } from './apply-edit.ts'
import { lintPolicy } from './lint-policy.ts'
import type { PolicyLint, PolicyLintOptions } from './policy-lint.ts'

/** A policy after mends, and what of the lints asked for is left. */
export interface MendedPolicy {
  readonly text: string
  readonly left: readonly PolicyLint[]
}

/**
 * Makes the mends of some lints one after the other, the first in the file first, until none is
 * left or one does not help.
 */
export const mendPolicy = (
  loaded: LoadedPolicy,
  text: string,
  codes: readonly string[],
  options: PolicyLintOptions = {},
): MendedPolicy => {
  const raised = (policy: LoadedPolicy, of: string): readonly PolicyLint[] =>
    lintPolicy(policy, of, options).filter(({ code }) => codes.includes(code))
  let state = { loaded, text, left: raised(loaded, text) }
  for (let made = 0; made < LIMIT.policyMendsMax; made += 1) {
    const mended = state.left.find(({ mend }) => mend !== null)
    const { policy } = state.loaded
    if (mended?.mend == null || policy === undefined) break
    const after = applyEdit(state.text, policy, mended.mend.edit)
    const again = loadPolicy(new TextEncoder().encode(after), loaded.placeOf([]).file ?? '')
    const left = raised(again, after)
    if (after === state.text) break
    state = { loaded: again, text: after, left }
  }
  return { text: state.text, left: state.left }
}
