import { describe, expect, test } from 'vitest'
import { needsOf, requestsOf } from './needs.ts'
import { fieldsMissing, seenIn, type View } from './seen-plan.ts'
import { ruleText, setOf } from './testing/rules.ts'

interface Row {
  readonly title: string
  readonly detection: string
  readonly level: string
  readonly leastLevel: string
  readonly stages: string
  /** `verbs group/resource`. */
  readonly requests: readonly string[]
}

const ROWS: readonly Row[] = [
  {
    title: 'what the request line says',
    detection: 'sel: { request.resource: pods/exec }\ncondition: sel',
    ...{ level: 'Metadata', leastLevel: 'Metadata' },
    stages: 'RequestReceived ResponseStarted ResponseComplete Panic',
    requests: ['get,create /pods/exec'],
  },
  {
    title: 'what came of it',
    detection: 'sel: { request.resource: secrets, verb: get, outcome: allowed }\ncondition: sel',
    ...{ level: 'Metadata', leastLevel: 'Metadata' },
    stages: 'ResponseStarted ResponseComplete Panic',
    requests: ['get /secrets'],
  },
  {
    title: 'a body',
    detection:
      'sel: { request.resource: deployments, verb: create, pod.hostPID: true }\ncondition: sel',
    ...{ level: 'Request', leastLevel: 'Request' },
    stages: 'ResponseStarted ResponseComplete Panic',
    requests: ['create apps/deployments'],
  },
  {
    title: 'an answer',
    detection: `sel: { verb: get, objectRef.resource: nodes, responseObject.kind: Node }
      condition: sel`,
    ...{ level: 'RequestResponse', leastLevel: 'RequestResponse' },
    stages: 'ResponseComplete Panic',
    requests: ['get /nodes', 'get /nodes/proxy', 'get /nodes/status'],
  },
  {
    title: 'a branch without the body',
    detection: `one: { request.resource: pods, verb: create, pod.hostPID: true }
      two: { request.resource: pods/exec }
      condition: one or two`,
    ...{ level: 'Request', leastLevel: 'Metadata' },
    stages: 'RequestReceived ResponseStarted ResponseComplete Panic',
    requests: ['create /pods', 'get,create /pods/exec'],
  },
  {
    title: 'a path',
    detection: 'sel: { request.scope: none, verb: get, request.path: /version }\ncondition: sel',
    ...{ level: 'Metadata', leastLevel: 'Metadata' },
    stages: 'RequestReceived ResponseStarted ResponseComplete Panic',
    requests: ['get */*', 'get path'],
  },
]

describe('what a detection needs', () => {
  for (const row of ROWS) {
    test(row.title, () => {
      const set = setOf(ruleText('rule', row.detection))
      const need = needsOf(set).get('rule')
      expect([need?.level, need?.leastLevel]).toEqual([row.level, row.leastLevel])
      expect(need?.stages.join(' ')).toBe(row.stages)
      const requests = requestsOf('rule', set).map(({ verbs, group, resource }) =>
        resource === null ? `${verbs} path` : `${verbs} ${group ?? '*'}/${resource}`,
      )
      expect(requests.toSorted()).toEqual(row.requests.toSorted())
    })
  }

  test('of a correlation is what its rules need, and what it joins them by', () => {
    const set =
      setOf(`${ruleText('exec', 'sel: { request.resource: pods/exec }\ncondition: sel')}---
title: often
id: often
level: low
correlation:
  type: event_count
  rules: [ exec ]
  group-by: [ pod.nodeName ]
  timespan: 1h
  condition: { gte: 2 }
`)
    const need = needsOf(set).get('often')
    expect([need?.level, need?.resources]).toEqual(['Request', ['pods/exec']])
    expect(need?.fields.map(({ name }) => name)).toEqual(['request.resource', 'pod.nodeName'])
    expect(requestsOf('often', set)).toEqual(requestsOf('exec', set))
  })
})

describe('a plan, where only part of an event is shown', () => {
  const [rule] = setOf(
    ruleText('rule', 'a: { pod.hostPID: true }\nb: { verb: patch }\ncondition: b and not a'),
  ).rules
  const at = (view: Partial<View>): unknown => {
    if (rule === undefined) throw new Error('no rule')
    const whole: View = { level: 'RequestResponse', stage: 'ResponseComplete', verb: 'patch' }
    return seenIn(rule.plan, { ...whole, ...view })
  }

  test('is never yes where the negation of what is hidden is asked', () => {
    expect(at({ level: 'Metadata' })).toBe(false)
    expect(at({ stage: 'RequestReceived' })).toBe(false)
  })

  test('asks whether it is shown where a patch may not show it', () => {
    expect(JSON.stringify(at({ level: 'Request' }))).toContain('shown pod.hostPID')
    expect(JSON.stringify(at({}))).not.toContain('shown pod.hostPID')
  })

  test('knows that nothing is submitted by a request that only deletes', () => {
    expect(JSON.stringify(at({ level: 'Metadata', verb: 'delete' }))).not.toContain('hostPID')
  })

  test('names what is missing', () => {
    if (rule === undefined) throw new Error('no rule')
    const view: View = { level: 'Metadata', stage: 'ResponseComplete', verb: 'patch' }
    expect(fieldsMissing(rule.plan, view)).toEqual(['pod.hostPID'])
  })
})
