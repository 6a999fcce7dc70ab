import { assert } from '../../../../base/assert.ts'
import { decisionOf, evaluate } from '../../../../kubernetes/audit-policy/evaluate.ts'
import {
  POLICY_LEVELS,
  type PolicyDecision,
  type PolicyLevel,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../../kubernetes/audit-policy/policy.ts'
import { describeRequest, few } from '../describe-rule.ts'
import {
  type FindLints,
  type LintContext,
  lint,
  mendBefore,
  mendOf,
  partOf,
} from '../lint-context.ts'
import type { PolicyLint, PolicyMend } from '../policy-lint.ts'
import { rulesYaml } from '../rules-yaml.ts'
import type { Probe, Requirement, Standard } from './requirement.ts'
import { STANDARDS } from './standards.ts'

/** Requirements of the standards asked for that are not met. */
export const standardLints: FindLints = (context) =>
  STANDARDS.filter(({ name }) => context.options.standards?.includes(name)).flatMap((standard) =>
    standard.requirements.flatMap((requirement) =>
      requirement.probes.flatMap((probe) =>
        together(probe, breaches(context, probe)).map((alike) =>
          toLint(context, standard, requirement, probe, alike),
        ),
      ),
    ),
  )

/** Breaches of one mend: those of a rule, or all that only a change of the whole policy mends. */
const together = (probe: Probe, all: readonly Breach[]): readonly (readonly Breach[])[] => {
  const ofPolicy = all.filter(({ decision }) => isOfPolicy(probe, decision))
  const ofRules = all.filter(({ decision }) => !isOfPolicy(probe, decision))
  return [...(ofPolicy.length === 0 ? [] : [ofPolicy]), ...ofRules.map((breach) => [breach])]
}

const isOfPolicy = (probe: Probe, decision: PolicyDecision): boolean =>
  probe.atLeast === 'RequestResponse' || wantedLevel(probe, decision) === decision.level

/** Where a policy does otherwise than a probe wants. */
interface Breach {
  readonly example: PolicyRequest
  readonly decision: PolicyDecision
}

/** One for each rule that decides otherwise. */
const breaches = (context: LintContext, probe: Probe): readonly Breach[] => {
  const { requests } = probe
  switch (requests.kind) {
    case 'these': {
      const wrong = requests.requests
        .map((example): Breach => ({ example, decision: evaluate(context.policy, example) }))
        .find(({ decision }) => !isMet(probe, decision))
      return wrong === undefined ? [] : [wrong]
    }
    case 'unmatched':
      return breachOf(context, probe, -1, {})
    case 'all':
      return context.rules.flatMap((_, index) =>
        breachOf(context, probe, index, requests.rule, requests.without),
      )
  }
}

const breachOf = (
  context: LintContext,
  probe: Probe,
  index: number,
  rule: Partial<PolicyRule>,
  without: readonly string[] = [],
): readonly Breach[] => {
  const decision = decisionOf(context.policy, index)
  if (isMet(probe, decision)) return []
  const others = without.length === 0 ? [] : [policyRule('None', { userGroups: without })]
  const own = context.rules.slice(index, index + 1)
  const example =
    index < 0
      ? context.find([policyRule('None', SOMEBODY)], context.rules)
      : context.find(
          [...own, policyRule('None', rule)],
          [...context.rules.slice(0, index), ...others],
        )
  return example === undefined || example === 'unknown' ? [] : [{ example, decision }]
}

/** Of what is asked by nobody known another requirement speaks. */
const SOMEBODY: Partial<PolicyRule> = {
  userGroups: ['system:authenticated', 'system:unauthenticated'],
}

const isMet = (probe: Probe, { level, omitStages }: PolicyDecision): boolean => {
  const { atLeast, atMost, stages = [] } = probe
  if (atLeast !== undefined && rank(level) < rank(atLeast)) return false
  if (atMost !== undefined && rank(level) > rank(atMost)) return false
  return level === 'None' || !stages.some((stage) => omitStages.includes(stage))
}

const rank = (level: PolicyLevel): number => POLICY_LEVELS.indexOf(level)

const toLint = (
  context: LintContext,
  { code }: Standard,
  { id }: Requirement,
  probe: Probe,
  alike: readonly Breach[],
): PolicyLint => {
  const [breach] = alike
  assert(breach !== undefined, 'a lint of no breach')
  const { decision, example } = breach
  const index = decision.rule
  const others = alike.slice(1).map((other) => context.name(other.decision.rule))
  const also =
    others.length === 0 ? '' : `, and so ${others.length > 1 ? 'do' : 'does'} ${few(others)}`
  const by = index < 0 ? 'no rule is about it' : `${context.name(index)} says so${also}`
  const isStage = wantedLevel(probe, decision) === decision.level
  const without = isStage ? ` without ${decision.omitStages.join(', ')}` : ''
  return lint({
    code,
    message: `${id}: ${probe.about} must be ${isStage ? `logged with ${probe.stages?.join(', ')}` : levelWords(probe, decision)}`,
    at: index < 0 ? context.at('rules') : context.at('rules', index),
    rule: index < 0 ? null : index,
    effect: `The API server logs ${describeRequest(example)} at ${decision.level}${without}: ${by}.`,
    example,
    requirement: id,
    mend: mendFor(context, probe, breach),
  })
}

const levelWords = ({ atLeast, atMost }: Probe, { level }: PolicyDecision): string =>
  atLeast !== undefined && rank(level) < rank(atLeast)
    ? `logged at ${atLeast === 'RequestResponse' ? atLeast : `${atLeast} or above`}`
    : `logged at no more than ${atMost}`

/** The nearest level that a probe allows. */
const wantedLevel = ({ atLeast, atMost }: Probe, { level }: PolicyDecision): PolicyLevel => {
  if (atLeast !== undefined && rank(level) < rank(atLeast)) return atLeast
  return atMost !== undefined && rank(level) > rank(atMost) ? atMost : level
}

const mendFor = (context: LintContext, probe: Probe, { decision }: Breach): PolicyMend => {
  const level = wantedLevel(probe, decision)
  const index = decision.rule
  const rule = context.rules[index]
  if (probe.atLeast === 'RequestResponse') return onlyRule(context)
  if (rule === undefined) {
    const added = [policyRule(level)]
    return mendOf('at the end', rulesYaml(added), { append: added })
  }
  if (level === decision.level) return withStages(context, probe)
  const wanted = probe.requests.kind === 'all' ? probe.requests.rule : {}
  const apart = { ...partOf({ ...rule, level }, wanted), omitStages: rule.omitStages }
  return mendBefore({ policy: context.policy, name: context.name(index) }, index, [apart])
}

/** The policy that the text of a standard asks for, to the letter. */
const onlyRule = ({ rules }: LintContext): PolicyMend => {
  const only = [policyRule('RequestResponse')]
  const replace = new Map(rules.map((_, index) => [index, index === 0 ? only : []]))
  return mendOf('all rules', rulesYaml(only), { replace, omitStages: [] })
}

/** The policy without these stages omitted, wherever that is. */
const withStages = ({ policy }: LintContext, { stages = [] }: Probe): PolicyMend => {
  const keep = (stage: PolicyDecision['omitStages'][number]): boolean => !stages.includes(stage)
  const changed = policy.rules.flatMap((rule, index) =>
    rule.omitStages.every(keep)
      ? []
      : [[index, [{ ...rule, omitStages: rule.omitStages.filter(keep) }]] as const],
  )
  const omitStages = policy.omitStages.filter(keep)
  return mendOf('without the stages omitted', rulesYaml(changed.flatMap(([, rules]) => rules)), {
    replace: new Map(changed),
    omitStages,
  })
}
