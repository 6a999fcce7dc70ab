import type { PolicyDecision } from '../../../kubernetes/audit-policy/policy.ts'
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
  const differences = context.differences(loaded.policy)
  const [first] = differences
  if (first === undefined) return []
  const { request, before: here, after: there } = first
  const others = differences.length - 1
  const more =
    others === 0 ? '' : `, and ${others} more ${others === 1 ? 'kind' : 'kinds'} of request`
  return [
    lint({
      code: 'policy-lint/servers-differ',
      message: `an API server with ${file} logs otherwise, such as ${describeRequest(request)}${more}`,
      at: context.at('rules', Math.max(0, here.rule)),
      rule: here.rule < 0 ? null : here.rule,
      effect: `The API server with this file logs it at ${here.level}${stages(here)}, the one with ${file} at ${there.level}${stages(there)}.`,
      example: request,
    }),
  ]
}

const stages = ({ level, omitStages }: PolicyDecision): string =>
  level === 'None' || omitStages.length === 0 ? '' : ` without ${omitStages.join(', ')}`
