import { patternMatches } from '../../../kubernetes/audit-policy/evaluate.ts'
import type {
  GroupResources,
  PolicyRequest,
  PolicyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { knownType } from '../../../kubernetes/known-types/known-types.ts'
import { READS } from '../../../kubernetes/known-types/parse-type.ts'
import { describeRequest } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendBefore, mendRule } from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'

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
          if (item.resources.includes(`${resource}/${name}`)) return []
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
  const isRead = rule.verbs.length > 0 && rule.verbs.every((verb) => READS.includes(verb))
  const possible = verbsOf(item)
  const verbs = isRead ? possible.filter((verb) => READS.includes(verb)) : possible
  if (verbs.length === 0) return undefined
  const asked = { ...rule, verbs, resources: [{ ...item, resourceNames: [] }] }
  const example = context.find([asked], context.rules)
  if (example !== undefined && example !== 'unknown') return example
  for (const [at, other] of context.rules.entries()) {
    // Who is named in a rule of level None is hidden on purpose.
    const isForAll = other.users.length === 0 && other.userGroups.length === 0
    if (at <= index || other.level !== 'None' || !isForAll || !maySpeakOf(other, item)) continue
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
  if (rule.nonResourceURLs.length > 0) return false
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

const verbsOf = ({ group, resources: [pattern = ''] }: GroupResources): readonly string[] => {
  const [resource = '', subresource] = pattern.split('/')
  return knownType(group, resource, subresource)?.verbs ?? []
}

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
