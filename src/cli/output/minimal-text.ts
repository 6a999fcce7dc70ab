import type { RuleCoverage } from '../../advise/policy/coverage.ts'
import type { MinimalPolicy } from '../../advise/policy/minimal.ts'
import type { SimulationResult } from '../../advise/policy/simulate.ts'
import { revealedAt, type Withheld } from '../../advise/policy/wanted-levels.ts'
import { toYaml } from '../../kubernetes/audit-policy/load/to-yaml.ts'
import type { PolicyRule } from '../../kubernetes/audit-policy/policy.ts'
import type { RuleRef } from '../../model/finding.ts'
import { lossText } from './coverage-text.ts'
import { perDayOf } from './simulation-record.ts'
import { bytes, counted, duration, labelOf, listed } from './words.ts'

/** The smallest policy as YAML, which says what each rule is for and what is proven. */
export const minimalYaml = (minimal: MinimalPolicy, cost: SimulationResult | undefined): string =>
  toYaml(minimal.policy, {
    about: aboutLines(minimal, cost),
    rules: minimal.policy.rules.map((rule, index) =>
      [neededText(minimal.neededBy[index] ?? []), ...secretLines(rule, minimal)].join('\n'),
    ),
  })

const aboutLines = (
  { policy, coverage, byPlan, aboutLogs, withheld, exposed }: MinimalPolicy,
  cost: SimulationResult | undefined,
): readonly string[] => {
  const without = new Set(withheld.map(({ rule }) => rule.ref.id))
  const isPart = (one: RuleCoverage): boolean =>
    one.cases.length > 0 && one.state !== 'active' && !without.has(one.rule.id)
  const cases = coverage.flatMap((rule) => rule.cases)
  const matching = cases.filter(({ got }) => got === 'match').length
  const proof =
    matching === cases.length
      ? `Each of their ${counted(cases.length, 'case')} still matches`
      : `${matching} of their ${counted(cases.length, 'case')} still match`
  return [
    `The smallest audit policy that lets ${counted(coverage.length, 'detection')} see.`,
    ...exposedText(policy.rules, exposed),
    ...(cases.length === 0 ? [] : [`${proof} when its events are cut down to what this logs.`]),
    ...(byPlan.length === 0
      ? []
      : [`Not proven, as they have no cases, and served by their plans alone: ${names(byPlan)}.`]),
    ...(aboutLogs.length === 0
      ? []
      : [
          `${counted(aboutLogs.length, 'detection')} about the log itself: any policy serves them.`,
        ]),
    ...coverage.filter(isPart).map(partText),
    ...withheld.map(withheldText),
    ...(cost === undefined ? [] : [costText(cost)]),
  ]
}

/** What no case of a rule needs, and its plan would use. */
const partText = ({ rule, state, losses: [first] }: RuleCoverage): string => {
  const why = first === undefined ? 'not each of its cases can match' : lossText(first, noLine)
  return `${nameOf(rule)} is ${state} all the same, as no case of it needs more: ${why}.`
}

/** The policy is not in a file yet. */
const noLine = (): undefined => undefined

const nameOf = (rule: RuleRef): string => `${labelOf(rule)} (${rule.title})`

const names = (rules: readonly RuleRef[]): string => listed(rules.map(nameOf))

/** Titles of more rules than these would hide the policy. */
const TITLES_MAX = 5

const neededText = (rules: readonly RuleRef[]): string => {
  if (rules.length <= TITLES_MAX) return `For ${names(rules)}.`
  const labels = [...new Set(rules.map(labelOf))].sort()
  return `For ${counted(rules.length, 'detection')}: ${labels.join(' ')}.`
}

const withheldText = ({ rule, kind, wanted }: Withheld): string =>
  `${labelOf(rule.ref)} would see more of ${kind.verb} ${kind.resource} at ${wanted}, with more that ` +
  'is secret in the log: it does without.'

/** What the owner of the log must know first. */
const exposedText = (
  rules: readonly PolicyRule[],
  exposed: MinimalPolicy['exposed'],
): readonly string[] => {
  if (exposed.length === 0) return []
  const what = [...new Set(exposed.map(({ kind }) => kind.resource))]
  const who = [...new Set(exposed.map(({ rule }) => labelOf(rule.ref)))]
  const at = rules.flatMap(({ level, resources }, index) => {
    const isOne = resources.some((item) => item.resources.some((one) => what.includes(one)))
    return isOne && level !== 'Metadata' ? [String(index + 1)] : []
  })
  return [
    `CAREFUL: THE LOG WILL HOLD SECRETS. Rule ${listed(at)} logs bodies of ${listed(what)}, as ` +
      `${listed(who)} cannot work without. Leave them out, or guard the log like a secret.`,
  ]
}

/** Whether what is secret comes into the log, and for whom, or that it does not. */
const secretLines = (rule: PolicyRule, { exposed }: MinimalPolicy): readonly string[] =>
  rule.level === 'Metadata'
    ? []
    : rule.resources.flatMap(({ group, resources }) =>
        resources.flatMap((resource) => {
          const isGuarded = USUAL_VERBS.some((verb) => revealedAt({ verb, group, resource }))
          if (!isGuarded) return []
          const shown = exposed.filter(
            ({ kind }) =>
              kind.group === group &&
              kind.resource === resource &&
              (rule.verbs.length === 0 || rule.verbs.includes(kind.verb)),
          )
          if (shown.length === 0) {
            return [`The bodies of ${resource} hold nothing secret at ${rule.level}.`]
          }
          const verbs = [...new Set(shown.map(({ kind }) => kind.verb))]
          const who = [...new Set(shown.map((one) => labelOf(one.rule.ref)))]
          return [
            `Careful: ${listed(verbs)} of ${resource} at ${rule.level} puts secrets into the log. ` +
              `Without it ${listed(who)} cannot work; leave it out, and Metadata is enough.`,
          ]
        }),
      )

const USUAL_VERBS: readonly string[] = ['get', 'list', 'create', 'update', 'patch']

const costText = (cost: SimulationResult): string => {
  const { total, span } = cost
  const perDay = perDayOf(cost)
  const share = total.recorded.bytes === 0 ? 0 : total.logged.bytes / total.recorded.bytes
  const least = total.unknownBytes > 0 ? 'at least ' : ''
  const day = perDay === undefined ? '' : `, ${bytes(Math.round(perDay.bytes))} a day`
  const time = span === undefined ? '' : ` of ${duration(span.first, span.last)}`
  return (
    `On the log given${time}: ${least}${bytes(total.logged.bytes)} in ` +
    `${counted(total.logged.events, 'event')} of ${counted(total.recorded.events, 'event')}, ` +
    `${(share * 100).toFixed(1)}% of its bytes${day}.`
  )
}
