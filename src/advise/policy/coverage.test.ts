import { existsSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { CANNOT_TELL, YES } from '../../base/truth.ts'
import { RuleIndex } from '../../detect/rule-index.ts'
import { enrich } from '../../enrich/enrich.ts'
import { cutEvent } from '../../kubernetes/audit-policy/cut-event.ts'
import { decideEvent } from '../../kubernetes/audit-policy/decide-event.ts'
import { policyRequestOf } from '../../kubernetes/audit-policy/event-request.ts'
import { loadPolicy } from '../../kubernetes/audit-policy/load/load-policy.ts'
import {
  type AuditPolicy,
  POLICY_LEVELS,
  type PolicyLevel,
  policyRule,
} from '../../kubernetes/audit-policy/policy.ts'
import {
  compilePolicy,
  type PolicyEvaluator,
} from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { policies } from '../../kubernetes/audit-policy/testing/random-policy.ts'
import type { Stage } from '../../model/event.ts'
import { decodeOne } from '../judge-case.ts'
import { actorsFor } from './actors.ts'
import { AskedRule } from './asked-rule.ts'
import { type CoverageState, coverageOf, type RuleCoverage } from './coverage.ts'
import { provableCases } from './proven-cases.ts'
import { namesOf } from './targets.ts'
import { casesOf, covered, policyOf, ruleText } from './testing/rules.ts'
import { shippedRules } from './testing/shipped.ts'

const EXEC = ruleText('exec', 'sel: { request.resource: pods/exec }\ncondition: sel')
const POD = ruleText(
  'host-pid',
  'sel: { verb: [create, update, patch], request.resource: pods, pod.hostPID: true }\ncondition: sel',
)
const EXECUTED = casesOf(`  - title: exec
    kind: match
    rule: exec
    set:
      /verb: get
      /requestURI: /api/v1/namespaces/shop/pods/web/exec?command=id
      /objectRef/subresource: exec
`)
const MADE = casesOf('  - { title: made, kind: match }\n')

const ANY = ruleText('any', 'sel: { outcome: denied }\ncondition: sel')
const POD_MADE = '  - { title: made, kind: match, rule: host-pid }\n'

const one = (text: string, cases: string, policy: AuditPolicy): RuleCoverage => {
  const [first] = coverageOf(covered(text, cases), policy).rules
  if (first === undefined) throw new Error('no rule')
  return first
}

interface Row {
  readonly title: string
  readonly rule: string
  readonly cases: string
  readonly policy: string
  readonly more?: string
  readonly state: CoverageState
  /** Of each loss: the policy's rule, the effect and the fields. */
  readonly losses?: readonly (readonly [number, string, string])[]
}

const ROWS: readonly Row[] = [
  {
    title: 'all is logged at a level that shows all',
    ...{ rule: EXEC, cases: EXECUTED, policy: '- level: Metadata', state: 'active', losses: [] },
  },
  {
    title: 'pods does not cover pods/exec',
    ...{ rule: EXEC, cases: EXECUTED, state: 'blind', losses: [[-1, 'nothing', '']] },
    policy: '- level: RequestResponse\n  resources: [{ group: "", resources: [pods] }]',
  },
  {
    title: 'an earlier rule drops it',
    ...{ rule: EXEC, cases: EXECUTED, state: 'blind', losses: [[0, 'nothing', '']] },
    policy: '- level: None\n  resources: [{ group: "", resources: ["pods/*"] }]\n- level: Metadata',
  },
  {
    title: 'it is dropped for one group alone',
    ...{ rule: EXEC, cases: EXECUTED, state: 'degraded', losses: [[0, 'nothing', '']] },
    policy: '- level: None\n  userGroups: [system:nodes]\n- level: Metadata',
  },
  {
    title: 'it is dropped in one namespace alone',
    ...{ rule: EXEC, cases: EXECUTED, state: 'degraded', losses: [[0, 'nothing', '']] },
    policy: '- level: None\n  namespaces: [ci]\n- level: Metadata',
  },
  {
    title: 'what is dropped is none of its business',
    ...{ rule: EXEC, cases: EXECUTED, state: 'active', losses: [] },
    policy: '- level: None\n  verbs: [watch]\n- level: Metadata',
  },
  {
    title: 'a body is hidden',
    ...{ rule: POD, cases: MADE, policy: '- level: Metadata', state: 'blind' },
    losses: [[0, 'nothing', 'pod.hostPID']],
  },
  {
    title: 'a patch shows only what it changes',
    ...{ rule: POD, cases: MADE, policy: '- level: Request', state: 'degraded' },
    losses: [[0, 'less', 'pod.hostPID']],
  },
  {
    title: 'answers are logged',
    ...{ rule: POD, cases: MADE, policy: '- level: RequestResponse', state: 'active', losses: [] },
  },
  {
    title: 'the last stage is omitted, the first has no body',
    ...{ rule: POD, cases: MADE, policy: '- level: RequestResponse', state: 'blind' },
    more: 'omitStages: [ResponseComplete]',
    losses: [[0, 'nothing', 'pod.hostPID']],
  },
  {
    title: 'a session is seen when it starts',
    ...{ rule: EXEC, cases: EXECUTED, policy: '- level: Metadata', state: 'active', losses: [] },
    more: 'omitStages: [ResponseComplete]',
  },
  {
    title: 'a failed authentication has one stage',
    rule: ruleText('failed', 'sel: { responseStatus.code: 401 }\ncondition: sel'),
    cases: casesOf(`  - title: refused
    kind: match
    set: { /user: {}, /stage: ResponseStarted, /responseStatus: { metadata: {}, code: 401 } }
`),
    ...{ policy: '- level: Metadata', more: 'omitStages: [ResponseStarted]', state: 'degraded' },
  },
  {
    title: 'without a case nothing is proven',
    ...{ rule: EXEC, cases: '', policy: '- level: Metadata', state: 'unproven', losses: [] },
  },
  {
    title: 'without a case it is blind all the same',
    ...{ rule: EXEC, cases: '', policy: '- level: None', state: 'blind' },
    losses: [[0, 'nothing', '']],
  },
  {
    title: 'a keyword may be anywhere',
    rule: ruleText('word', 'words: [ hostPID ]\ncondition: words'),
    ...{ cases: MADE, policy: '- level: Metadata', state: 'degraded' },
  },
]

describe('what a policy lets a rule do', () => {
  for (const { title, rule, cases, policy, more, state, losses } of ROWS) {
    test(title, () => {
      const found = one(rule, cases, policyOf(policy, more))
      expect(found.state).toBe(state)
      if (losses === undefined) return
      expect(
        found.losses.map((loss) => [loss.policyRule, loss.effect, loss.fields.join()]),
      ).toEqual(losses)
    })
  }

  test('names what is hidden, and from whom', () => {
    const policy = policyOf(
      '- level: None\n  users: [bob]\n  verbs: [create]\n  namespaces: [ci]\n- level: Metadata',
    )
    expect(one(EXEC, EXECUTED, policy).losses.flatMap(({ requests }) => requests)).toEqual([
      { verbs: ['create'], of: ['pods/exec'], users: ['bob'], places: ['ci'] },
    ])
  })

  test('a case that is lost counts where the plan alone would not', () => {
    const cases = casesOf(`  - { title: made, kind: match }
  - title: by an older version
    kind: match
    set:
      /requestURI: /apis/old.example/v1/namespaces/shop/pods
      /objectRef/apiGroup: old.example
`)
    const policy = policyOf(
      '- level: RequestResponse\n  resources: [{ group: "" }, { group: metrics.k8s.io }]\n',
    )
    const found = one(POD, cases, policy)
    expect([found.state, found.cases.map(({ got }) => got)]).toEqual([
      'degraded',
      ['match', 'not logged'],
    ])
  })

  test('a technique is as good as its best rule', () => {
    const { techniques } = coverageOf(covered(EXEC, EXECUTED), policyOf('- level: Metadata'))
    expect(techniques.map(({ technique, state }) => [technique, state])).toEqual([
      ['T1609', 'active'],
    ])
  })

  test('a correlation sees what its rules see', () => {
    const text = `${EXEC}---
title: often
id: often
status: test
level: low
correlation:
  type: event_count
  rules: [ exec ]
  group-by: [ user.username ]
  timespan: 1h
  condition: { gte: 2 }
`
    const states = (policy: string): readonly CoverageState[] =>
      coverageOf(covered(text), policyOf(policy)).rules.map(({ state }) => state)
    expect(states('- level: None')).toEqual(['blind', 'blind'])
    expect(states('- level: Metadata')).toEqual(['unproven', 'unproven'])
  })
})

/** Hostile ones too: whatever is in them, what is said of cases must be true. */
test('any policy can be looked at', () => {
  const given = covered(`${EXEC}---\n${POD}---\n${ANY}`, `${EXECUTED}${POD_MADE}`)
  fc.assert(
    fc.property(policies(), (policy) => {
      for (const { state, cases, losses } of coverageOf(given, policy).rules) {
        const matching = cases.filter(({ got }) => got === 'match').length
        if (state === 'blind') expect(matching).toBe(0)
        if (state === 'active') expect([matching, losses]).toEqual([cases.length, []])
      }
    }),
    { seed: 20261121, numRuns: 150 },
  )
})

describe('the bounds of what is looked at', () => {
  const many = (number: number, name: string): string[] =>
    Array.from({ length: number }, (_, at) => `${name}-${at}`)

  test('users beyond LIMIT.coverageUsersMax are counted', () => {
    const rule = policyRule('None', { users: many(LIMIT.coverageUsersMax + 7, 'user') })
    const policy = { rules: [rule], omitStages: [], omitManagedFields: false }
    expect(actorsFor(policy, []).leftOut).toBe(7)
  })

  test('names beyond LIMIT.coverageNamesMax are counted, and prove nothing', () => {
    const namespaces = many(LIMIT.coverageNamesMax + 3, 'space')
    const rules = [policyRule('Metadata', { namespaces }), policyRule('Metadata')]
    const policy = { rules, omitStages: [], omitManagedFields: false }
    expect(namesOf(policy).leftOut).toBe(3)
    expect(one(EXEC, EXECUTED, policy)).toMatchObject({ state: 'unproven', doubt: 'too-large' })
  })
})

const OMITTED: readonly (readonly Stage[])[] = [
  [],
  ['RequestReceived'],
  ['ResponseComplete'],
  ['RequestReceived', 'ResponseStarted'],
]

const UNIFORM = new Map<string, PolicyEvaluator>()

/** A policy that says the same of all requests. */
const uniform = (level: PolicyLevel, omitStages: readonly Stage[]): PolicyEvaluator => {
  const key = `${level} ${omitStages}`
  const policy = { rules: [policyRule(level)], omitStages, omitManagedFields: false }
  const evaluator = UNIFORM.get(key) ?? compilePolicy(policy)
  UNIFORM.set(key, evaluator)
  return evaluator
}

describe('the rules that come with deckwatch', () => {
  const shipped = shippedRules()

  /** A plan is said to see nothing, or all, only where each of its cases agrees. */
  test('what is said of a plan is true of its cases', { timeout: 60_000 }, () => {
    const wrong: string[] = []
    let asked = 0
    for (const rule of shipped.set.rules) {
      for (const one of provableCases(rule, shipped.cases.get(rule.ref.id) ?? [], shipped.set)) {
        const [event] = one.events
        if (event === undefined || event.impersonatedUser !== undefined) continue
        const { user, ...request } = policyRequestOf(event).request
        const { verb, resource: about } = request
        const key = {
          ...{ verb, isResource: about !== undefined, resource: about?.resource },
          ...{ subresource: about?.subresource || undefined, apiGroup: about?.group || undefined },
        }
        const rules = new AskedRule(rule.plan, [{ user, who: '' }])
        const target = { request, key, resource: about?.resource, place: undefined }
        const answers = rules.answersFor(target)
        for (const level of POLICY_LEVELS.slice(
          0,
          POLICY_LEVELS.indexOf(event.level ?? 'None') + 1,
        )) {
          for (const omitStages of OMITTED) {
            const evaluator = uniform(level, omitStages)
            const { sight } = rules.seenOf(target, answers, 0, evaluator.decisionOf(0))
            const { got } = one.prove(evaluator)
            asked += 1
            // What admission and the server add is in the answer alone: cases know, plans do not.
            const isAdded = level === 'Request' && event.responseObject !== undefined
            const isWrong =
              got === 'match' ? sight === 'none' || sight === 'never' : sight === 'all'
            if (isWrong && !isAdded)
              wrong.push(`${rule.ref.title}: ${one.title}, ${level}: ${sight}`)
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(asked).toBeGreaterThan(5_000)
  })

  test('see all that they are about where everything is logged, and nothing where nothing is', () => {
    const all = coverageOf(shipped, policyOf('- level: RequestResponse'))
    expect(
      all.rules.filter(({ state }) => state !== 'active').map(({ rule }) => rule.title),
    ).toEqual([])
    const none = coverageOf(shipped, policyOf('- level: None'))
    expect(new Set(none.rules.map(({ state, cases }) => `${state} ${cases.length > 0}`))).toEqual(
      new Set(['blind true', 'active false']),
    )
  })
})

const LAB = new URL('../../../../shared/corpus/lab/', import.meta.url)

const labPolicy = (name: string): AuditPolicy => {
  const { policy } = loadPolicy(readFileSync(new URL(`${name}/policy.yaml`, LAB)), 'policy.yaml')
  if (policy === undefined) throw new Error('refused')
  return policy
}

describe.skipIf(!existsSync(LAB))('policies of the lab (need ../shared/corpus)', () => {
  const shipped = shippedRules()

  test('a usual one is blind to what it drops or has no body of', () => {
    const { rules } = coverageOf(shipped, labPolicy('typical'))
    const blind = rules.filter(({ state }) => state === 'blind').map(({ rule }) => rule.title)
    expect(blind.sort()).toEqual([
      'Kubernetes Events deleted',
      'Secret made to hold a token of a ServiceAccount',
      'Token bound to nothing, or for another service',
      'Token requested for longer than a day',
    ])
  })

  /** A recording with everything in it, cut down to what a policy would have logged of it. */
  test('what is said is true of a recording', { timeout: 60_000 }, () => {
    const bytes = zstdDecompressSync(readFileSync(new URL('full/audit-b.log.zst', LAB)))
    const records = bytes.toString('utf8').split('\n').filter(isWorthwhile)
    for (const name of ['typical', 'metadata']) {
      const policy = labPolicy(name)
      const states = new Map(
        coverageOf({ ...shipped, rules: shipped.set.rules }, policy).rules.map((one) => [
          one.rule.id,
          one.state,
        ]),
      )
      const found = { active: 0, blind: 0 }
      for (const record of records) {
        const whole = matchesOf(record)
        if (whole.size === 0) continue
        const seen = matchesOf(cutBy(policy, record))
        for (const id of whole) {
          const state = states.get(id)
          if (state !== 'active' && state !== 'blind') continue
          found[state] += 1
          expect([id, seen.has(id)]).toEqual([id, state === 'active'])
        }
      }
      expect(Math.min(found.active, found.blind)).toBeGreaterThanOrEqual(5)
    }
  })

  /** Reads by the system itself are most of it; of each request the stages that say most. */
  const isWorthwhile = (line: string): boolean =>
    line !== '' &&
    !line.includes('"stage":"RequestReceived"') &&
    !/"verb":"(?:get|list|watch)","user":\{"username":"system:/.test(line)

  const index = new RuleIndex(shipped.set.rules)

  const matchesOf = (record: string | undefined): ReadonlySet<string> => {
    const matches = new Set<string>()
    const event = record === undefined ? undefined : decodeOne(record)
    if (event === undefined || typeof event === 'string') return matches
    index.judge(index.bucketOf(event), enrich(event), (rule, truth) => {
      const id = shipped.set.rules[rule]?.ref.id
      if (truth === YES && id !== undefined) matches.add(id)
    })
    return matches
  }

  const cutBy = (policy: AuditPolicy, record: string): string | undefined => {
    const event = decodeOne(record)
    if (typeof event === 'string') return undefined
    const { decision } = decideEvent(compilePolicy(policy), event)
    const cut = decision && cutEvent(JSON.parse(record), decision)
    // What the recording itself lacks stays as it is.
    return cut === CANNOT_TELL ? record : cut && JSON.stringify(cut)
  }
})
