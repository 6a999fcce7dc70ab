import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuditPolicy, POLICY_LEVELS, POLICY_STAGES } from '../policy.ts'
import { loadPolicy } from './load-policy.ts'
import { toYaml } from './to-yaml.ts'

const text = fc.oneof(
  fc.constantFrom(
    '',
    'pods',
    'pods/*',
    '*',
    'yes',
    'n',
    '0777',
    '1e3',
    '~',
    'a:',
    'system:masters',
    '- x',
    '# y',
    '<<',
    '=',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }).map((one) => one.toWellFormed()),
)
const texts = fc.array(text, { maxLength: 4 })
const stages = fc.uniqueArray(fc.constantFrom(...POLICY_STAGES), { maxLength: 4 })
const common = {
  level: fc.constantFrom(...POLICY_LEVELS),
  users: texts,
  userGroups: texts,
  verbs: texts,
  omitStages: stages,
  omitManagedFields: fc.constantFrom(undefined, true, false),
}
const none = fc.constant([])
const rule = fc.oneof(
  fc.record({
    ...common,
    namespaces: texts,
    nonResourceURLs: none,
    resources: fc.array(
      fc.record({
        group: fc.constantFrom('', '*', 'apps', 'n', 'rbac.authorization.k8s.io', '1.5'),
        resources: fc.array(text, { minLength: 1, maxLength: 4 }),
        resourceNames: texts,
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    ...common,
    namespaces: none,
    resources: none,
    nonResourceURLs: fc.array(
      text.map((one) => `/${one.replaceAll('*', '')}`),
      { maxLength: 3 },
    ),
  }),
)
const policies: fc.Arbitrary<AuditPolicy> = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 4 }),
  omitStages: stages,
  omitManagedFields: fc.boolean(),
})

describe('a policy as YAML', () => {
  it('loads as the same policy, whatever its names and comments are', () => {
    fc.assert(
      fc.property(policies, fc.array(text, { maxLength: 4 }), (policy, comments) => {
        const yaml = toYaml(policy, { about: comments, rules: comments })
        expect(loadPolicy(Buffer.from(yaml), 'p.yaml')).toMatchObject({
          policy,
          refused: undefined,
          faults: [],
        })
      }),
      { numRuns: 300, seed: 6 },
    )
  })

  it('is for people to read', () => {
    const policy: AuditPolicy = {
      rules: [
        {
          level: 'None',
          users: ['system:kube-proxy'],
          userGroups: [],
          verbs: ['watch'],
          resources: [
            { group: '', resources: ['endpoints', 'services/*'], resourceNames: ['yes'] },
          ],
          namespaces: [],
          nonResourceURLs: [],
          omitStages: ['RequestReceived'],
          omitManagedFields: false,
        },
      ],
      omitStages: [],
      omitManagedFields: true,
    }
    expect(toYaml(policy, { about: ['Ours.'], rules: ['Noise.'] })).toBe(`# Ours.
apiVersion: audit.k8s.io/v1
kind: Policy
omitManagedFields: true
rules:
  # Noise.
  - level: None
    users: [system:kube-proxy]
    verbs: [watch]
    resources:
      - group: ""
        resources: [endpoints, "services/*"]
        resourceNames: ["yes"]
    omitStages: [RequestReceived]
    omitManagedFields: false
`)
  })
})
