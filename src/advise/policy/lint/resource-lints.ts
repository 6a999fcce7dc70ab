import type { GroupResources, PolicyRule } from '../../../kubernetes/audit-policy/policy.ts'
import { groupKind, knownType } from '../../../kubernetes/known-types/known-types.ts'
import { describeRule, few } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendRule } from './lint-context.ts'
import {
  type GroupedName,
  groupFault,
  groupWords,
  type NameFault,
  patternFault,
} from './pattern-lints.ts'
import type { PolicyLint } from './policy-lint.ts'

/** Names of groups, resources and subresources that match nothing. */
export const resourceLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) =>
    rule.resources.flatMap((item, place) => itemLints(context, index, rule, item, place)),
  )

const itemLints = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
  item: GroupResources,
  place: number,
): readonly PolicyLint[] => {
  const at = (...path: (string | number)[]) =>
    context.at('rules', index, 'resources', place, ...path)
  const inGroup = groupFault(item.group, item.resources)
  if (inGroup !== undefined) {
    const instead = inGroup.instead?.length === 0 ? undefined : inGroup.instead
    const items =
      instead === undefined ? renamedItem(item, inGroup) : itemsFor(instead, item.resourceNames)
    return [faultLint(index, inGroup, at('group'), replaced(rule, place, items))]
  }
  return item.resources.flatMap((pattern, number) => {
    const fault = patternFault(item.group, pattern, context.options.minor)
    if (fault === undefined) return []
    // Under its new name a rule of level None would hide what is logged now.
    const isHidden = rule.level === 'None' && fault.code === 'policy-lint/former-type'
    const items = mendedItems(item, number, isHidden ? [] : (fault.instead ?? []))
    return [faultLint(index, fault, at('resources', number), replaced(rule, place, items))]
  })
}

const faultLint = (
  index: number,
  fault: NameFault,
  at: PolicyLint['at'],
  mended: PolicyRule | undefined,
): PolicyLint =>
  lint({
    ...{ code: fault.code, message: fault.what, at, rule: index },
    effect: EFFECTS[fault.code] ?? 'The API server compares names as they are: nothing matches.',
    mend: mendRule(index, mended === undefined ? [] : [mended]),
  })

const EFFECTS: Readonly<Record<string, string>> = {
  'policy-lint/former-type': 'Nothing is asked for under this name any more.',
  'policy-lint/not-in-version': 'An API server of this release has no such resource.',
}

/** A group that lists nothing, under its right name, or not at all. */
const renamedItem = (item: GroupResources, { what }: NameFault): readonly GroupResources[] => {
  const [, meant] = /; (\S+) is meant$/.exec(what) ?? []
  if (meant !== undefined) return [{ ...item, group: meant }]
  return what.includes('the core group') ? [{ ...item, group: '' }] : []
}

/** An item without one of its patterns, and others for it. */
const mendedItems = (
  item: GroupResources,
  number: number,
  instead: readonly GroupedName[],
): readonly GroupResources[] => {
  const kept = item.resources.map((pattern): GroupedName => ({ group: item.group, pattern }))
  return itemsFor(
    [...kept.slice(0, number), ...instead, ...kept.slice(number + 1)],
    item.resourceNames,
  )
}

const itemsFor = (
  names: readonly GroupedName[],
  resourceNames: readonly string[],
): readonly GroupResources[] =>
  [...Map.groupBy(names, ({ group }) => group)].map(([group, of]) => ({
    group,
    resources: [...new Set(of.map(({ pattern }) => pattern))],
    resourceNames,
  }))

/** A rule with other items in the place of one; undefined when none is left, which is "all". */
const replaced = (
  rule: PolicyRule,
  place: number,
  items: readonly GroupResources[],
): PolicyRule | undefined => {
  const resources = rule.resources.flatMap((item, index) => (index === place ? items : [item]))
  return resources.length === 0 ? undefined : { ...rule, resources: merged(resources) }
}

/** Items of one group and the same names as one. */
const merged = (items: readonly GroupResources[]): readonly GroupResources[] => {
  const made = new Map<string, GroupResources>()
  for (const item of items) {
    const key = JSON.stringify([item.group, item.resourceNames, item.resources.length === 0])
    const before = made.get(key)
    const resources = [...new Set([...(before?.resources ?? []), ...item.resources])]
    made.set(key, { ...item, resources })
  }
  return [...made.values()]
}

/** Names that requests of some verbs never have. */
export const nameLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    const named = rule.resources.filter((item) => item.resourceNames.length > 0)
    if (named.length === 0) return []
    return [...createLints(context, index, rule), ...starNames(context, index, rule)]
  })

const NAMELESS = ['create', 'deletecollection']

/** A create names its object in the body, and a `deletecollection` no object at all. */
const createLints = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
): readonly PolicyLint[] => {
  const verbs = rule.verbs.filter((verb) => NAMELESS.includes(verb))
  const concerned = rule.resources.filter(
    ({ resources, resourceNames }) =>
      resourceNames.length > 0 &&
      !resourceNames.includes('') &&
      resources.every((pattern) => !pattern.includes('/') && pattern !== '*'),
  )
  if (verbs.length === 0 || concerned.length === 0) return []
  const free: PolicyRule = {
    ...rule,
    verbs,
    resources: concerned.map((item) => ({ ...item, resourceNames: [] })),
  }
  const left = rule.verbs.filter((verb) => !NAMELESS.includes(verb))
  const others = rule.resources.filter((item) => !concerned.includes(item))
  const kept: readonly PolicyRule[] = [
    ...(left.length === 0 ? [] : [{ ...rule, verbs: left }]),
    ...(others.length === 0 ? [] : [{ ...rule, verbs, resources: others }]),
  ]
  return [
    lint({
      code: 'policy-lint/names-of-create',
      message: `${verbs.join(' and ')} never matches with resourceNames: the URL has no name`,
      at: context.at('rules', index, 'verbs', rule.verbs.indexOf(verbs[0] ?? '')),
      rule: index,
      effect: 'The API server goes on to the next rule for such a request.',
      // A rule of level None without names would hide every new object.
      mend: mendRule(index, rule.level === 'None' ? kept : [...kept, free]),
    }),
  ]
}

const starNames = (context: LintContext, index: number, rule: PolicyRule): readonly PolicyLint[] =>
  rule.resources.flatMap((item, place) => {
    const stars = item.resourceNames.filter((name) => name.includes('*'))
    if (stars.length === 0) return []
    const left = item.resourceNames.filter((name) => !stars.includes(name))
    const isAny = stars.includes('*')
    const items = left.length === 0 && !isAny ? [] : [{ ...item, resourceNames: isAny ? [] : left }]
    const number = item.resourceNames.indexOf(stars[0] ?? '')
    const mended = replaced(rule, place, items)
    return [
      lint({
        code: 'policy-lint/literal-star',
        message: `${stars.join(' and ')} is no wildcard in resourceNames`,
        at: context.at('rules', index, 'resources', place, 'resourceNames', number),
        rule: index,
        effect: 'The API server compares names as they are, and no object has a star in its name.',
        mend: mendRule(index, mended === undefined ? [] : [mended]),
      }),
    ]
  })

/** Resources that are in no namespace, in a rule for some namespaces. */
export const scopeLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    if (rule.namespaces.length === 0 || rule.namespaces.includes('')) return []
    return rule.resources.flatMap((item, place) => {
      const wrong = item.resources.filter((pattern) => isClusterScoped(item.group, pattern))
      if (wrong.length === 0) return []
      return [scopeLint(context, index, rule, item, place, wrong)]
    })
  })

/** The namespace of a Namespace is its own name, so that a rule can be for it. */
const isClusterScoped = (group: string, pattern: string): boolean => {
  const [resource = '', subresource = ''] = pattern.split('/')
  const type = knownType(group, resource, subresource === '*' ? '' : subresource)
  const isSure = groupKind(group) === 'built-in'
  return isSure && type !== undefined && !type.namespaced && resource !== 'namespaces'
}

const scopeLint = (
  context: LintContext,
  index: number,
  rule: PolicyRule,
  item: GroupResources,
  place: number,
  wrong: readonly string[],
): PolicyLint => {
  const left = item.resources.filter((pattern) => !wrong.includes(pattern))
  const kept = replaced(rule, place, left.length === 0 ? [] : [{ ...item, resources: left }])
  const free: PolicyRule = { ...rule, namespaces: [], resources: [{ ...item, resources: wrong }] }
  const are = wrong.length > 1 ? 'are' : 'is'
  // A rule of level None for all the cluster hides more than anybody meant.
  const rules = [...(kept === undefined ? [] : [kept]), ...(rule.level === 'None' ? [] : [free])]
  return lint({
    code: 'policy-lint/cluster-scoped',
    message: `${wrong.join(', ')} of ${groupWords(item.group)} ${are} in no namespace, and the rule is for ${few(rule.namespaces)}`,
    at: context.at(
      'rules',
      index,
      'resources',
      place,
      'resources',
      item.resources.indexOf(wrong[0] ?? ''),
    ),
    rule: index,
    effect: 'Requests for it have no namespace, so that the API server goes on to the next rule.',
    mend: mendRule(index, rules),
  })
}

/** An item that says nothing is all of the core group. */
export const emptyItemLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) =>
    rule.resources.flatMap((item, place) => {
      if (item.group !== '' || item.resources.length > 0) return []
      const path = ['rules', index, 'resources', place] as const
      // Where there is such a key, its place is another than that of the item, or it comes first.
      if (hasKey(context, path, 'group') || hasKey(context, path, 'resources')) return []
      const left = rule.resources.filter((_, other) => other !== place)
      const mended = left.length === 0 ? undefined : { ...rule, resources: left }
      return [
        lint({
          code: 'policy-lint/all-of-core',
          message: 'an item of resources names neither a group nor resources',
          at: context.at(...path),
          rule: index,
          effect: `The API server takes it for all of the core group: ${describeRule(rule)}.`,
          mend: mendRule(index, mended === undefined ? [] : [mended]),
        }),
      ]
    }),
  )

const hasKey = (
  { text, loaded }: LintContext,
  path: readonly (string | number)[],
  key: string,
): boolean => {
  const { line = 0, column = 1 } = loaded.placeOf([...path, key])
  const written = (text.split(/\r\n|[\n\r\u0085\u2028\u2029]/)[line - 1] ?? '').slice(column - 1)
  return written.startsWith(key) || written.slice(1).startsWith(key)
}
