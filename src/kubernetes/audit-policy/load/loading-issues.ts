import type { Issue } from '../../../base/issue.ts'
import type { LoadedPolicy, PolicyFault, Refusal } from '../policy.ts'

/** What is wrong with a policy: why it is refused, then what is dropped, in the file's order. */
export const issuesOf = (loaded: LoadedPolicy): readonly Issue[] => [
  ...loaded.refusals.map((refusal) => ({
    code: refusalOf(loaded),
    message: refusalText(refusal),
    at: refusal.at,
  })),
  ...loaded.faults
    .map(({ kind, message, at }): Issue => ({ code: CODES[kind], message, at }))
    .sort((one, other) => order(one.at, other.at)),
]

/** A reason in the API server's words, and in ours where these hide it. */
export const refusalText = ({ message, meaning }: Refusal): string =>
  meaning === undefined ? message : `${message} (${meaning})`

const refusalOf = ({ isTooLarge }: LoadedPolicy): string =>
  isTooLarge ? 'policy/too-large' : 'policy/refused'

const order = (one: Issue['at'], other: Issue['at']): number =>
  (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)

const CODES: Readonly<Record<PolicyFault['kind'], string>> = {
  'unknown-field': 'policy/unknown-field',
  'duplicate-field': 'policy/duplicate-field',
}
