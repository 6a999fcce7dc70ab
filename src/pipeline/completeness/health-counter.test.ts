import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { decodeBlock } from '../../decode/decode.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { Facts } from '../../model/facts.ts'
import type { SourceObservation } from '../../model/source-health.ts'
import { HealthCounter } from './health-counter.ts'

const EVENT = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: '0a4a1c2e-6f5d-4b7a-9c3e-2d1f0b8a7e65',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/configmaps/web',
  verb: 'patch',
  user: { username: 'mallory', groups: ['system:authenticated'] },
  sourceIPs: ['10.0.0.1'],
  objectRef: { resource: 'configmaps', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: '2026-11-20T22:00:00.000001Z',
  stageTimestamp: '2026-11-20T22:00:01.500000Z',
}

const factsOf = (changes: object): Facts => {
  const facts: Facts[] = []
  const source = { cluster: 'shop', server: 'master-1', file: 'audit.log' }
  decodeBlock(
    Buffer.from(`${JSON.stringify({ ...EVENT, ...changes })}\n`),
    0,
    source,
    { strict: false },
    {
      event: (event) => facts.push(enrich(event)),
      issue() {},
      shape() {},
    },
  )
  const [only] = facts
  if (only === undefined) throw new Error('no event')
  return only
}

const counted = (...events: readonly object[]): SourceObservation => {
  const counter = new HealthCounter('f')
  for (const event of events) counter.add(factsOf(event))
  return counter.done()
}

const RECEIVED = { stage: 'RequestReceived', stageTimestamp: '2026-11-20T22:00:00.000001Z' }

describe('a delivery', () => {
  it('is counted by stages, bytes and times', () => {
    const seen = counted(
      RECEIVED,
      { stage: 'ResponseStarted' },
      {},
      { stage: 'Panic', auditID: 'x' },
    )
    expect(seen).toMatchObject({
      events: 4,
      stages: { received: 1, started: 1, complete: 1, panic: 1 },
      firstUs: Date.parse('2026-11-20T22:00:00Z') * 1000 + 1,
      lastUs: Date.parse('2026-11-20T22:00:01.5Z') * 1000,
      leftOut: 0,
    })
    expect(seen.seconds.map(({ events }) => events)).toEqual([1, 3])
    expect(seen.seconds[0]?.second).toBe(Date.parse('2026-11-20T22:00:00Z') / 1000)
  })

  it('shows what began and did not end, and what ended and did not begin', () => {
    expect(counted(RECEIVED, {})).toMatchObject({ opened: [], closed: new Float64Array() })
    const [open] = counted(RECEIVED).opened
    const [end] = counted({}).closed
    expect(open).toMatchObject({
      ...{ key: end, longRunning: false, write: true, verb: 'patch', target: 'configmaps' },
      ...{ user: 'mallory', event: { stage: 'RequestReceived', file: 'audit.log' } },
    })
    expect(counted({ stage: 'ResponseStarted' }).closed).toHaveLength(0)
    expect(counted({ stage: 'Panic' }).closed).toEqual(Float64Array.of(end ?? 0))
  })

  it.each([
    ['another audit id', { auditID: '1a4a1c2e-6f5d-4b7a-9c3e-2d1f0b8a7e65' }],
    ['a microsecond later', { requestReceivedTimestamp: '2026-11-20T22:00:00.000002Z' }],
    ['an audit id that goes on', { auditID: `${EVENT.auditID}-2` }],
    ['no audit id', { auditID: '' }],
  ])('does not take another request for the end: %s', (_, changes) => {
    expect(counted(RECEIVED, changes)).toMatchObject({ opened: [{ verb: 'patch' }] })
    expect(counted(RECEIVED, changes).closed).toHaveLength(1)
  })

  it('knows watches and sessions, which stay open', () => {
    const exec = { resource: 'pods', namespace: 'shop', name: 'web', subresource: 'exec' }
    const open = counted(
      { ...RECEIVED, verb: 'watch' },
      { ...RECEIVED, auditID: 'x', verb: 'get', objectRef: exec },
    )
    expect(open.opened.map(({ longRunning }) => longRunning)).toEqual([true, true])
  })

  it('counts heartbeats of those who renew leases all the time', () => {
    const lease = {
      verb: 'update',
      objectRef: { resource: 'leases', namespace: 'kube-node-lease' },
    }
    const by = (username: string) => ({ ...lease, user: { username } })
    const seen = counted(
      by('system:node:worker-1'),
      by('system:kube-controller-manager'),
      by('mallory'),
      { ...by('system:node:worker-1'), verb: 'get' },
      { ...by('system:node:worker-1'), ...RECEIVED },
    )
    expect(seen.heartbeats).toBe(2)
  })

  it('knows when its server has just started', () => {
    const start = {
      verb: 'get',
      user: { username: 'system:apiserver' },
      objectRef: { resource: 'clusterroles', name: 'admin' },
    }
    expect(counted(start).startedUs).toBe(Date.parse(EVENT.stageTimestamp) * 1000)
    expect(counted({ ...start, user: { username: 'mallory' } }).startedUs).toBeUndefined()
    expect(counted({}).startedUs).toBeUndefined()
  })

  it('counts evidence that is poor, and shows it', () => {
    const cut = { level: 'Request', annotations: { 'audit.k8s.io/truncated': 'true' } }
    const bare = { level: 'RequestResponse' }
    const long = { auditID: 'x'.repeat(LIMIT.metadataEventBytesUsual) }
    const seen = counted(cut, bare, long, {})
    expect(seen).toMatchObject({ truncated: 1, missingBodies: 1, hugeMetadata: 1 })
    expect(seen.hugeMetadataBytes).toBeGreaterThan(LIMIT.metadataEventBytesUsual)
    expect(seen.examples).toHaveLength(3)
    const whole = { level: 'Request', requestObject: { data: {} } }
    expect(counted(whole, { ...bare, verb: 'get' })).toMatchObject({
      missingBodies: 0,
      examples: [],
    })
    const many = Array.from({ length: LIMIT.noteEventsMax + 2 }, () => cut)
    expect(counted(...many).examples).toHaveLength(LIMIT.noteEventsMax)
  })

  it('knows the levels of each kind of request', () => {
    const exec = { resource: 'pods', subresource: 'exec' }
    const { levels } = counted(
      {},
      { level: 'Request', user: { username: 'system:serviceaccount:a:b' } },
      { objectRef: exec, verb: 'create' },
      { objectRef: undefined, verb: 'get', user: { username: 'system:apiserver' } },
      RECEIVED,
    )
    expect(levels).toEqual([
      { kind: 'patch configmaps by service account', metadata: 0, request: 1, requestResponse: 0 },
      { kind: 'patch configmaps by user', metadata: 1, request: 0, requestResponse: 0 },
      { kind: 'create pods/exec by user', metadata: 1, request: 0, requestResponse: 0 },
      { kind: 'get (no resource) by system', metadata: 1, request: 0, requestResponse: 0 },
    ])
  })

  it('has other sums for other events of the same second', () => {
    const sumOf = (...events: readonly object[]) => counted(...events).seconds[0]?.sum
    expect(sumOf({ auditID: 'a' }, { auditID: 'b' })).toBe(
      sumOf({ auditID: 'b' }, { auditID: 'a' }),
    )
    expect(sumOf({ auditID: 'a' })).not.toBe(sumOf({ auditID: 'b' }))
    expect(sumOf({})).not.toBe(sumOf({ stage: 'Panic' }))
  })

  it('leaves out what nobody can read as a time', () => {
    const counter = new HealthCounter('f')
    const facts = factsOf({})
    counter.add({ ...facts, event: { ...facts.event, stageTimestamp: 'yesterday' } })
    counter.add(facts)
    const seen = counter.done()
    expect(seen.seconds).toHaveLength(1)
    expect(seen.leftOut).toBe(1)
    expect(seen.firstUs).toBe(seen.lastUs)
    expect(seen.lastUs).toBe(Date.parse(EVENT.stageTimestamp) * 1000)
    const far = counted({ stageTimestamp: '2026-11-20T22:00:01+02:00' })
    expect(far.seconds[0]?.second).toBe(Date.parse('2026-11-20T20:00:01Z') / 1000)
  })
})

describe('a hostile delivery', () => {
  it('has LIMIT.observationRequestsMax open requests, and as many ended ones, at most', () => {
    const counter = new HealthCounter('f')
    const [received, complete] = [factsOf(RECEIVED), factsOf({})]
    for (let n = 0; n < LIMIT.observationRequestsMax + 5; n++) {
      for (const facts of [received, complete]) {
        const event = { ...facts.event, auditID: `${facts.event.stage}${n}` }
        counter.add({ ...facts, event, request: facts.request })
      }
    }
    const { opened, closed, leftOut } = counter.done()
    expect(opened).toHaveLength(LIMIT.observationRequestsMax)
    expect(closed).toHaveLength(LIMIT.observationRequestsMax)
    expect(leftOut).toBe(10)
  })

  it('has LIMIT.observationSecondsMax seconds and LIMIT.observationKindsMax kinds at most', () => {
    const counter = new HealthCounter('f')
    const facts = factsOf({})
    for (let n = 0; n < LIMIT.observationSecondsMax + 5; n++) {
      const stageTimestamp = new Date(n * 1000).toISOString()
      const objectRef = {
        ...facts.event.objectRef,
        resource: `r${n}`,
      } as Facts['event']['objectRef']
      counter.add({ ...facts, event: { ...facts.event, stageTimestamp, objectRef } })
    }
    const seen = counter.done()
    expect(seen.seconds).toHaveLength(LIMIT.observationSecondsMax)
    expect(seen.levels).toHaveLength(LIMIT.observationKindsMax)
    const leftOut = 5 + LIMIT.observationSecondsMax + 5 - LIMIT.observationKindsMax
    expect(seen.leftOut).toBe(leftOut)
  })
})
