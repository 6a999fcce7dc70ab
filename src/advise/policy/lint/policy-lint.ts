import type { Issue } from '../../../base/issue.ts'
import type { LoadedPolicy, PolicyRequest } from '../../../kubernetes/audit-policy/policy.ts'
import type { PolicyEdit } from './policy-edit.ts'

/** What is wrong with a policy that an API server takes. */
export interface PolicyLint extends Issue {
  /** Its index from 0; null: it is about the policy as a whole. */
  readonly rule: number | null
  /** What the API server does, in a sentence. */
  readonly effect: string
  /** A request that shows it, where one does. */
  readonly example: PolicyRequest | null
  /** The requirement that is not met, such as `CIS Kubernetes Benchmark 3.2.2`. */
  readonly requirement: string | null
  readonly mend: PolicyMend | null
}

/** How a policy would be without the fault, as was probably meant. */
export interface PolicyMend {
  /** What changes, in a few words: `before rule 2 (line 9)`. */
  readonly about: string
  /** The part that changes, as YAML; empty where something is only taken out. */
  readonly yaml: string
  readonly edit: PolicyEdit
}

/** What is known besides the policy. */
export interface PolicyLintOptions {
  /** The minor of 1.x that the API servers run, such as 33; undefined: not known. */
  readonly minor?: number | undefined
  /** The policies of the other API servers of the cluster. */
  readonly others?: readonly OtherPolicy[]
  /** Standards whose requirements are checked as well. */
  readonly standards?: readonly string[]
}

/** The policy of another API server. */
export interface OtherPolicy {
  readonly file: string
  readonly loaded: LoadedPolicy
}
