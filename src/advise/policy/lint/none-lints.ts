import {
  type GroupResources,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { ACTS, ACTS_OF_ANYBODY, ACTS_OF_MANY, type Act } from './acts.ts'
import { describeRequest, few } from './describe-rule.ts'
import { type FindLints, type LintContext, lint, mendBefore, partOf } from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'
import { isCatchAll } from './reach-lints.ts'

/** Rules of level None that what attackers do falls under. */
export const noneLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    const isEnd = index === context.rules.length - 1 && isCatchAll(rule)
    // A last rule for all that is left is said to be one.
    if (rule.level !== 'None' || isEnd || isOfTheServer(rule)) return []
    const hidden = [
      ...hiddenBy(context, index, rule, rule.users.length > 0 ? ACTS : [...ACTS, ...ACTS_OF_MANY]),
      ...(isForAnyone(rule) ? hiddenBy(context, index, withoutNames(rule), ACTS_OF_ANYBODY) : []),
    ]
    return hidden.length === 0 ? [] : [noneLint(context, rule, index, hidden)]
  })

const hiddenBy = (
  context: LintContext,
  index: number,
  rule: PolicyRule | undefined,
  acts: readonly Act[],
): readonly Hidden[] =>
  acts.flatMap((act) => {
    const example = rule && context.decidesAs(index, rule, act.rule)
    return example === undefined ? [] : [{ act, example }]
  })

/** Objects that are named, such as the lock of a controller, are hidden on purpose. */
const withoutNames = (rule: PolicyRule): PolicyRule | undefined => {
  const resources = rule.resources.filter(({ resourceNames }) => resourceNames.length === 0)
  return resources.length === 0 && rule.resources.length > 0 ? undefined : { ...rule, resources }
}

/** The token of this user never leaves the memory of the API server, which logs what it likes. */
const isOfTheServer = ({ users }: PolicyRule): boolean =>
  users.length > 0 && users.every((user) => user === 'system:apiserver')

interface Hidden {
  readonly act: Act
  readonly example: PolicyRequest
}

const noneLint = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  hidden: readonly Hidden[],
): PolicyLint => {
  const [first] = hidden
  const acts = hidden.map(({ act }) => act)
  return lint({
    code: isForAnyone(rule) ? 'policy-lint/none-for-anyone' : 'policy-lint/none-for-intruder',
    message: `level None hides ${few(acts.map(({ about }) => about))}: ${whoCan(rule)} can use that`,
    at: context.at('rules', index),
    rule: index,
    effect:
      first === undefined
        ? ''
        : `The API server logs nothing of ${describeRequest(first.example)}.`,
    example: first?.example ?? null,
    mend: mendBefore(
      { policy: context.policy, name: context.name(index) },
      index,
      logged(rule, acts),
    ),
  })
}

const EVERYBODY = ['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts']

const isForAnyone = ({ users, userGroups }: PolicyRule): boolean =>
  users.length === 0 &&
  (userGroups.length === 0 || userGroups.some((group) => EVERYBODY.includes(group)))

/** Who comes under a rule, as an attacker would see it. */
const whoCan = ({ users, userGroups, namespaces }: PolicyRule): string => {
  const named = namespaces.filter((namespace) => namespace !== '')
  const where = named.length === namespaces.length ? inNamespaces(named) : outside(named)
  if (users.length > 0) return `whoever gets the credentials of ${few(users)}${where}`
  const [group] = userGroups
  if (group === undefined) return `anybody${where}`
  if (userGroups.includes('system:authenticated')) return `everybody who may log in${where}`
  if (userGroups.includes('system:unauthenticated')) return `anybody without credentials${where}`
  if (userGroups.includes('system:serviceaccounts')) return `every pod${where}`
  if (group === 'system:nodes') return `whoever breaks out of a container onto a node${where}`
  const namespace = /^system:serviceaccounts:(.+)$/.exec(group)?.[1]
  if (namespace !== undefined)
    return `whoever gets into a pod of ${namespace}, or may make one${where}`
  return `whoever is in ${few(userGroups)}${where}`
}

const inNamespaces = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` in namespace ${few(names)}`

/** The empty namespace is no namespace at all. */
const outside = (names: readonly string[]): string =>
  names.length === 0 ? ' outside of namespaces' : `${inNamespaces(names)} and outside of namespaces`

/** The acts at Metadata, for those whom the rule is about: few rules, by verbs. */
const logged = (rule: PolicyRule, acts: readonly Act[]): readonly PolicyRule[] =>
  [...Map.groupBy(acts, keyOf)].map(([, alike]) =>
    partOf(
      { ...rule, level: 'Metadata' },
      {
        verbs: alike[0]?.rule.verbs ?? [],
        resources: joined(alike.flatMap((act) => act.rule.resources)),
        nonResourceURLs: alike.flatMap((act) => act.rule.nonResourceURLs),
      },
    ),
  )

/** What can be said in one rule: paths and resources cannot. */
const keyOf = ({ rule: { verbs, nonResourceURLs } }: Act): string =>
  `${nonResourceURLs.length > 0} ${verbs.join()}`

const joined = (items: readonly GroupResources[]): readonly GroupResources[] =>
  [...Map.groupBy(items, ({ group }) => group)].map(([group, of]) => ({
    group,
    resources: of.some((item) => item.resources.length === 0)
      ? []
      : of.flatMap((item) => item.resources),
    resourceNames: [],
  }))

/** What the cluster says to itself all the time, with a rule that drops it. */
interface Noise {
  readonly about: string
  readonly rule: PolicyRule
}

const NODES = ['system:nodes']

/** Each rule names who makes the noise, and how, so that it hides nobody else. */
const NOISE: readonly Noise[] = [
  {
    about: 'leases of nodes and controllers',
    rule: policyRule('None', {
      verbs: ['get', 'update', 'patch'],
      namespaces: ['kube-node-lease', 'kube-system'],
      resources: [{ group: 'coordination.k8s.io', resources: ['leases'], resourceNames: [] }],
    }),
  },
  {
    about: 'Events, which are kept elsewhere',
    rule: policyRule('None', {
      verbs: ['create', 'update', 'patch'],
      resources: [
        { group: '', resources: ['events'], resourceNames: [] },
        { group: 'events.k8s.io', resources: ['events'], resourceNames: [] },
      ],
    }),
  },
  {
    about: 'health checks',
    rule: policyRule('None', {
      verbs: ['get', 'head'],
      nonResourceURLs: ['/healthz*', '/livez*', '/readyz*'],
    }),
  },
  {
    about: 'the status of nodes with all that is in it',
    rule: policyRule('Metadata', {
      userGroups: NODES,
      verbs: ['update', 'patch'],
      resources: [{ group: '', resources: ['nodes/status'], resourceNames: [] }],
    }),
  },
  {
    about: 'what kube-proxy watches',
    rule: policyRule('None', {
      users: ['system:kube-proxy', 'system:serviceaccount:kube-system:kube-proxy'],
      verbs: ['watch'],
      resources: [
        { group: '', resources: ['nodes', 'services', 'services/status'], resourceNames: [] },
        { group: 'discovery.k8s.io', resources: ['endpointslices'], resourceNames: [] },
      ],
    }),
  },
]

/** Noise that is logged. */
export const noiseLints: FindLints = (context) => {
  const logs = NOISE.filter(({ rule }) => isLogged(context, rule))
  if (logs.length === 0) return []
  const rules = logs.map(({ rule }) => rule)
  return [
    lint({
      code: 'policy-lint/noise',
      message: `the policy logs noise: ${logs.map(({ about }) => about).join('; ')}`,
      at: context.at('rules'),
      effect:
        'The API server writes an event for each, many a minute for every node, whatever else happens.',
      mend: mendBefore({ policy: context.policy, name: context.name(0) }, 0, rules),
    }),
  ]
}

/** Whether a policy logs such a request of those who ordinarily make it. */
const isLogged = (context: LintContext, noise: PolicyRule): boolean => {
  const usual = { ...noise, ...usualOf(noise) }
  return context.rules.some(
    (rule, index) =>
      isMore(rule, noise) && isFound(context.find([usual, rule], context.rules.slice(0, index))),
  )
}

/** The status of nodes is noise where the answers are logged, and may be wanted otherwise. */
const isMore = (rule: PolicyRule, noise: PolicyRule): boolean =>
  noise.level === 'None' ? rule.level !== 'None' : rule.level === 'RequestResponse'

const isFound = (found: PolicyRequest | 'unknown' | undefined): boolean =>
  found !== undefined && found !== 'unknown'

/** Nodes write leases and Events; one path and one verb each will do to tell. */
const usualOf = (noise: PolicyRule): Partial<PolicyRule> => {
  if (noise.nonResourceURLs.length > 0) return { verbs: ['get'], nonResourceURLs: ['/livez'] }
  if (noise.users.length > 0) {
    return {
      users: ['system:kube-proxy'],
      resources: [{ group: '', resources: ['services'], resourceNames: [] }],
    }
  }
  const [item] = noise.resources
  if (noise.userGroups.length > 0) return {}
  return {
    userGroups: NODES,
    verbs: [item?.group === '' ? 'create' : 'update'],
    namespaces: item?.group === '' ? [] : ['kube-node-lease'],
    resources: item === undefined ? [] : [item],
  }
}
