import type { Place } from '../../base/issue.ts'
import type { Level, Stage } from '../../model/event.ts'

/** What a policy decides to log of a request. */
export type PolicyLevel = 'None' | Level

/** From the least to the most. */
export const POLICY_LEVELS: readonly PolicyLevel[] = [
  'None',
  'Metadata',
  'Request',
  'RequestResponse',
]

/** The stages that a policy can omit. */
export const POLICY_STAGES: readonly Stage[] = [
  'RequestReceived',
  'ResponseStarted',
  'ResponseComplete',
  'Panic',
]

/**
 * An audit policy as an API server has it in force: every default filled in, an absent list empty.
 * Upstream: kubernetes/apiserver pkg/apis/audit/types.go, Policy.
 */
export interface AuditPolicy {
  readonly rules: readonly PolicyRule[]
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields: boolean
}

/** A rule of a policy. Upstream: the same file, PolicyRule. An empty list means "any". */
export interface PolicyRule {
  readonly level: PolicyLevel
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly verbs: readonly string[]
  readonly resources: readonly GroupResources[]
  readonly namespaces: readonly string[]
  readonly nonResourceURLs: readonly string[]
  readonly omitStages: readonly Stage[]
  /** Undefined: as the policy says. */
  readonly omitManagedFields: boolean | undefined
}

/** A rule that says only what is given; the rest is empty, and so matches anything. */
export const policyRule = (
  level: PolicyLevel,
  given: Partial<Omit<PolicyRule, 'level'>> = {},
): PolicyRule => ({
  level,
  users: [],
  userGroups: [],
  verbs: [],
  resources: [],
  namespaces: [],
  nonResourceURLs: [],
  omitStages: [],
  omitManagedFields: undefined,
  ...given,
})

/** Resources of one API group. The core group is the empty text. */
export interface GroupResources {
  readonly group: string
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
}

/**
 * What the API server asks a policy about: the attributes of a request, as it read them from the
 * URL. See SPEC.md: an event's `objectRef.name` is not always the name that the policy saw.
 */
export interface PolicyRequest {
  /** The authenticated user, never the impersonated one. Undefined: the authentication failed. */
  readonly user: { readonly name: string; readonly groups: readonly string[] } | undefined
  readonly verb: string
  /** Undefined for a non-resource request. */
  readonly resource: RequestedResource | undefined
  /** Percent-decoded, without the query. */
  readonly path: string
}

/** The object of a resource request. Texts that are absent are empty. */
export interface RequestedResource {
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

/** What a policy says of a request. */
export interface PolicyDecision {
  readonly level: PolicyLevel
  /** The union of the policy's and the rule's, each once, in the order of `POLICY_STAGES`. */
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields: boolean
  /** The first rule that matches, from 0; -1: none, and the level is None. */
  readonly rule: number
}

/** What an API server does with a policy file. */
export interface LoadedPolicy {
  /** The policy in force; undefined: the file is refused, and the API server does not start. */
  readonly policy: AuditPolicy | undefined
  /** The metadata that it has, which the API server decodes and nobody reads. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Why it is refused, in the API server's terms. */
  readonly refused: string | undefined
  /** Where the first reason of the refusal lies. */
  readonly refusedAt: Place | undefined
  /** The reasons of the refusal, one by one; `refused` has them all. */
  readonly refusals: readonly Refusal[]
  /** It is refused by a bound of deckwatch: an API server may take it. */
  readonly isTooLarge: boolean
  /** What the API server drops or overrides, and says only in its own log. */
  readonly faults: readonly PolicyFault[]
  /** The line that the API server logs of the faults. */
  readonly warning: string | undefined
  /** Where what is at a path lies, such as `['rules', 3, 'verbs', 0]`; of a key, the key. */
  placeOf(path: PolicyPath): Place
}

/** A reason why a policy is refused. */
export interface Refusal {
  /** In the API server's terms. */
  readonly message: string
  readonly at: Place
  /** What that means, where the message hides it. */
  readonly meaning: string | undefined
}

/** A way from the top of a policy down to a value. */
export type PolicyPath = readonly (string | number)[]

/** Something in a file that strict decoding refuses and lenient decoding drops. */
export interface PolicyFault {
  readonly kind: 'unknown-field' | 'duplicate-field'
  readonly path: PolicyPath
  /** As the API server says it: `unknown field "rules[0].resource"`. */
  readonly message: string
  readonly at: Place
}
