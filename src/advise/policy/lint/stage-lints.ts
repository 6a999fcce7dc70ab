import { decisionOf, evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import type { Stage } from '../../../model/event.ts'
import { describeRequest } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendOf, mendRule } from './lint-context.ts'
import type { PolicyLint, PolicyMend } from './policy-lint.ts'
import { rulesYaml } from './rules-yaml.ts'

/** Stages that should not be omitted, wherever they are. */
export const stageLints: FindLints = (context) =>
  STAGES.flatMap(([stage, code, message, effect]) => {
    const found = omissions(context, stage)
    return found.map(({ rule, path, mend }) =>
      lint({ ...{ code, message, effect, rule, mend }, at: context.at(...path) }),
    )
  })

const STAGES: readonly (readonly [Stage, code: string, message: string, effect: string])[] = [
  [
    'ResponseComplete',
    'policy-lint/outcome-hidden',
    'ResponseComplete is omitted: what came of a request is not logged',
    'The API server writes no event with the code, the decision or the body of an answer.',
  ],
  [
    'RequestReceived',
    'policy-lint/intent-hidden',
    'RequestReceived is omitted: a request leaves no trace before it is done',
    'The API server writes an event only at the end. If that one cannot be encoded or written, nothing is left; and blocking-strict, which looks at RequestReceived alone, refuses nothing.',
  ],
  [
    'Panic',
    'policy-lint/panic-hidden',
    'Panic is omitted: a request that breaks the API server leaves no last event',
    'The API server writes no event when a handler panics.',
  ],
]

interface Omission {
  readonly rule: number | null
  readonly path: readonly (string | number)[]
  readonly mend: PolicyMend
}

/** Where a stage is omitted: for the whole policy, or else by rules that log something. */
const omissions = (context: LintContext, stage: Stage): readonly Omission[] => {
  const { policy, rules } = context
  if (policy.omitStages.includes(stage)) {
    const path = ['omitStages', policy.omitStages.indexOf(stage)]
    return [{ rule: null, path, mend: mendPolicyStages(context, stage) }]
  }
  return rules.flatMap((rule, index): readonly Omission[] => {
    if (rule.level === 'None' || !rule.omitStages.includes(stage)) return []
    if (stage === 'RequestReceived' && isForReads(rule)) return []
    const path = ['rules', index, 'omitStages', rule.omitStages.indexOf(stage)]
    return [{ rule: index, path, mend: mendRuleStages(rule, index, stage) }]
  })
}

/** What only reads leaves nothing half done. */
const isForReads = ({ verbs, nonResourceURLs }: PolicyRule): boolean =>
  nonResourceURLs.length > 0 ||
  (verbs.length > 0 && verbs.every((verb) => ['get', 'list', 'watch', 'head'].includes(verb)))

const mendPolicyStages = ({ policy }: LintContext, stage: Stage): PolicyMend => {
  const omitStages = policy.omitStages.filter((one) => one !== stage)
  const yaml = omitStages.length === 0 ? '' : `omitStages: [${omitStages.join(', ')}]\n`
  return mendOf(`omitStages of the policy without ${stage}`, yaml, { omitStages })
}

const mendRuleStages = (rule: PolicyRule, index: number, stage: Stage): PolicyMend =>
  mendRule(index, [{ ...rule, omitStages: rule.omitStages.filter((one) => one !== stage) }])

/** Refused credentials that leave no event. */
export const loginLints: FindLints = (context) => {
  const hidden = LOGINS.find((request) => {
    const { level, omitStages, rule } = evaluate(context.policy, request)
    // What a rule of level None hides on purpose is said of that rule.
    return rule < 0 || (level !== 'None' && omitStages.includes('ResponseStarted'))
  })
  if (hidden === undefined) return []
  const decision = evaluate(context.policy, hidden)
  const index = decision.rule
  const isPolicy = context.policy.omitStages.includes('ResponseStarted')
  return [index < 0 ? unmatched(context, hidden) : omitted(context, hidden, index, isPolicy)]
}

const loginOf = (verb: string, resource: string, name: string): PolicyRequest => ({
  user: undefined,
  verb,
  resource: { group: '', resource, subresource: '', namespace: 'default', name },
  path: `/api/v1/namespaces/default/${resource}${name === '' ? '' : `/${name}`}`,
})

const LOGINS: readonly PolicyRequest[] = [
  loginOf('list', 'pods', ''),
  loginOf('create', 'pods', ''),
  loginOf('get', 'secrets', 'db-password'),
  { user: undefined, verb: 'get', resource: undefined, path: '/api' },
]

const unmatched = (context: LintContext, example: PolicyRequest): PolicyLint => {
  const rule = policyRule('Metadata')
  return lint({
    code: 'policy-lint/failed-logins-hidden',
    message:
      'no rule matches a request whose credentials were refused: it has no user and no group',
    at: context.at('rules'),
    effect: `The API server logs nothing of ${describeRequest(example)}.`,
    example,
    mend: mendOf('at the end', rulesYaml([rule]), { append: [rule] }),
  })
}

const omitted = (
  context: LintContext,
  example: PolicyRequest,
  index: number,
  isPolicy: boolean,
): PolicyLint => {
  const rule = context.rules[index] ?? policyRule('None')
  const { level } = decisionOf(context.policy, index)
  return lint({
    code: 'policy-lint/failed-logins-hidden',
    message: 'ResponseStarted is omitted, and refused credentials are logged at no other stage',
    at: isPolicy ? context.at('omitStages') : context.at('rules', index, 'omitStages'),
    rule: index,
    effect: `The API server logs nothing of ${describeRequest(example)}, although ${context.name(index)} says ${level}; and of exec and watch only the end.`,
    example,
    mend: isPolicy
      ? mendPolicyStages(context, 'ResponseStarted')
      : mendRuleStages(rule, index, 'ResponseStarted'),
  })
}
