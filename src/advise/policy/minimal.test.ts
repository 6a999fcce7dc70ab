import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadPolicy } from '../../kubernetes/audit-policy/load/load-policy.ts'
import { toYaml } from '../../kubernetes/audit-policy/load/to-yaml.ts'
import { type AuditPolicy, POLICY_LEVELS } from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { isAboutSource, type Testable } from '../rule-cases.ts'
import type { CoveredRules } from './coverage.ts'
import { type MinimalPolicy, minimalPolicy } from './minimal.ts'
import { type ProvableCase, provableCases } from './proven-cases.ts'
import { casesOf, covered, ruleText } from './testing/rules.ts'
import { shippedRules } from './testing/shipped.ts'

const shipped = shippedRules()
const about = shipped.rules.filter((rule) => !isAboutSource(rule))

const CASES: ReadonlyMap<Testable, readonly ProvableCase[]> = new Map(
  about.map((rule) => [
    rule,
    provableCases(rule, shipped.cases.get(rule.ref.id) ?? [], shipped.set),
  ]),
)

const lostBy = (rules: readonly Testable[], policy: AuditPolicy): readonly string[] => {
  const evaluator = compilePolicy(policy)
  return rules
    .flatMap((rule) => CASES.get(rule) ?? [])
    .filter((one) => one.prove(evaluator).got !== 'match')
    .map(({ rule, title }) => `${rule.ref.title}: ${title}`)
}

/** The policies that are smaller by one rule, or one level of a rule. */
const smaller = (policy: AuditPolicy): readonly AuditPolicy[] =>
  policy.rules.flatMap((rule, index) => {
    const others = policy.rules.filter((_, at) => at !== index)
    const lower = POLICY_LEVELS.slice(1, POLICY_LEVELS.indexOf(rule.level))
    return [
      { ...policy, rules: others },
      ...lower.map((level) => ({ ...policy, rules: policy.rules.with(index, { ...rule, level }) })),
    ]
  })

const expectMinimal = (rules: readonly Testable[], { policy }: MinimalPolicy): void => {
  expect(lostBy(rules, policy)).toEqual([])
  const needless = smaller(policy).filter((less) => lostBy(rules, less).length === 0)
  expect(needless).toEqual([])
  const { policy: loaded, refused, faults } = loadPolicy(Buffer.from(toYaml(policy)), 'x.yaml')
  expect([refused, faults]).toEqual([undefined, []])
  expect(loaded).toEqual(policy)
}

const minimalFor = (rules: readonly Testable[]): MinimalPolicy =>
  minimalPolicy({ ...shipped, rules })

describe('the smallest policy', () => {
  test('lets all rules see, and none of it can be taken away', { timeout: 60_000 }, () => {
    const minimal = minimalFor(shipped.rules)
    expectMinimal(about, minimal)
    const part = minimal.coverage.filter(({ state }) => state !== 'active')
    expect(part.map(({ rule }) => rule.title)).toEqual([
      'Secret made to hold a token of a ServiceAccount',
    ])
    expect(minimal.byPlan).toEqual([])
    expect(minimal.aboutLogs.length).toBe(shipped.rules.length - about.length)
    expect(minimal.neededBy.every((rules) => rules.length > 0)).toBe(true)
  })

  test('of any few rules is as small', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.subarray([...about], { minLength: 1, maxLength: 4 }), (rules) => {
        expectMinimal(rules, minimalFor(rules))
      }),
      { seed: 20261121, numRuns: 25 },
    )
  })

  test('does not depend on the order of the rules', () => {
    const rules = about.filter(({ ref }) => ['B01', 'D20', 'C01'].includes(ref.detection ?? ''))
    const forward = minimalFor(rules).policy
    const backward = minimalFor(rules.toReversed()).policy
    expect(lostBy(rules, backward)).toEqual([])
    expect(backward.rules.length).toBe(forward.rules.length)
  })
})

const SECRET = ruleText(
  'secret-type',
  'sel: { verb: [create], request.resource: secrets, secret.type: Opaque }\ncondition: sel',
)
const SECRET_MADE = casesOf(`  - title: made
    kind: match
    set:
      /requestURI: /api/v1/namespaces/shop/secrets
      /objectRef/resource: secrets
      /requestObject: { kind: Secret, apiVersion: v1, type: Opaque, metadata: { name: web } }
      /responseObject: { kind: Secret, apiVersion: v1, type: Opaque, metadata: { name: web } }
`)

const yamlOf = (given: CoveredRules): string => toYaml(minimalPolicy(given).policy)

describe('what is secret', () => {
  test('is logged only for a rule that can say nothing without it', () => {
    const minimal = minimalPolicy(covered(SECRET, SECRET_MADE))
    expect(toYaml(minimal.policy)).toContain('level: Request\n')
    expect(minimal.exposed.map(({ kind }) => kind)).toEqual([
      { verb: 'create', group: '', resource: 'secrets' },
    ])
  })

  test('is withheld from a rule that can say something', () => {
    const text = ruleText(
      'written',
      `secret: { verb: create, request.resource: secrets, secret.type: Opaque }
       map: { verb: create, request.resource: configmaps }
       condition: secret or map`,
    )
    const minimal = minimalPolicy(covered(text))
    expect(minimal.exposed).toEqual([])
    expect(minimal.withheld.map(({ kind, wanted }) => `${kind.resource} ${wanted}`)).toEqual([
      'secrets Request',
    ])
    expect(toYaml(minimal.policy)).not.toContain('level: Request')
  })
})

test('what no case speaks for is joined to what one does', () => {
  const text = ruleText(
    'written',
    `one: { verb: create, request.resource: configmaps }
     two: { verb: update, request.resource: jobs }
     condition: one or two`,
  )
  const cases = casesOf(`  - title: made
    kind: match
    set:
      /requestURI: /api/v1/namespaces/shop/configmaps
      /objectRef/resource: configmaps
`)
  const { rules } = minimalPolicy(covered(text, cases)).policy
  expect(
    rules.map(({ verbs, resources }) => [verbs, resources.map((one) => one.resources)]),
  ).toEqual([
    [
      ['create', 'update'],
      [['configmaps'], ['jobs']],
    ],
  ])
})

test('a rule without cases is served by its plan', () => {
  const text = ruleText('exec', 'sel: { request.resource: pods/exec }\ncondition: sel')
  const minimal = minimalPolicy(covered(text))
  expect(minimal.byPlan.map(({ id }) => id)).toEqual(['exec'])
  expect(yamlOf(covered(text))).toContain('resources: [pods/exec]')
})
