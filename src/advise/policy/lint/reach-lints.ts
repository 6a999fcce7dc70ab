import { unreachable } from '../../../base/assert.ts'
import { decisionOf, evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  type AuditPolicy,
  type GroupResources,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { changeOf } from '../../../kubernetes/audit-policy/policy-diff.ts'
import { mayMeet } from '../../../kubernetes/audit-policy/region/ready-rule.ts'
import { describeRequest, describeRule } from './describe-rule.ts'
import { hardlyReached } from './hardly-reached.ts'
import {
  type FindLints,
  type FoundLint,
  type LintContext,
  lint,
  mendOf,
  mendRule,
} from './lint-context.ts'
import { moveBefore, type PolicyEdit } from './policy-edit.ts'
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

/** At the end, as the one that logs most of all such rules; or else without what it hides. */
const earlyCatchAll = (context: LintContext, index: number): FoundLint => {
  const { rules } = context
  const rule = rules[index] ?? policyRule('None')
  const behind = rules.length - 1 - index
  const { mend, instead } = mendEarly(context, index)
  return lint({
    code: 'policy-lint/early-catch-all',
    message: `the rule matches every request, and ${behind === 1 ? 'a rule stands' : `${behind} rules stand`} behind it`,
    at: context.at('rules', index),
    rule: index,
    effect: `The API server logs every request that comes here at ${rule.level} and never reaches what follows.`,
    ...{ mend, instead },
  })
}

/** Mends for a rule that matches every request and has others behind it. */
export const mendEarly = (
  { policy, rules }: LintContext,
  index: number,
): { readonly mend: PolicyMend; readonly instead: readonly PolicyMend[] } => {
  const all = [...rules.entries()].filter(([at, rule]) => at >= index && isCatchAll(rule))
  const most = all.reduce<PolicyRule | undefined>(
    (best, [at, rule]) =>
      best === undefined || logsMore(policy, at, rules.indexOf(best)) ? rule : best,
    undefined,
  )
  const last = most === undefined ? [] : [most]
  const out = (at: readonly number[]): Map<number, readonly PolicyRule[]> =>
    new Map(at.map((one) => [one, []]))
  const atTheEnd = (without: readonly number[]): PolicyEdit => ({
    replace: out([...new Set([...all.map(([at]) => at), ...without])]),
    append: last,
  })
  const behind = [...rules.keys()].filter((at) => at > index)
  const silent = behind.filter((at) => rules[at]?.level === 'None')
  const yaml = rulesYaml(last)
  return {
    mend: mendOf('at the end', yaml, atTheEnd([])),
    instead: [
      mendOf('at the end, and no rule of level None before it', yaml, atTheEnd(silent)),
      mendOf('without what is never reached', '', { replace: out(behind) }),
    ],
  }
}

const logsMore = (policy: AuditPolicy, one: number, other: number): boolean =>
  changeOf(decisionOf(policy, other), decisionOf(policy, one)) === 'more'

const reachOf = (context: LintContext, rule: PolicyRule, index: number): readonly FoundLint[] => {
  const shadow = context.shadow(index)
  switch (shadow.kind) {
    case 'unknown':
      return []
    case 'decides':
      return [...deadParts(context, rule, index), ...hardlyReached(context, rule, index)]
    case 'matches-nothing':
      return [matchesNothing(context, rule, index)]
    case 'whole':
      // What a rule with a dropped field takes, it may not take once that is mended.
      if (shadow.by.some((at) => context.hasDropped(at))) return []
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
): FoundLint => {
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
    ...mendDead(context, rule, index, [
      ...by.slice(0, 1),
      ...overlaps
        .map((one) => one.rule)
        .filter((at) => at < (by[0] ?? 0))
        .reverse(),
    ]),
  })
}

const saysTheSame = ({ policy }: LintContext, one: number, other: number): boolean =>
  changeOf(decisionOf(policy, one), decisionOf(policy, other)) === 'same'

/**
 * Before one of the places, where it decides something, so that more is logged, and nothing less,
 * and no other rule is without requests then; else out, which changes nothing.
 */
const mendDead = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  places: readonly number[],
): Pick<FoundLint, 'mend' | 'instead'> => {
  const out = mendRule(index, [])
  const place = places.find(
    (at) =>
      context.find([rule], context.rules.slice(0, at)) !== undefined &&
      onlyAdds(context, rule, { at, index }),
  )
  if (place === undefined) return { mend: out }
  const edit = moveBefore(context.policy, index, place)
  return { mend: mendOf(`before ${context.name(place)}`, rulesYaml([rule]), edit), instead: [out] }
}

/** Whether a rule that decides as the one at `index` only adds to the log, from a place on. */
const onlyAdds = (
  context: LintContext,
  rule: PolicyRule,
  { at, index }: { readonly at: number; readonly index: number },
): boolean => {
  const { policy, rules } = context
  const now = decisionOf(policy, index)
  const between = [...rules.entries()].slice(at, index).filter(([, one]) => mayMeet(rule, one))
  return between.every(([place, one]) => {
    const change = changeOf(decisionOf(policy, place), now)
    const before = rules.slice(0, place)
    const isLeft = (): boolean =>
      context.find([one], [...before, rule]) !== undefined ||
      context.find([one], before) === undefined
    return (change === 'more' || change === 'same') && isLeft()
  })
}

/** Values of a list for which earlier rules decide all, at another level. */
const deadParts = (context: LintContext, rule: PolicyRule, index: number): readonly FoundLint[] => {
  const before = context.before(rule, index)
  if (before.length === 0) return []
  return partsOf(rule).flatMap((part) => {
    if (!context.afford((sizeOf(rule) + before.length) * STEPS_A_VALUE)) return []
    if (context.find([part.only], before) !== undefined) return []
    const example = context.find([part.only], [])
    if (example === undefined || example === 'unknown') return []
    const by = evaluate(context.policy, example)
    if (by.level === rule.level || context.hasDropped(by.rule)) return []
    return [
      lint({
        code: 'policy-lint/dead-part',
        message: `${part.name} is never reached here: ${context.name(by.rule)} decides it`,
        at: context.at('rules', index, ...part.path),
        rule: index,
        effect: `The API server logs ${describeRequest(example)} at ${by.level}, not ${rule.level}.`,
        example,
        ...mendPart(context, part, index, by.rule),
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

/** A rule of its own before the one that decides, if that adds to what is logged; else out. */
const mendPart = (
  context: LintContext,
  part: Part,
  index: number,
  by: number,
): Pick<FoundLint, 'mend' | 'instead'> => {
  const decider = context.rules[by]
  const out = mendRule(index, [part.others])
  if (decider === undefined || !onlyAdds(context, part.only, { at: by, index })) {
    return { mend: out }
  }
  const mend = mendOf(`a rule of its own before ${context.name(by)}`, rulesYaml([part.only]), {
    replace: new Map<number, readonly PolicyRule[]>([
      [by, [part.only, decider]],
      [index, [part.others]],
    ]),
  })
  return { mend, instead: [out] }
}
