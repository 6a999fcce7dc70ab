import { decisionOf } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  type AuditPolicy,
  POLICY_STAGES,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { loggedPart } from '../../../kubernetes/audit-policy/policy-diff.ts'
import { CHANGES, RESOURCE_VERBS } from '../../../kubernetes/known-types/parse-type.ts'
import { describeRequest } from './describe-rule.ts'
import {
  type FindLints,
  type FoundLint,
  type LintContext,
  lint,
  mendOf,
  mendRule,
} from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'
import { isCatchAll, mendEarly } from './reach-lints.ts'
import { rulesYaml } from './rules-yaml.ts'

/** A policy of which no rule that decides anything logs something. */
export const silenceLints: FindLints = (context) => {
  const { policy, rules } = context
  const isSilent = rules.every(
    (_, index) => logsNothing(policy, index) || isNeverReached(context, index),
  )
  if (!isSilent) return []
  const allStages = policy.omitStages.length === POLICY_STAGES.length
  return [
    lint({
      code: 'policy-lint/logs-nothing',
      message: allStages
        ? 'nothing is logged: every stage is omitted'
        : 'nothing is logged: no rule that decides anything logs something',
      at: allStages ? context.at('omitStages') : context.at('rules'),
      effect: 'The API server logs nothing, whoever does what.',
      ...mendSilence(context),
    }),
  ]
}

const logsNothing = (policy: AuditPolicy, index: number): boolean =>
  loggedPart(decisionOf(policy, index)).level === 'None'

const isNeverReached = (context: LintContext, index: number): boolean => {
  const first = context.rules.findIndex(isCatchAll)
  if (first >= 0 && first < index) return true
  const { kind } = context.shadow(index)
  return kind === 'whole' || kind === 'matches-nothing'
}

/** The rule for all that is left logs something, and every event has a stage to be written at. */
const mendSilence = (context: LintContext): Pick<FoundLint, 'mend' | 'instead'> => {
  const { policy, rules } = context
  if (policy.omitStages.length === POLICY_STAGES.length) {
    const omitStages = ['RequestReceived' as const]
    const yaml = 'omitStages: [RequestReceived]\n'
    return { mend: mendOf('at the top of the policy', yaml, { omitStages }) }
  }
  const index = rules.findIndex(isCatchAll)
  const rule = rules[index]
  if (rule === undefined) {
    return { mend: mendOf('at the end', rulesYaml([METADATA]), { append: [METADATA] }) }
  }
  // What it is to match is known once the field is mended.
  if (context.hasDropped(index)) return { mend: null }
  const instead = mendRule(index, [METADATA])
  if (index === rules.length - 1) return { mend: instead }
  const early = mendEarly(context, index)
  return { mend: early.mend, instead: [...early.instead.slice(0, 1), instead] }
}

/** Requests that no rule is about, or only a last one of level None. */
export const catchAllLints: FindLints = (context) => {
  const { rules } = context
  const last = rules.at(-1)
  const isNone = last !== undefined && last.level === 'None' && isCatchAll(last)
  if (isNone) {
    const example = found(context, rules.slice(0, -1)) ?? context.decides(rules.length - 1)
    return example === undefined ? [] : [noneAtTheEnd(context, last, example)]
  }
  const example = found(context, rules)
  if (example === undefined) return []
  return [
    lint({
      code: 'policy-lint/no-catch-all',
      message: `no rule is about some requests, such as ${describeRequest(example)}`,
      at: context.at('rules'),
      effect: 'The API server logs nothing of a request that no rule matches.',
      example,
      mend: mendOf('at the end', rulesYaml([METADATA]), { append: [METADATA] }),
    }),
  ]
}

const METADATA = policyRule('Metadata')

const noneAtTheEnd = (
  context: LintContext,
  last: PolicyRule,
  example: PolicyRequest,
): PolicyLint => {
  const index = context.rules.length - 1
  return lint({
    code: 'policy-lint/no-catch-all',
    message: `the last rule says None for all that no other is about, such as ${describeRequest(example)}`,
    at: context.at('rules', index),
    rule: index,
    effect: 'The API server logs nothing of such a request.',
    example,
    mend: mendRule(index, [{ ...last, level: 'Metadata' }]),
  })
}

/** A request of a user that none of the rules is about; what changes something first. */
const found = (context: LintContext, avoid: readonly PolicyRule[]): PolicyRequest | undefined => {
  for (const also of ORDINARY) {
    const request = context.find([also], avoid)
    if (request !== undefined && request !== 'unknown') return request
  }
  return undefined
}

const AUTHENTICATED = { userGroups: ['system:authenticated'] }
const ANONYMOUS = { users: ['system:anonymous'], userGroups: ['system:unauthenticated'] }
const ANY_OBJECT = [{ group: '*', resources: ['*'], resourceNames: [] }]

const ORDINARY: readonly PolicyRule[] = [AUTHENTICATED, ANONYMOUS].flatMap((who) => [
  policyRule('None', { ...who, verbs: CHANGES, resources: ANY_OBJECT }),
  policyRule('None', { ...who, verbs: RESOURCE_VERBS, resources: ANY_OBJECT }),
  policyRule('None', { ...who, nonResourceURLs: ['*'] }),
])
