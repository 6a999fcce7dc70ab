import type { Issue } from '../../../base/issue.ts'
import type { LoadedPolicy, PolicyFault } from '../policy.ts'

/** What is wrong with a policy file: its refusal, then what is dropped, in the file's order. */
export const issuesOf = (loaded: LoadedPolicy): readonly Issue[] => [
  ...(loaded.refused === undefined
    ? []
    : [{ code: refusalOf(loaded), message: loaded.refused, at: loaded.refusedAt ?? {} }]),
  ...loaded.faults
    .map(({ kind, message, at }): Issue => ({ code: CODES[kind], message, at }))
    .sort((one, other) => order(one.at, other.at)),
]

const refusalOf = ({ isTooLarge }: LoadedPolicy): string =>
  isTooLarge ? 'policy/too-large' : 'policy/refused'

const order = (one: Issue['at'], other: Issue['at']): number =>
  (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)

const CODES: Readonly<Record<PolicyFault['kind'], string>> = {
  'unknown-field': 'policy/unknown-field',
  'duplicate-field': 'policy/duplicate-field',
}
