import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { decodeBlock } from '../../decode/decode.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Facts } from '../../model/facts.ts'
import { bodyTests } from './body-tests.ts'
import { scaffold } from './scaffold.ts'

const NATIVE = {
  ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse' },
  ...{ auditID: '7d1c6e7a-58a1-4f0b-9a51-0d3f6c1f2b77', stage: 'ResponseComplete', verb: 'patch' },
  ...{ user: { username: 'grace', groups: ['ops'] }, sourceIPs: ['10.77.10.22'] },
  ...{ requestURI: '/api/v1/nodes/node-3', responseStatus: { metadata: {}, code: 200 } },
  objectRef: { resource: 'nodes', name: 'node-3', apiVersion: 'v1' },
  requestReceivedTimestamp: '2026-11-20T21:54:34.000001Z',
  stageTimestamp: '2026-11-20T21:54:34.000200Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
}
const CORDON = { spec: { unschedulable: true } }

const factsOf = (changes: object): Facts => {
  const events: AuditEvent[] = []
  const sink = { event: (event: AuditEvent) => events.push(event), issue() {}, shape() {} }
  const line = Buffer.from(`${JSON.stringify({ ...NATIVE, ...changes })}\n`)
  decodeBlock(line, 0, { cluster: 'c', server: 's', file: 'f' }, { strict: false }, sink)
  const [event] = events
  if (event === undefined) throw new Error('no event')
  return enrich(event)
}

const ruleFor = (changes: object): string =>
  scaffold({
    ...{ name: 'my-rule', id: '165b7fc2-1768-48c9-8609-a813c48f3272', date: '2026-11-21' },
    ...{ detection: undefined, tactic: undefined, facts: factsOf(changes) },
  }).rule

test('what a patch sets is asked in a selection of its own', () => {
  const { detection } = parse(ruleFor({ requestObject: CORDON }))
  expect(detection.sets).toEqual({ 'requestObject.spec.unschedulable': true })
  expect(detection.condition).toBe('what and sets and not undone and not controllers')
})

test('what else is submitted is offered as comments', () => {
  const rule = ruleFor({ verb: 'update', requestObject: CORDON })
  expect(rule).toContain('  # requestObject.spec.unschedulable: true (the client decides)\n')
  expect(parse(rule).detection).not.toHaveProperty('sets')
})

test('a kind that has fields of its own needs no paths', () => {
  const objectRef = { resource: 'services', namespace: 'shop', name: 'cart', apiVersion: 'v1' }
  const requestURI = '/api/v1/namespaces/shop/services/cart'
  const rule = ruleFor({ objectRef, requestURI, requestObject: { spec: { type: 'NodePort' } } })
  expect(rule).toContain('service.type: NodePort')
  expect(rule).not.toContain('requestObject')
})

describe('values', () => {
  const testsOf = (requestObject: unknown, changes: object = {}): readonly unknown[] =>
    bodyTests(factsOf({ ...changes, requestObject })).map(({ field, value }) => [field, value])

  it('a JSON Patch of one operation', () => {
    const operation = { op: 'replace', path: '/spec/unschedulable', value: true }
    expect(testsOf([operation])).toEqual([
      ['requestObject.path', '/spec/unschedulable'],
      ['requestObject.value', true],
    ])
    expect(testsOf([operation, { ...operation, path: '/spec/podCIDR', value: 'x' }])).toEqual([])
  })

  it('leaves out names, times, status, directives, lists and what is removed', () => {
    const uid = '9a3c1b7e-3f83-4f0c-8a84-1f2d9a1b7c11'
    const metadata = { name: 'a', uid, labels: { tier: 'x' }, creationTimestamp: null }
    const spec = { holder: uid, renewTime: 'x', at: '2026-11-20T21:54:34Z', taints: [{ key: 'k' }] }
    const body = { kind: 'Node', metadata, spec: { ...spec, gone: null }, status: { phase: 'x' } }
    const directives = { $patch: 'replace', 'a|re': 'x', 'b*': 'x', 'c\n': 'x', '': 'x' }
    expect(testsOf({ ...body, ...directives })).toEqual([
      ['requestObject.metadata.labels.tier', 'x'],
    ])
  })

  it('a handful of them', () => {
    const many = Array.from({ length: 50 }, (_, at) => [`key${at}`, at])
    expect(testsOf({ spec: Object.fromEntries(many) })).toHaveLength(5)
  })

  it('no secrets', () => {
    const objectRef = { resource: 'secrets', namespace: 'shop', name: 'db', apiVersion: 'v1' }
    const ofSecret = { objectRef, requestURI: '/api/v1/namespaces/shop/secrets/db' }
    expect(testsOf({ stringData: { pin: 'hunter2' } }, ofSecret)).toEqual([])
    expect(testsOf([{ op: 'add', path: '/data/pin', value: 'aHVudGVyMg==' }], ofSecret)).toEqual([
      ['requestObject.path', '/data/pin'],
    ])
    expect(testsOf({ spec: { password: 'hunter2' } })).toEqual([])
  })

  it('of an answer where the request is not logged, and never of a read', () => {
    const answer = { responseObject: CORDON }
    expect(bodyTests(factsOf(answer))[0]?.field).toBe('responseObject.spec.unschedulable')
    expect(ruleFor(answer)).toContain('# responseObject.spec.unschedulable: true')
    expect(bodyTests(factsOf({ ...answer, verb: 'get' }))).toEqual([])
  })
})
