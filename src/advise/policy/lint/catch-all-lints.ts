import {
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { RESOURCE_VERBS } from '../../../kubernetes/known-types/parse-type.ts'
import { CHANGES } from './acts.ts'
import { describeRequest } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendOf, mendRule } from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'
import { isCatchAll } from './reach-lints.ts'
import { rulesYaml } from './rules-yaml.ts'

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
