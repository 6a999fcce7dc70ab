import type {
  GroupResources,
  PolicyRequest,
  PolicyRule,
} from '../../../kubernetes/audit-policy/policy.ts'
import { describeRequest } from './describe-rule.ts'
import {
  type FindLints,
  type LintContext,
  lint,
  mendBefore,
  mendOf,
  partOf,
} from './lint-context.ts'
import type { PolicyLint } from './policy-lint.ts'

/** Content that does not belong into a log. */
export const bodyLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    if (rule.level !== 'Request' && rule.level !== 'RequestResponse') return []
    const contents = isForOpenShift(context.rules) ? [...CONTENTS, OPENSHIFT] : CONTENTS
    return contents.flatMap((content) => contentLint(context, rule, index, content))
  })

/** Whether a policy was written for OpenShift: elsewhere nobody serves its tokens. */
const isForOpenShift = (rules: readonly PolicyRule[]): boolean =>
  rules.some(({ resources }) => resources.some(({ group }) => group.endsWith('.openshift.io')))

interface Content {
  readonly code: string
  /** What is written to the log. */
  readonly about: string
  /** Bodies that have it: of the request, and of the answer. */
  readonly inRequests: readonly Part[]
  readonly inAnswers: readonly Part[]
}

type Part = readonly [verbs: readonly string[], items: readonly GroupResources[]]

const item = (group: string, ...resources: readonly string[]): GroupResources => ({
  ...{ group, resources, resourceNames: [] },
})

/**
 * A watch has no body, nor has a get of a request; deletion answers with a status, except that of a
 * collection, which answers with what it deleted.
 */
const WRITES = ['create', 'update', 'patch']
const ANSWERED = [...WRITES, 'get', 'list', 'deletecollection']

const objects = (code: string, about: string, resource: GroupResources): Content => ({
  ...{ code, about },
  inRequests: [[WRITES, [resource]]],
  inAnswers: [[ANSWERED, [resource]]],
})

const REVIEWS: Part = [['create'], [item('authentication.k8s.io', 'tokenreviews')]]

const OPENSHIFT_REVIEWS: Part = [['create'], [item('oauth.openshift.io', 'tokenreviews')]]
const OPENSHIFT_TOKENS = item('oauth.openshift.io', 'oauthaccesstokens', 'oauthauthorizetokens')

const OPENSHIFT: Content = {
  code: 'policy-lint/token-bodies',
  about: 'tokens of OpenShift that are in force',
  inRequests: [OPENSHIFT_REVIEWS, [WRITES, [OPENSHIFT_TOKENS]]],
  inAnswers: [OPENSHIFT_REVIEWS, [ANSWERED, [OPENSHIFT_TOKENS]]],
}

const CONTENTS: readonly Content[] = [
  objects('policy-lint/secret-bodies', 'the content of Secrets', item('', 'secrets')),
  {
    code: 'policy-lint/token-bodies',
    about: 'tokens that are in force',
    inRequests: [REVIEWS],
    inAnswers: [REVIEWS, [['create'], [item('', 'serviceaccounts/token')]]],
  },
  objects('policy-lint/config-map-bodies', 'the content of ConfigMaps', item('', 'configmaps')),
]

const contentLint = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  { code, about, inRequests, inAnswers }: Content,
): readonly PolicyLint[] => {
  const parts = rule.level === 'Request' ? inRequests : inAnswers
  const found = parts.flatMap(([verbs, resources]) =>
    resources.flatMap((resource) => {
      const example = context.decides(index, { verbs, resources: [resource] })
      return example === undefined ? [] : [{ resource, example }]
    }),
  )
  const [first] = found
  if (first === undefined) return []
  const apart = partOf(
    { ...rule, level: 'Metadata' },
    { resources: joined(found.map(({ resource }) => resource)) },
  )
  return [
    lint({
      code,
      message: `level ${rule.level} writes ${about} to the log`,
      at: context.at('rules', index),
      rule: index,
      effect: `The API server logs ${describeRequest(first.example)} at ${rule.level}, with the ${rule.level === 'Request' ? 'body of the request' : 'bodies of request and answer'}.`,
      example: first.example,
      mend: mendBefore({ policy: context.policy, name: context.name(index) }, index, [apart]),
    }),
  ]
}

const joined = (items: readonly GroupResources[]): readonly GroupResources[] =>
  [...Map.groupBy(items, ({ group }) => group)].map(([group, of]) =>
    item(group, ...new Set(of.flatMap(({ resources }) => resources))),
  )

/** Answers to lists of what there is much of. */
export const listLints: FindLints = (context) =>
  context.rules.flatMap((rule, index) => {
    if (rule.level !== 'RequestResponse') return []
    const examples = MANY.flatMap((resource) => {
      const example = context.decides(index, { verbs: ['list'], resources: [resource] })
      return example === undefined ? [] : [example]
    })
    const [first] = examples
    return first === undefined ? [] : [listLint(context, rule, index, examples, first)]
  })

/** Kinds of which a cluster has many, or large ones. */
const MANY: readonly GroupResources[] = [
  item('', 'pods'),
  item('', 'nodes'),
  item('', 'events'),
  item('', 'endpoints'),
  item('apps', 'replicasets'),
  item('discovery.k8s.io', 'endpointslices'),
  item('apiextensions.k8s.io', 'customresourcedefinitions'),
]

const listLint = (
  context: LintContext,
  rule: PolicyRule,
  index: number,
  examples: readonly PolicyRequest[],
  example: PolicyRequest,
): PolicyLint => {
  const names = examples.map(({ resource }) => resource?.resource ?? '')
  const apart = partOf(
    { ...rule, level: 'Metadata' },
    { verbs: ['list'], resources: rule.resources },
  )
  return lint({
    code: 'policy-lint/list-bodies',
    message: `level RequestResponse writes whole lists to the log, such as those of ${names.join(', ')}`,
    at: context.at('rules', index),
    rule: index,
    effect: `The API server logs ${describeRequest(example)} at RequestResponse, with every object of the answer, and holds it in memory until it is written.`,
    example,
    mend: mendBefore({ policy: context.policy, name: context.name(index) }, index, [apart]),
  })
}

/** Bodies with what server-side apply notes of them. */
export const managedFieldsLints: FindLints = (context) => {
  const { policy, rules } = context
  if (policy.omitManagedFields) return []
  const index = rules.findIndex(
    (rule, at) =>
      rule.omitManagedFields === undefined &&
      hasBodies(rule) &&
      context.decides(at, BODIES) !== undefined,
  )
  if (index < 0) return []
  return [
    lint({
      code: 'policy-lint/managed-fields',
      message: 'bodies are logged with their managedFields',
      at: context.at('rules', index),
      rule: index,
      effect:
        'The API server logs who set which field of an object in every body, often half of it.',
      mend: mendOf('at the top of the policy', 'omitManagedFields: true\n', {
        omitManagedFields: true,
      }),
    }),
  ]
}

const hasBodies = ({ level }: PolicyRule): boolean =>
  level === 'Request' || level === 'RequestResponse'

const BODIES: Partial<PolicyRule> = {
  verbs: ['update', 'patch', 'create', 'get', 'list'],
  resources: [item('*', '*')],
}
