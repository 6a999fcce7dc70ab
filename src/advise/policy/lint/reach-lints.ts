import { unreachable } from '../../../base/assert.ts'
import { evaluate, patternMatches } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  type GroupResources,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { RESOURCE_VERBS } from '../../../kubernetes/known-types/parse-type.ts'
import { CHANGES } from './acts.ts'
import { describeRequest, describeRule } from './describe-rule.ts'
import {
  type FindLints,
  type LintContext,
  lint,
  mendBefore,
  mendOf,
  mendRule,
} from './lint-context.ts'
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
  const [overlap] = context.overlaps(index)
  const decided = overlap && context.rules[overlap.rule]
  const instead =
    overlap && decided
      ? ` The API server logs ${describeRequest(overlap.request)} at ${decided.level}, as ${context.name(overlap.rule)} says${decided.level === rule.level ? '' : `, not at ${rule.level}`}.`
      : ''
  return lint({
    code: 'policy-lint/dead-rule',
    message: `the rule is never reached: ${by.map((at) => context.name(at)).join(', ')} ${by.length > 1 ? 'decide' : 'decides'} all that it matches`,
    at: context.at('rules', index),
    rule: index,
    effect: `The first rule that matches is the one that counts.${instead}`,
    example: overlap?.request ?? null,
    mend: mendDead(context, rule, index, overlap?.rule),
  })
}

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
const deadParts = (context: LintContext, rule: PolicyRule, index: number): readonly PolicyLint[] =>
  partsOf(rule).flatMap((part) => {
    if (!context.afford(sizeOf(rule) * STEPS_A_VALUE)) return []
    const before = context.rules.slice(0, index)
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

/** Resources whose subresources do as much, by group. */
const SUBRESOURCES: readonly (readonly [group: string, resource: string, of: readonly string[]])[] =
  [
    ['', 'pods', ['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers', 'log']],
    ['', 'services', ['proxy']],
    ['', 'nodes', ['proxy']],
    ['', 'serviceaccounts', ['token']],
    ['certificates.k8s.io', 'certificatesigningrequests', ['approval']],
  ]

/** Resources that are logged whose subresources are not. */
export const subresourceLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    if (rule.level === 'None') return []
    return rule.resources.flatMap((item, place) =>
      SUBRESOURCES.flatMap(([group, resource, of]) => {
        const number = item.resources.indexOf(resource)
        if ((item.group !== group && item.group !== '*') || number < 0) return []
        const hidden = of.flatMap((name) => {
          const example = hiddenBy(context, rule, index, {
            ...item,
            group,
            resources: [`${resource}/${name}`],
          })
          return example === undefined ? [] : [{ name, example }]
        })
        return hidden.length === 0
          ? []
          : [uncovered(context, rule, index, { item, place, number, resource, hidden })]
      }),
    )
  })

/** A request of this kind that the rule would take, and that nothing logs. */
const hiddenBy = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  item: GroupResources,
): PolicyRequest | undefined => {
  // Who may not create or update pods may still enter them: the verbs of the two differ.
  const like = { ...rule, verbs: [], resources: [{ ...item, resourceNames: [] }] }
  const isRead = rule.verbs.length > 0 && rule.verbs.every((verb) => READS.includes(verb))
  const asked = isRead ? { ...like, verbs: rule.verbs } : like
  const example = context.find([asked], context.rules)
  if (example !== undefined && example !== 'unknown') return example
  for (const [at, other] of context.rules.entries()) {
    if (at <= index || other.level !== 'None' || !maySpeakOf(other, item)) continue
    const hidden = context.find([asked, other], context.rules.slice(0, at))
    if (hidden !== undefined && hidden !== 'unknown') return hidden
  }
  return undefined
}

/** Whether a rule lists the subresource, or lists nothing and so means all. */
const maySpeakOf = (
  rule: PolicyRule,
  { group, resources: [pattern = ''] }: GroupResources,
): boolean => {
  const [resource = '', subresource = ''] = pattern.split('/')
  return (
    rule.resources.length === 0 ||
    rule.resources.some(
      (item) =>
        (item.group === '*' || item.group === group) &&
        (item.resources.length === 0 ||
          item.resources.some((one) => patternMatches(one, { resource, subresource }))),
    )
  )
}

const READS = ['get', 'list', 'watch']

interface Uncovered {
  readonly item: GroupResources
  readonly place: number
  readonly number: number
  readonly resource: string
  readonly hidden: readonly { readonly name: string; readonly example: PolicyRequest }[]
}

const uncovered = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  { item, place, number, resource, hidden }: Uncovered,
): PolicyLint => {
  const [first] = hidden
  const names = hidden.map(({ name }) => `${resource}/${name}`)
  const wider = { ...item, resources: [...item.resources, ...names] }
  const mended = { ...rule, resources: rule.resources.with(place, wider) }
  const apart: PolicyRule = {
    ...rule,
    verbs: [],
    resources: [{ ...item, resources: names, resourceNames: [] }],
  }
  const isWhole = rule.verbs.length === 0 && item.resourceNames.length === 0
  return lint({
    code: 'policy-lint/subresource-not-covered',
    message: `${resource} does not cover ${names.join(', ')}, and no other rule logs ${names.length > 1 ? 'them' : 'it'}`,
    at: context.at('rules', index, 'resources', place, 'resources', number),
    rule: index,
    effect:
      first === undefined
        ? ''
        : `The API server logs nothing of ${describeRequest(first.example)}.`,
    example: first?.example ?? null,
    mend: isWhole
      ? mendRule(index, [mended])
      : mendBefore({ policy: context.policy, name: context.name(index) }, index, [apart]),
  })
}
