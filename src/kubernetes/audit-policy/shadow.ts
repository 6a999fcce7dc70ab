import { type FoundRequest, findRequest } from './find-request.ts'
import type { AuditPolicy, PolicyRequest } from './policy.ts'
import { Effort } from './region/effort.ts'

/**
 * A request that a rule of a policy decides, as it matches and no earlier one does; of -1, one that
 * no rule matches. Undefined: there is none.
 */
export const requestDecidedBy = (
  policy: AuditPolicy,
  index: number,
  effort: Effort = new Effort(),
): FoundRequest => {
  const rule = policy.rules[index]
  const [match, avoid] = rule ? [[rule], policy.rules.slice(0, index)] : [[], policy.rules]
  return findRequest({ match, avoid }, effort)
}

/** What earlier rules leave of a rule. */
export type Shadow =
  /** All that it matches: together the rules given do, and without any of them they do not. */
  | { readonly kind: 'whole'; readonly by: readonly number[] }
  /** It would match nothing even as the first rule. */
  | { readonly kind: 'matches-nothing' }
  /** It decides this request. */
  | { readonly kind: 'decides'; readonly request: PolicyRequest }
  /** The search ended too early to tell. */
  | { readonly kind: 'unknown' }

/** What earlier rules leave of a rule. */
export const shadowOf = (
  policy: AuditPolicy,
  index: number,
  effort: Effort = new Effort(),
): Shadow => {
  const request = requestDecidedBy(policy, index, effort)
  if (request === 'unknown') return { kind: 'unknown' }
  if (request !== undefined) return { kind: 'decides', request }
  const alone = findRequest({ match: policy.rules.slice(index, index + 1), avoid: [] }, effort)
  if (alone === undefined) return { kind: 'matches-nothing' }
  return { kind: 'whole', by: coverOf(policy, index, effort) }
}

/** A request of an earlier rule that a later one would match too. */
export interface Overlap {
  /** The earlier rule, which decides it. */
  readonly rule: number
  readonly request: PolicyRequest
}

/**
 * The earlier rules that take requests from a rule, each with one that it decides in its place; and
 * whether the search ended before all were tried.
 */
export const overlapsOf = (
  policy: AuditPolicy,
  index: number,
  effort: Effort = new Effort(),
): { readonly overlaps: readonly Overlap[]; readonly ended: boolean } => {
  const overlaps: Overlap[] = []
  const later = policy.rules[index]
  if (later === undefined) return { overlaps, ended: false }
  for (const [rule, earlier] of policy.rules.slice(0, index).entries()) {
    const match = [earlier, later]
    const request = findRequest({ match, avoid: policy.rules.slice(0, rule) }, effort)
    if (request === 'unknown') return { overlaps, ended: true }
    if (request !== undefined) overlaps.push({ rule, request })
  }
  return { overlaps, ended: false }
}

/** A least set of earlier rules that match all that a rule matches; a single one if possible. */
const coverOf = (policy: AuditPolicy, index: number, effort: Effort): readonly number[] => {
  const match = policy.rules.slice(index, index + 1)
  const covers = (rules: readonly number[]): boolean => {
    const avoid = rules.flatMap((one) => policy.rules[one] ?? [])
    return findRequest({ match, avoid }, effort) === undefined
  }
  const earlier = [...policy.rules.slice(0, index).keys()].filter((one) => {
    const both = [...match, ...policy.rules.slice(one, one + 1)]
    return findRequest({ match: both, avoid: [] }, effort) !== undefined
  })
  const single = earlier.find((one) => covers([one]))
  if (single !== undefined) return [single]
  return earlier.reduceRight(
    (kept, one) => {
      const others = kept.filter((other) => other !== one)
      return covers(others) ? others : kept
    },
    earlier as readonly number[],
  )
}
