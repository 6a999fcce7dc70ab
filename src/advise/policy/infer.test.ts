import { existsSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { decodeBlock } from '../../decode/decode.ts'
import { decideEvent } from '../../kubernetes/audit-policy/decide-event.ts'
import { type AuditPolicy, policyRule } from '../../kubernetes/audit-policy/policy.ts'
import { compilePolicy } from '../../kubernetes/audit-policy/policy-evaluator.ts'
import { eventFrom } from '../../kubernetes/testing/event.ts'
import type { AuditEvent, Level, Stage } from '../../model/event.ts'
import { inferPolicy } from './infer.ts'
import { changeOf } from './infer-change.ts'
import { isDrift, PolicyInference } from './infer-drift.ts'
import { SeenRequests } from './infer-requests.ts'

const LAB = new URL('../../../../shared/corpus/lab/', import.meta.url)

interface Act {
  readonly level?: Level
  readonly stage?: Stage
  readonly verb?: string
  readonly user?: string
  readonly groups?: readonly string[]
  readonly path?: string
  readonly responseObject?: unknown
}

const eventOf = ({ user = 'alice', groups = ['dev'], path = '/api/v1/pods', ...act }: Act) =>
  eventFrom({
    level: 'Metadata',
    ...act,
    verb: act.verb ?? 'list',
    user: { username: user, groups },
    requestURI: path,
  })

const seenOf = (...acts: readonly Act[]): SeenRequests => {
  const seen = new SeenRequests()
  for (const act of acts) seen.add(eventOf(act))
  return seen
}

const many = (count: number, act: Act): readonly Act[] => Array.from({ length: count }, () => act)

/** Events that the policy would have logged at another level, or not at this stage. */
const wrongly = (policy: AuditPolicy, events: readonly AuditEvent[]): readonly AuditEvent[] => {
  const evaluator = compilePolicy(policy)
  return events.filter((event) => {
    const { decision } = decideEvent(evaluator, event)
    return (
      decision === undefined ||
      decision.level !== event.level ||
      decision.omitStages.includes(event.stage)
    )
  })
}

describe('the policy that is inferred from events', () => {
  it('has one rule where everything is at one level', () => {
    const { policy } = inferPolicy([
      seenOf({}, { verb: 'create' }, { verb: 'get', path: '/healthz' }),
    ])
    expect(policy.rules).toEqual([policyRule('Metadata')])
  })

  it('says of reads and writes what differs', () => {
    const { policy } = inferPolicy([seenOf({}, { verb: 'create', level: 'RequestResponse' })])
    expect(policy.rules.map(({ level, verbs }) => [level, verbs])).toEqual([
      ['RequestResponse', ['create', 'update', 'patch', 'delete']],
      ['Metadata', ['get', 'list', 'watch']],
    ])
  })

  it('says nothing of what was never seen', () => {
    const { policy } = inferPolicy([seenOf({ verb: 'create' })])
    const [rule] = policy.rules
    expect(policy.rules).toHaveLength(1)
    expect(rule?.verbs).toEqual(['create', 'update', 'patch', 'delete'])
  })

  it('puts an object before its group, and its group before the rest', () => {
    const paths = ['pods', 'services', 'endpoints', 'nodes'].map((name) => `/api/v1/${name}`)
    const { policy } = inferPolicy([
      seenOf(
        ...paths.map((path) => ({ path, level: 'Request' as const })),
        { path: '/api/v1/secrets' },
        { path: '/apis/example.com/v1/things' },
        { path: '/apis/example.com/v1/others' },
      ),
    ])
    expect(policy.rules.map(({ level, resources }) => [level, resources])).toEqual([
      ['Metadata', [{ group: '', resources: ['secrets'], resourceNames: [] }]],
      ['Metadata', [{ group: 'example.com', resources: [], resourceNames: [] }]],
      ['Request', [{ group: '*', resources: [], resourceNames: [] }]],
    ])
  })

  it.each([
    ['a group', { groups: ['dev', 'ops'], user: 'bob' }, { userGroups: ['ops'] }],
    ['a user', { user: 'bob' }, { users: ['bob'] }],
    [
      'a namespace',
      { path: '/api/v1/namespaces/kube-system/pods' },
      { namespaces: ['kube-system'] },
    ],
  ])('finds that it goes by %s', (_, other, condition) => {
    const acts = [{ ...other, level: 'Request' as const }, {}, { user: 'carol' }]
    const { policy, unexplainedEvents } = inferPolicy([seenOf(...acts)])
    expect(policy.rules[0]).toEqual(policyRule('Request', condition))
    expect(wrongly(policy, acts.map(eventOf))).toEqual([])
    expect(unexplainedEvents).toBe(0)
  })

  it.each([
    ['first', true],
    ['last', false],
  ])('finds that it goes by the name of an object that comes %s', (_, isFirst) => {
    const path = '/api/v1/namespaces/kube-system/configmaps'
    const others = Array.from({ length: 30 }, (__, i) => ({
      verb: 'update',
      path: `${path}/c${i}`,
    }))
    const named = many(3, {
      verb: 'update',
      path: `${path}/aws-auth`,
      level: 'RequestResponse',
    })
    const acts = isFirst ? [...named, ...others] : [...others, ...named]
    const { policy, unexplainedEvents } = inferPolicy([seenOf(...acts)])
    expect(policy.rules[0]).toEqual(
      policyRule('RequestResponse', {
        verbs: ['update'],
        resources: [{ group: '', resources: ['configmaps'], resourceNames: ['aws-auth'] }],
      }),
    )
    expect(wrongly(policy, acts.map(eventOf))).toEqual([])
    expect(unexplainedEvents).toBe(0)
  })

  it('says what it cannot explain', () => {
    const { unexplained, rules } = inferPolicy([
      seenOf(...many(60, {}), { level: 'Request' }, { verb: 'create' }),
    ])
    expect(
      unexplained.map(({ inferred, levels, example }) => [inferred, levels, example?.level]),
    ).toEqual([['Metadata', { Metadata: 0, Request: 1, RequestResponse: 0 }, 'Request']])
    expect(rules[0]?.confidence).toBe('low')
  })

  it('never names what would match more than was seen', () => {
    const acts: readonly Act[] = [
      { path: '/api/v1/%2A', level: 'Request' },
      { path: '/apis/Bad!/v1/pods', level: 'Request' },
      { path: '//a*b', verb: 'get', level: 'Request' },
      ...['a', 'b', 'c', 'd'].flatMap((name) => [
        { path: `/api/v1/${name}` },
        { path: `/${name}`, verb: 'get' },
      ]),
    ]
    const { policy, unexplainedEvents } = inferPolicy([seenOf(...acts)])
    const text = JSON.stringify(policy.rules)
    expect(text).not.toContain('Bad!')
    expect(text).not.toContain('a*b')
    expect(unexplainedEvents).toBe(3)
  })
})

describe('stages and managed fields', () => {
  it('are omitted where none of many came', () => {
    const object = { metadata: { uid: 'u', resourceVersion: '1' } }
    const body = { level: 'RequestResponse', verb: 'get', responseObject: object } as const
    const { policy, stages, managedFields } = inferPolicy([
      seenOf(...many(1_200, { verb: 'create', level: 'RequestResponse' }), ...many(20, body)),
    ])
    expect(policy.omitStages).toEqual(['RequestReceived'])
    expect(
      stages.map(({ stage, isOmitted, confidence }) => [stage, isOmitted, confidence]),
    ).toEqual([
      ['RequestReceived', true, 'high'],
      ['ResponseStarted', false, 'low'],
      ['ResponseComplete', false, 'low'],
    ])
    expect(managedFields).toEqual({ kept: false, objects: 20 })
    expect(policy.omitManagedFields).toBe(true)
  })

  it('may be omitted by one rule', () => {
    const received = { stage: 'RequestReceived', verb: 'create' } as const
    const acts = [received, { verb: 'create' }, ...many(10, { level: 'Request' } as const)]
    const { policy } = inferPolicy([seenOf(...acts)])
    expect(policy.omitStages).toEqual([])
    expect(policy.rules.map(({ level, omitStages }) => [level, omitStages])).toEqual([
      ['Metadata', []],
      ['Request', ['RequestReceived']],
    ])
  })
})

describe('a policy that changed', () => {
  const requests = ['pods', 'nodes', 'services'].map((name) => ({ path: `/api/v1/${name}` }))
  const at = (second: number): string => `2026-11-20T21:00:0${second}.000000Z`
  const seenAt = (...levels: readonly Level[]): SeenRequests => {
    const seen = new SeenRequests()
    for (const [second, level] of levels.entries()) {
      for (const request of requests) {
        const event = eventOf({ ...request, level })
        seen.add({ ...event, requestReceivedTimestamp: at(second), stageTimestamp: at(second) })
      }
    }
    return seen
  }

  it('is told with the moment', () => {
    expect(changeOf(seenAt('Metadata', 'Metadata', 'Request', 'Request'))).toMatchObject({
      after: at(1),
      before: at(2),
      requests: 3,
      confidence: 'medium',
      example: { level: 'Metadata' },
      laterExample: { level: 'Request' },
    })
  })

  it('is none where levels come and go, or never change', () => {
    expect(changeOf(seenAt('Metadata', 'Request', 'Metadata'))).toBeUndefined()
    expect(changeOf(seenAt('Metadata', 'Metadata'))).toBeUndefined()
  })
})

describe('what is kept of a log', () => {
  it('is bounded by LIMIT.inferredRequestsMax', () => {
    const seen = new SeenRequests()
    const event = eventOf({})
    for (let i = 0; i < LIMIT.inferredRequestsMax + 3; i++) {
      seen.add({ ...event, requestURI: `/api/v1/namespaces/n${i}/pods` })
    }
    expect(seen.leftOut).toBe(3)
    expect(seen.counts.events).toBe(LIMIT.inferredRequestsMax + 3)
  })

  it('does not hold what cannot be told', () => {
    const seen = new SeenRequests()
    seen.add({ ...eventOf({}), level: undefined })
    expect(seen.untold).toBe(1)
    expect(seen.all).toEqual([])
  })
})

interface LabLog {
  readonly recording: string
  readonly server: string
}

const decoded = new Map<string, readonly AuditEvent[]>()

/** The events of a recorded log; the second half by the name of another server, if asked. */
const labEvents = (log: LabLog, half = log.server): readonly AuditEvent[] => {
  const key = JSON.stringify([log, half])
  const events = decoded.get(key) ?? readEvents(log, half)
  decoded.set(key, events)
  return events
}

const readEvents = ({ recording, server }: LabLog, half: string): readonly AuditEvent[] => {
  const bytes = zstdDecompressSync(
    readFileSync(new URL(`${recording}/audit-${server}.log.zst`, LAB)),
  )
  const middle = bytes.indexOf('\n', bytes.length / 2) + 1
  const events: AuditEvent[] = []
  for (const [part, offset, name] of [
    [bytes.subarray(0, middle), 0, server],
    [bytes.subarray(middle), middle, half],
  ] as const) {
    const source = { cluster: 'lab', server: name, file: `audit-${server}.log` }
    const sink = {
      event: (event: AuditEvent) => events.push(event),
      issue: () => {},
      shape: () => {},
    }
    decodeBlock(part, offset, source, { strict: false }, sink)
  }
  return events
}

const inferenceOf = (events: readonly AuditEvent[]) => {
  const inference = new PolicyInference()
  for (const event of events) inference.add(event)
  return inference.result()
}

describe.skipIf(!existsSync(LAB))('recordings of a control plane (needs ../shared/corpus)', () => {
  it.each(['typical', 'metadata', 'full', 'typo'])(
    '%s: what is inferred logs what was logged',
    (recording) => {
      const servers = recording === 'full' ? ['c'] : ['a', 'b', 'c']
      const events = servers.flatMap((server) => labEvents({ recording, server }))
      const { groups, drift } = inferenceOf(events)
      expect(groups).toHaveLength(1)
      expect(drift).toEqual([])
      const inferred = groups[0]?.inferred
      expect(inferred?.counts.events).toBe(events.length)
      expect(wrongly(inferred?.policy ?? expect.fail('no policy'), events)).toEqual([])
      expect(inferred?.unexplainedEvents).toBe(0)
      expect(inferred?.policy.omitStages).toEqual(
        recording === 'typical' ? ['RequestReceived'] : [],
      )
    },
  )

  it.each(['typical', 'metadata', 'typo'])(
    '%s: two halves of one log are no drift',
    (recording) => {
      for (const server of ['a', 'b', 'c']) {
        const { groups, drift } = inferenceOf(labEvents({ recording, server }, 'second half'))
        expect(isDrift(drift)).toBe(false)
        expect(groups.map(({ servers }) => servers.length)).toEqual([2])
      }
    },
  )

  it('typical and metadata are drift, with an event of each', () => {
    const { groups, drift } = inferenceOf([
      ...labEvents({ recording: 'typical', server: 'a' }),
      ...labEvents({ recording: 'metadata', server: 'b' }),
    ])
    expect(groups).toHaveLength(2)
    expect(drift.length).toBeGreaterThan(20)
    const levels = drift.filter(
      ({ kind, level }) => !kind.startsWith('stage ') && level !== 'never seen',
    )
    expect(levels.every(({ otherLevel }) => otherLevel === 'Metadata')).toBe(true)
    for (const { level, example, otherExample } of levels) {
      expect([example?.level, otherExample?.level]).toEqual([level, 'Metadata'])
    }
    expect(drift[0]).toMatchObject({ kind: 'stage RequestReceived', confidence: 'high' })
  })

  it.each([
    ['metadata', 'typo', 'get, list and watch of anything'],
    ['metadata', 'typical', 'update leases by system:apiserver'],
  ])('%s and %s: what one never shows is drift', (recording, other, kind) => {
    const { drift } = inferenceOf([
      ...labEvents({ recording, server: 'a' }),
      ...labEvents({ recording: other, server: 'b' }),
    ])
    const found = drift.find((one) => one.kind === kind)
    expect(found).toMatchObject({ level: 'Metadata', otherLevel: 'never seen' })
    expect(found?.confidence).not.toBe('low')
    expect(found?.example).toBeDefined()
  })

  it('one server with another policy after a restart has changed, once', () => {
    const later = labEvents({ recording: 'metadata', server: 'a' })
    const { changes } = inferenceOf([...labEvents({ recording: 'typical', server: 'a' }), ...later])
    expect(changes).toMatchObject([{ cluster: 'lab', server: 'a', confidence: 'high' }])
    const [first] = later
    expect(changes[0]?.before).toBe(first?.requestReceivedTimestamp)
  })

  it('a log without any read says that reads are perhaps hidden', () => {
    const { groups } = inferenceOf(labEvents({ recording: 'typo', server: 'a' }))
    expect(groups[0]?.inferred.hints.map(({ kind }) => kind)).toEqual([
      'get, list and watch of anything',
    ])
  })
})
