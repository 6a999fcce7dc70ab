import { decisionOf } from '../../../kubernetes/audit-policy/evaluate.ts'
import type {
  AuditPolicy,
  PolicyDecision,
  PolicyRequest,
} from '../../../kubernetes/audit-policy/policy.ts'
import { describeRequest } from './describe-rule.ts'
import { type FindLints, type LintContext, lint } from './lint-context.ts'
import type { OtherPolicy, PolicyLint } from './policy-lint.ts'

/** Other API servers of the cluster that log something otherwise. */
export const serverLints: FindLints = (context) =>
  (context.options.others ?? []).flatMap((other) => otherLint(context, other))

const otherLint = (context: LintContext, { file, loaded }: OtherPolicy): readonly PolicyLint[] => {
  if (loaded.policy === undefined) {
    return [
      lint({
        code: 'policy-lint/servers-differ',
        message: `an API server with ${file} does not start: ${loaded.refused}`,
        at: loaded.refusedAt ?? { file },
        effect: 'The API server ends at once, with this reason in its own log.',
      }),
    ]
  }
  const difference = firstDifference(context, loaded.policy)
  if (difference === undefined) return []
  const { request, here, there } = difference
  return [
    lint({
      code: 'policy-lint/servers-differ',
      message: `an API server with ${file} logs otherwise, such as ${describeRequest(request)}`,
      at: context.at('rules', Math.max(0, here.rule)),
      rule: here.rule < 0 ? null : here.rule,
      effect: `The API server with this file logs it at ${here.level}${stages(here)}, the one with ${file} at ${there.level}${stages(there)}.`,
      example: request,
    }),
  ]
}

const stages = ({ level, omitStages }: PolicyDecision): string =>
  level === 'None' || omitStages.length === 0 ? '' : ` without ${omitStages.join(', ')}`

interface Difference {
  readonly request: PolicyRequest
  readonly here: PolicyDecision
  readonly there: PolicyDecision
}

const firstDifference = (context: LintContext, other: AuditPolicy): Difference | undefined => {
  const { policy, rules } = context
  for (let i = 0; i <= rules.length; i += 1) {
    const here = decisionOf(policy, i === rules.length ? -1 : i)
    for (let j = 0; j <= other.rules.length; j += 1) {
      const there = decisionOf(other, j === other.rules.length ? -1 : j)
      if (isSame(here, there)) continue
      const match = [...rules.slice(i, i + 1), ...other.rules.slice(j, j + 1)]
      const found = context.find(match, [...rules.slice(0, i), ...other.rules.slice(0, j)])
      if (found !== undefined && found !== 'unknown') return { request: found, here, there }
    }
  }
  return undefined
}

/** Whether two decisions come to the same: of what is not logged nothing else counts. */
const isSame = (one: PolicyDecision, other: PolicyDecision): boolean => {
  if (one.level !== other.level) return false
  if (one.level === 'None') return true
  if (one.omitStages.join() !== other.omitStages.join()) return false
  return one.level === 'Metadata' || one.omitManagedFields === other.omitManagedFields
}
