import type {
  PolicyLevel,
  PolicyRequest,
  PolicyRule,
} from '../../../../kubernetes/audit-policy/policy.ts'

/** What a standard asks of an audit policy, as requests and how they must be logged. */
export interface Requirement {
  /** The document and the number in it: `CIS Kubernetes Benchmark 3.2.2`. */
  readonly id: string
  /** What it asks, in our words. */
  readonly about: string
  readonly probes: readonly Probe[]
}

/** Requests and the levels at which they must be. */
export interface Probe {
  /** What they do: `access to Secrets`. */
  readonly about: string
  readonly requests: ProbedRequests
  readonly atLeast?: PolicyLevel
  readonly atMost?: PolicyLevel
  /** Stages that must not be omitted where they are logged. */
  readonly stages?: readonly (
    | 'RequestReceived'
    | 'ResponseStarted'
    | 'ResponseComplete'
    | 'Panic'
  )[]
}

/** Which requests a probe is about. */
export type ProbedRequests =
  | {
      readonly kind: 'all'
      readonly rule: Partial<PolicyRule>
      /** Members of these groups are left out. */
      readonly without?: readonly string[]
    }
  /** All that no rule of the policy is about. */
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'these'; readonly requests: readonly PolicyRequest[] }

/** A document with requirements. */
export interface Standard {
  /** As on the command line. */
  readonly name: string
  readonly code: string
  /** Its title and edition, and where the requirements were read. */
  readonly source: string
  /** What it asks of other things than the policy, and so is not judged. */
  readonly notJudged: string
  readonly requirements: readonly Requirement[]
}
