import { LIMIT } from '../../../base/limit.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import type { LoadedPolicy } from '../../../kubernetes/audit-policy/policy.ts'
import { applyEdit } from './apply-edit.ts'
import { lintsToMend } from './lint-policy.ts'
import type { PolicyLint, PolicyLintOptions } from './policy-lint.ts'

/** A policy after mends, and what of the lints asked for is left. */
export interface MendedPolicy {
  readonly text: string
  readonly left: readonly LeftLint[]
}

/** A lint that is not mended. */
export interface LeftLint {
  readonly lint: PolicyLint
  readonly why: 'by-hand' | 'goes-round' | 'too-many'
}

/**
 * Makes the mends of some lints one after the other, and lints anew after each: first those of what
 * the API server drops or does not read, as all else follows from what is in force; then the first
 * in the file. A mend that would bring an error is not made, nor one that leads back.
 */
export const mendPolicy = (
  loaded: LoadedPolicy,
  text: string,
  codes: readonly string[],
  options: PolicyLintOptions = {},
): MendedPolicy => {
  let state = { loaded, text }
  const seen = new Set([text])
  for (let made = 0; ; made += 1) {
    const left = (): Iterable<PolicyLint> => leftOf(state.loaded, state.text, codes, options)
    const next = made < LIMIT.policyMendsMax ? nextOf(state, left(), seen) : undefined
    if (next === undefined) {
      const why = made < LIMIT.policyMendsMax ? 'goes-round' : 'too-many'
      return { text: state.text, left: [...left()].map((lint) => toLeft(lint, why)) }
    }
    seen.add(next)
    const file = loaded.placeOf([]).file ?? ''
    state = { loaded: loadPolicy(new TextEncoder().encode(next), file), text: next }
  }
}

/** The lints asked for, in the order of their mending; each is checked once it is its turn. */
function* leftOf(
  loaded: LoadedPolicy,
  text: string,
  codes: readonly string[],
  options: PolicyLintOptions,
): Generator<PolicyLint> {
  const { told, check } = lintsToMend(loaded, text, options)
  const asked = told.filter(({ code }) => codes.includes(code))
  const ordered = [
    ...asked.filter(({ code }) => FIRST.has(code)),
    ...asked.filter(({ code }) => !FIRST.has(code)),
  ]
  for (const one of ordered) yield check.checked(one)
}

const FIRST: ReadonlySet<string> = new Set([
  'policy-lint/dropped-field',
  'policy-lint/duplicate-key',
  'policy-lint/second-document',
])

/** The policy after the first mend that helps. */
const nextOf = (
  { loaded, text }: { readonly loaded: LoadedPolicy; readonly text: string },
  left: Iterable<PolicyLint>,
  seen: ReadonlySet<string>,
): string | undefined => {
  const { policy } = loaded
  if (policy === undefined) return undefined
  for (const { mend } of left) {
    if (mend === null) continue
    const after = applyEdit(text, policy, mend.edit)
    if (!seen.has(after)) return after
  }
  return undefined
}

const toLeft = (lint: PolicyLint, why: 'goes-round' | 'too-many'): LeftLint => ({
  lint,
  why: lint.mend === null ? 'by-hand' : why,
})
