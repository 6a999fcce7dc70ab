import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { CANNOT_TELL, type CannotTell, NO, type Truth } from '../base/truth.ts'
import { partsHidden } from '../model/blindness.ts'
import type { Facts, PodFacts } from '../model/facts.ts'
import { compileRules } from './compile.ts'
import { onlyReason, reasonsFor } from './describe.ts'
import { RuleIndex } from './rule-index.ts'
import { STAGES, testEvent, testFacts } from './testing.ts'

const VERBS = ['get', 'GET', 'create', 'patch', 'delete', '', 'escalate']
const RESOURCES = ['pods', 'Pods', 'secrets', 'roles', '', undefined]
const SUBRESOURCES = [undefined, 'exec', 'status', '']
const GROUPS = [undefined, '', 'apps', 'rbac.authorization.k8s.io']
const USERS = ['alice', 'Alice', 'system:anonymous', 'K\u212a', undefined]

/** Field to values that both rules and events draw from, so that they often meet. */
const DOMAIN: Readonly<Record<string, readonly unknown[]>> = {
  verb: ['get', 'create', 'patch', '*', 'cre*', null],
  'objectRef.resource': ['pods', 'secrets', 'po*', '', null],
  'objectRef.subresource': ['exec', 'status', null],
  'objectRef.apiGroup': ['apps', '', 'rbac*', null],
  'request.resource': ['pods', 'pods/exec', 'secrets', '*/exec'],
  'request.apiGroup': ['', 'apps'],
  'request.write': [true, false],
  'actor.kind': ['anonymous', 'human', 'node'],
  'actor.name': ['alice', 'system:anonymous', 'K\u212a'],
  'user.username': ['alice', 'ALICE', 'bob', null],
  outcome: ['allowed', 'denied'],
  'spoof.signals': ['audit-id', 'odd-name'],
  'user.groups': ['dev', 'ops'],
  'responseStatus.code': [200, 403],
  'actor.builtin': [true, false],
  'request.dryRun': [true, false],
  'user.username|startswith': ['a', 'system:', 'K'],
  'user.username|contains|all': [
    ['a', 'l'],
    ['x', 'y'],
  ],
  'user.username|re': ['ali.e', 'anonymous$', '[ab]'],
  'requestURI|contains': ['/shop/', 'WEB', 'nowhere'],
  'objectRef.name|endswith': ['b', 'nothing'],
  'pod.hostNetwork': [true, false],
  'pod.containers[].image': ['busybox', 'a*', null],
  'pod.containers[].privileged': [true, false],
  'pod.containers[].runAsUser': [0, 1],
  'pod.containers[].capabilitiesAdded|contains': ['ADMIN', 'nothing'],
}

const test1 = fc.constantFrom(...Object.keys(DOMAIN)).chain((field) =>
  fc.record({
    field: fc.constant(field),
    values: field.endsWith('|all')
      ? fc.constantFrom(...(DOMAIN[field] ?? []))
      : fc.array(fc.constantFrom(...(DOMAIN[field] ?? [])), { minLength: 1, maxLength: 3 }),
  }),
)
const selection = fc
  .array(test1, { minLength: 1, maxLength: 3 })
  .map((tests) => Object.fromEntries(tests.map(({ field, values }) => [field, values])))
const CONDITIONS = [
  'a',
  'not a',
  'a and b',
  'a or b',
  'a and not b',
  'not (a or b)',
  '1 of *',
  'all of them',
  'a and (b or c)',
  'not a or (b and not c)',
]
const rule = fc.record({
  a: selection,
  b: selection,
  c: selection,
  condition: fc.constantFrom(...CONDITIONS),
})

const known = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined | CannotTell> =>
  fc.constantFrom<T | undefined | CannotTell>(...values, undefined, CANNOT_TELL)

const container = fc.record({
  image: known('busybox', 'alpine', 'x'),
  privileged: known(true, false),
  runAsUser: known(0, 1, 2),
  capabilitiesAdded: known<readonly string[]>([], ['SYS_ADMIN'], ['NET_RAW', 'NET_ADMIN']),
})

/** As much of a pod as the rules ask. */
const pod = fc.oneof(
  fc.constantFrom(undefined, CANNOT_TELL),
  fc
    .record({
      hostNetwork: known(true, false),
      containers: fc.oneof(fc.constant(CANNOT_TELL), fc.array(container, { maxLength: 2 })),
    })
    .map((parts) => parts as unknown as PodFacts),
)

const facts = fc
  .record({
    verb: fc.constantFrom(...VERBS),
    resource: fc.constantFrom(...RESOURCES),
    subresource: fc.constantFrom(...SUBRESOURCES),
    apiGroup: fc.constantFrom(...GROUPS),
    username: fc.constantFrom(...USERS),
    stage: fc.constantFrom(...STAGES),
    signals: fc.subarray<'audit-id' | 'odd-name'>(['audit-id', 'odd-name']),
    none: fc.boolean(),
    outcome: fc.constantFrom('allowed' as const, 'denied' as const, CANNOT_TELL),
    builtin: fc.boolean(),
    dryRun: fc.constantFrom(true, false, CANNOT_TELL),
    pod,
  })
  .map(
    ({ verb, resource, subresource, apiGroup, username, stage, signals, none, ...more }): Facts => {
      const base = testEvent()
      const event = testEvent({
        verb,
        stage,
        user: { ...base.user, username },
        objectRef: none
          ? undefined
          : { ...baseRef, resource, apiGroup, subresource: resource && subresource },
        responseStatus: stage === 'RequestReceived' ? undefined : base.responseStatus,
        unknown: partsHidden('Metadata', stage, false),
      })
      const plain = testFacts(event)
      return testFacts(event, {
        spoofSignals: signals,
        outcome: more.outcome,
        pod: more.pod,
        actor: { ...plain.actor, builtin: more.builtin },
        request: {
          ...plain.request,
          resource: none || !resource ? undefined : plain.request.resource,
          apiGroup: none || !resource ? undefined : plain.request.apiGroup,
          dryRun: more.dryRun,
        },
      })
    },
  )

const baseRef = {
  resource: undefined,
  namespace: undefined,
  name: undefined,
  uid: undefined,
  apiGroup: undefined,
  apiVersion: undefined,
  resourceVersion: undefined,
  subresource: undefined,
}

const yaml = (rules: readonly object[]): { file: string; text: string }[] =>
  rules.map((detection, at) => ({
    file: `r${at}.yaml`,
    text: JSON.stringify({
      title: `rule ${at}`,
      id: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
      logsource: { product: 'kubernetes', service: 'audit' },
      level: 'low',
      detection,
    }),
  }))

describe('the index', () => {
  test('gives what a full scan gives, on random rules and events', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 12 }),
        fc.array(facts, { minLength: 1, maxLength: 12 }),
        (detections, events) => {
          const { rules } = compileRules(yaml(detections))
          expect(rules.length).toBeGreaterThan(0)
          const index = new RuleIndex(rules)
          for (const one of events) {
            const found = new Map<number, Truth>()
            index.judge(index.bucketFor(one.event), one, (at, truth, blindTo) => {
              found.set(at, truth)
              const rule = rules[at]
              const only = (blindTo & one.event.unknown) === 0 ? undefined : onlyReason(one.event)
              if (only !== undefined && rule !== undefined) {
                expect(reasonsFor(rule, one)).toEqual(only)
              }
            })
            const scanned = [...rules.entries()]
              .map(([at, { test: judge }]): [number, Truth] => [at, judge(one)])
              .filter(([, truth]) => truth !== NO)
            expect([...found].sort(([a], [b]) => a - b)).toEqual(scanned)
          }
        },
      ),
      { seed: 5, numRuns: 600 },
    )
  })

  test('leaves a rule out of the buckets it never speaks of', () => {
    const [exec] = yaml([{ s: { verb: 'get', 'request.resource': 'pods/exec' }, condition: 's' }])
    const index = new RuleIndex(compileRules(exec === undefined ? [] : [exec]).rules)
    const plain = index.bucketFor(testEvent())
    const shell = index.bucketFor(
      testEvent({ objectRef: { ...baseRef, resource: 'pods', subresource: 'exec' } }),
    )
    expect([plain.rules.length, shell.rules.length]).toEqual([0, 1])
  })

  test('LIMIT.ruleBucketsMax: hostile kinds of request neither grow it nor lose counts', () => {
    const files = yaml([{ s: { verb: 'get' }, condition: 's' }])
    const index = new RuleIndex(compileRules(files).rules)
    const total = LIMIT.ruleBucketsMax + 100
    for (let n = 0; n < total; n += 1) {
      index.bucketFor(testEvent({ objectRef: { ...baseRef, resource: `r${n}` } }))
    }
    expect(index.eligible()[0]?.[3]).toBe(total)
  })

  test('LIMIT.kindCharactersMax: a longer name is judged and counted, and not kept', () => {
    const files = yaml([{ s: { 'objectRef.resource|startswith': 'xx' }, condition: 's' }])
    const index = new RuleIndex(compileRules(files).rules)
    const resource = 'x'.repeat(LIMIT.kindCharactersMax + 1)
    const event = testEvent({ objectRef: { ...baseRef, resource } })
    const [first, second] = [index.bucketFor(event), index.bucketFor(event)]
    expect([first.rules.length, second.rules.length]).toEqual([1, 1])
    expect(second).not.toBe(first)
    expect(index.eligible()[0]?.[3]).toBe(2)
  })
})
