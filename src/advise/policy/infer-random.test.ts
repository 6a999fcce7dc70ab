import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideEvent } from '../../kubernetes/audit-policy/decide-event.ts'
import { loadPolicy } from '../../kubernetes/audit-policy/load/load-policy.ts'
import { toYaml } from '../../kubernetes/audit-policy/load/to-yaml.ts'
import { type AuditPolicy, policyRule } from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { eventFrom } from '../../kubernetes/testing/event.ts'
import type { AuditEvent, Level, Stage } from '../../model/event.ts'
import { inferPolicy } from './infer.ts'
import { SeenRequests } from './infer-requests.ts'

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']
const STAGES: readonly Stage[] = ['RequestReceived', 'ResponseStarted', 'ResponseComplete']

const eventOf = (
  level: Level,
  stage: Stage,
  verb: string,
  path: string,
  user: string,
): AuditEvent => {
  const groups = user === 'node' ? ['system:nodes', 'all'] : ['all']
  return eventFrom({ level, stage, verb, requestURI: path, user: { username: user, groups } })
}

const pick = <Value>(values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values)

const verbs = pick(['get', 'list', 'create', 'patch', 'deletecollection', 'proxy', ''])
const users = pick(['node', 'alice', 'bob', 'system:serviceaccount:a:b', 'a\u001b[31m', '"- x'])
const names = pick([
  'pods',
  'secrets',
  'nodes',
  '*',
  'a%20b',
  '%00',
  '__proto__',
  'p%2Fq',
  '%C2%85',
])
const groups = pick(['apps', 'rbac.authorization.k8s.io', 'Bad', '*', 'a..b', 'x_y', '%3Cb%3E'])
const paths = fc.oneof(
  names.map((name) => `/api/v1/${name}`),
  fc.tuple(groups, names).map(([group, name]) => `/apis/${group}/v1/namespaces/ci/${name}/x/log`),
  pick(['a', 'b', 'c']).map((name) => `/api/v1/namespaces/ci/configmaps/${name}`),
  pick(['/', '//', '/healthz', '/healthz/etcd', '/a*b', '*', '/api', '/%0A', '/metrics']),
)
const acts = fc.tuple(verbs, paths, users)

const inferredFrom = (events: readonly AuditEvent[]): ReturnType<typeof inferPolicy> => {
  const seen = new SeenRequests()
  for (const event of events) seen.add(event)
  return inferPolicy([seen])
}

test('whatever comes, an API server starts with the inferred policy, and takes all of it', () => {
  const events = fc.tuple(pick(LEVELS), pick(STAGES), acts).map(([level, stage, act]) => {
    return eventOf(level, stage, ...act)
  })
  fc.assert(
    fc.property(fc.array(events, { minLength: 1, maxLength: 40 }), (some) => {
      const { policy, counts, rules, unexplainedEvents } = inferredFrom(some)
      const loaded = loadPolicy(Buffer.from(toYaml(policy)), 'inferred.yaml')
      expect([loaded.refused, loaded.faults]).toEqual([undefined, []])
      expect(loaded.policy).toEqual(policy)
      expect(counts.events).toBe(some.length)
      const agreeing = rules.reduce((sum, rule) => sum + rule.agreeing, 0)
      expect(agreeing + unexplainedEvents).toBeGreaterThanOrEqual(some.length)
    }),
    { seed: 6, numRuns: 150 },
  )
})

test('what a policy logged by verb, object, name, namespace, group and user is explained', () => {
  const rule = fc
    .record({
      level: pick(LEVELS),
      verbs: fc.subarray(['get', 'create', 'patch']),
      users: fc.subarray(['alice'], { maxLength: 1 }),
      userGroups: fc.subarray(['system:nodes'], { maxLength: 1 }),
      namespaces: fc.subarray(['ci'], { maxLength: 1 }),
      resources: fc.subarray([
        { group: '', resources: ['pods'], resourceNames: [] },
        { group: '', resources: ['secrets', 'nodes'], resourceNames: [] },
        { group: 'apps', resources: [], resourceNames: [] },
        { group: '', resources: ['configmaps'], resourceNames: ['a'] },
      ]),
    })
    .map(({ level, ...given }) => policyRule(level, given))
  const simple = acts.filter(([, path]) => !/[%*_]|\/\/|Bad|\.\./.test(path))
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 4 }),
      fc.array(simple, { minLength: 1, maxLength: 60 }),
      (rules, some) => {
        const all = [...rules, policyRule('Metadata')]
        const policy: AuditPolicy = { rules: all, omitStages: [], omitManagedFields: false }
        const evaluator = compilePolicy(policy)
        const events = some.map((act) => {
          const { decision } = decideEvent(
            evaluator,
            eventOf('Metadata', STAGES[2] as Stage, ...act),
          )
          return eventOf(decision?.level as Level, STAGES[2] as Stage, ...act)
        })
        const { unexplainedEvents } = inferredFrom(events)
        expect(unexplainedEvents).toBe(0)
      },
    ),
    { seed: 7, numRuns: 150 },
  )
})
