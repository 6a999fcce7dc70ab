import { unreachable } from '../../../base/assert.ts'
import { decisionOf, evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  type GroupResources,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { changeOf } from '../../../kubernetes/audit-policy/policy-diff.ts'
import { describeRequest, describeRule } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendOf, mendRule } from './lint-context.ts'
import { moveBefore } from './policy-edit.ts'
import type { PolicyLint, PolicyMend } from './policy-lint.ts'
import { rulesYaml } from './rules-yaml.ts'

/** Rules that are never reached, wholly or in part, and such as match nothing by themselves. */
export const reachLints: FindLints = (context) => {
  const catchAll = context.rules.findIndex(isCatchAll)
  const last = context.rules.length - 1
  const early = catchAll >= 0 && catchAll < last ? [earlyCatchAll(context, catchAll)] : []
  const reached = catchAll < 0 ? context.rules : context.rules.slice(0, catchAll + 1)
  return [...early, ...reached.flatMap((rule, index) => reachOf(context, rule, index))]
}

/** Whether a rule matches every request. */
export const isCatchAll = (rule: PolicyRule): boolean =>
  [
    ...[rule.users, rule.userGroups, rule.verbs],
    ...[rule.resources, rule.namespaces, rule.nonResourceURLs],
  ].every((list) => list.length === 0)

const earlyCatchAll = (context: LintContext, index: number): PolicyLint => {
  const rule = context.rules[index] ?? policyRule('None')
  const behind = context.rules.length - 1 - index
  return lint({
    code: 'policy-lint/early-catch-all',
    message: `the rule matches every request, and ${behind === 1 ? 'a rule stands' : `${behind} rules stand`} behind it`,
    at: context.at('rules', index),
    rule: index,
    effect: `The API server logs every request that comes here at ${rule.level} and never reaches what follows.`,
    mend: mendOf('at the end', rulesYaml([rule]), {
      replace: new Map([[index, []]]),
      append: [rule],
    }),
  })
}

const reachOf = (context: LintContext, rule: PolicyRule, index: number): readonly PolicyLint[] => {
  const shadow = context.shadow(index)
  switch (shadow.kind) {
    case 'unknown':
      return []
    case 'decides':
      return deadParts(context, rule, index)
    case 'matches-nothing':
      return [matchesNothing(context, rule, index)]
    case 'whole':
      return [deadRule(context, rule, index, shadow.by)]
    default:
      return unreachable(shadow)
  }
}

const matchesNothing = (context: LintContext, rule: PolicyRule, index: number): PolicyLint =>
  lint({
    code: 'policy-lint/matches-nothing',
    message: `no request can match the rule: ${describeRule(rule)}`,
    at: context.at('rules', index),
    rule: index,
    effect: 'The API server goes on to the next rule for every request.',
    mend: mendRule(index, []),
  })

const deadRule = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  by: readonly number[],
): PolicyLint => {
  const overlaps = context.overlaps(index)
  const [overlap] = overlaps
  const deciders = by.map((at) => context.name(at)).join(', ')
  if (overlap !== undefined && overlaps.every((one) => saysTheSame(context, one.rule, index))) {
    return lint({
      code: 'policy-lint/idle-rule',
      message: `the rule changes nothing: ${deciders} ${by.length > 1 ? 'say' : 'says'} the same of all that it matches`,
      at: context.at('rules', index),
      rule: index,
      effect: `The API server logs ${describeRequest(overlap.request)} at ${rule.level} with or without it.`,
      example: overlap.request,
      mend: mendRule(index, []),
    })
  }
  const decided = overlap && context.rules[overlap.rule]
  const other = decided?.level === rule.level ? '' : `, not at ${rule.level}`
  const logged = overlap && `${describeRequest(overlap.request)} at ${decided?.level}${other}`
  return lint({
    code: 'policy-lint/dead-rule',
    message: `the rule is never reached: ${deciders} ${by.length > 1 ? 'decide' : 'decides'} all that it matches`,
    at: context.at('rules', index),
    rule: index,
    effect: logged
      ? `The first rule that matches counts: the API server logs ${logged}.`
      : 'The first rule that matches counts.',
    example: overlap?.request ?? null,
    mend: mendDead(context, rule, index, overlap?.rule),
  })
}

const saysTheSame = ({ policy }: LintContext, one: number, other: number): boolean =>
  changeOf(decisionOf(policy, one), decisionOf(policy, other)) === 'same'

/** Before the rule that takes its requests, if that one is left with some; else out. */
const mendDead = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  first: number | undefined,
): PolicyMend => {
  const taker = first === undefined ? undefined : context.rules[first]
  if (first === undefined || taker === undefined || taker.level === rule.level) {
    return mendRule(index, [])
  }
  if (!leavesSome(context, [...context.rules.slice(0, first), rule], taker)) {
    return mendRule(index, [])
  }
  const edit = moveBefore(context.policy, index, first)
  return mendOf(`before ${context.name(first)}`, rulesYaml([rule]), edit)
}

const leavesSome = (
  context: LintContext,
  before: readonly PolicyRule[],
  rule: PolicyRule,
): boolean => context.find([rule], before) !== undefined

/** Values of a list for which earlier rules decide all, at another level. */
const deadParts = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
): readonly PolicyLint[] => {
  const before = context.before(rule, index)
  if (before.length === 0) return []
  return partsOf(rule).flatMap((part) => {
    if (!context.afford((sizeOf(rule) + before.length) * STEPS_A_VALUE)) return []
    if (context.find([part.only], before) !== undefined) return []
    const example = context.find([part.only], [])
    if (example === undefined || example === 'unknown') return []
    const by = evaluate(context.policy, example)
    if (by.level === rule.level) return []
    return [
      lint({
        code: 'policy-lint/dead-part',
        message: `${part.name} is never reached here: ${context.name(by.rule)} decides it`,
        at: context.at('rules', index, ...part.path),
        rule: index,
        effect: `The API server logs ${describeRequest(example)} at ${by.level}, not ${rule.level}.`,
        example,
        mend: mendPart(context, part, index, by.rule),
      }),
    ]
  })
}

/** To make a rule of one value ready takes about so long. */
const STEPS_A_VALUE = 100

const sizeOf = (rule: PolicyRule): number =>
  LISTS.reduce((sum, list) => sum + rule[list].length, 1) +
  rule.resources.reduce((sum, { resources }) => sum + 1 + resources.length, 0)

interface Part {
  readonly name: string
  readonly path: readonly (string | number)[]
  /** The rule with this value of the list alone, and with all others. */
  readonly only: PolicyRule
  readonly others: PolicyRule
}

const LISTS = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs'] as const

const partsOf = (rule: PolicyRule): readonly Part[] => [
  ...LISTS.flatMap((list) =>
    rule[list].length < 2
      ? []
      : rule[list].map((value, place) => ({
          name: value,
          path: [list, place],
          only: { ...rule, [list]: [value] },
          others: { ...rule, [list]: rule[list].filter((other) => other !== value) },
        })),
  ),
  ...itemParts(rule),
]

const itemParts = (rule: PolicyRule): readonly Part[] => {
  const names = rule.resources.flatMap((item, place) =>
    (item.resources.length === 0 ? [undefined] : item.resources).map((name, number) => ({
      ...{ item, place, name, number },
    })),
  )
  if (names.length < 2) return []
  return names.map(({ item, place, name, number }): Part => {
    const left: GroupResources = {
      ...item,
      resources: item.resources.filter((one) => one !== name),
    }
    const others = rule.resources.flatMap((other, at) => (at === place ? [] : [other]))
    const kept = left.resources.length === 0 ? others : rule.resources.with(place, left)
    return {
      name: name ?? (item.group === '' ? 'the core group' : `group ${item.group}`),
      path: name === undefined ? ['resources', place] : ['resources', place, 'resources', number],
      only: {
        ...rule,
        resources: [{ ...item, resources: name === undefined ? [] : [name] }],
      },
      others: { ...rule, resources: kept },
    }
  })
}

/** A rule of its own before the one that decides, if that is left with some; else out. */
const mendPart = (context: LintContext, part: Part, index: number, by: number): PolicyMend => {
  const decider = context.rules[by]
  const moved = [...context.rules.slice(0, by), part.only]
  const kept = [part.others]
  if (decider === undefined || !leavesSome(context, moved, decider)) return mendRule(index, kept)
  return mendOf(`a rule of its own before ${context.name(by)}`, rulesYaml([part.only]), {
    replace: new Map<number, readonly PolicyRule[]>([
      [by, [part.only, decider]],
      [index, kept],
    ]),
  })
}
