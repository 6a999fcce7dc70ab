import { existsSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { decodeBlock } from '../../decode/decode.ts'
import { loadPolicy } from '../../kubernetes/audit-policy/load/load-policy.ts'
import { type AuditPolicy, policyRule } from '../../kubernetes/audit-policy/policy.ts'
import type { AuditEvent } from '../../model/event.ts'
import { Simulation, type SimulationResult } from './simulate.ts'
import { RecordedEvent } from './simulate-record.ts'
import { writtenBytes } from './simulate-size.ts'

const LAB = new URL('../../../../shared/corpus/lab/', import.meta.url)

const policyOf = (rules: AuditPolicy['rules'], more: Partial<AuditPolicy> = {}): AuditPolicy => ({
  rules,
  omitStages: [],
  omitManagedFields: false,
  ...more,
})

const recordedOf = (bytes: Uint8Array): readonly RecordedEvent[] => {
  const events: AuditEvent[] = []
  const source = { cluster: 'c', server: 's', file: 'audit.log' }
  const sink = { event: (one: AuditEvent) => events.push(one), issue: () => {}, shape: () => {} }
  decodeBlock(bytes, 0, source, { strict: false }, sink)
  return events.map((event) => new RecordedEvent(event, bytes, 0))
}

const simulated = (policy: AuditPolicy, ...lines: readonly string[]): SimulationResult => {
  const simulation = new Simulation(policy)
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  for (const one of recordedOf(bytes)) simulation.add(one)
  return simulation.result()
}

interface LineParts {
  readonly level?: string
  readonly stage?: string
  readonly verb?: string
  readonly uri?: string
  readonly user?: string
  readonly time?: string
  readonly bodies?: string
  readonly resource?: string
  readonly code?: number
}

/** As the API server writes it; `bodies` are members as text, each with a comma behind it. */
const lineOf = (parts: LineParts = {}): string => {
  const { level = 'RequestResponse', stage = 'ResponseComplete', verb = 'create' } = parts
  const { uri = '/api/v1/namespaces/shop/pods', user = 'alice', resource = 'pods' } = parts
  const { code = 201 } = parts
  const time = parts.time ?? '2026-11-20T21:00:00.000000Z'
  return (
    `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${level}","auditID":"1",` +
    `"stage":"${stage}","requestURI":"${uri}","verb":"${verb}",` +
    `"user":{"username":"${user}","groups":["dev"]},` +
    `"objectRef":{"resource":"${resource}","namespace":"shop","apiVersion":"v1"},` +
    `"responseStatus":{"metadata":{},"code":${code}},${parts.bodies ?? ''}` +
    `"requestReceivedTimestamp":"${time}","stageTimestamp":"${time}"}`
  )
}

const REQUEST = '"requestObject":{"kind":"Pod","spec":{"a":1.0,"b":1e3,"c":"\\u003c"}},'
const MANAGED = '"managedFields":[{"manager":"kubectl","fieldsV1":{"f:a":{}}}],'
const RESPONSE = `"responseObject":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web",MANAGED"uid":"u"}},`

describe('the bytes of a value as the API server writes it', () => {
  it.each([
    ['', 2],
    ['a"b\\', 8],
    ['<&>', 20],
    ['\n\t\u0001', 2 + 2 + 2 + 6],
    ['\u2028é\u007f', 6 + 2 + 1 + 2],
    [[], 2],
    [[1, null], 8],
    [{}, 2],
    [{ a: true, b: undefined }, 10],
  ])('%j takes %i', (value, bytes) => {
    expect(writtenBytes(value)).toBe(bytes)
  })

  it('is that of JSON with what HTML minds escaped', () => {
    const reference = (value: unknown): number =>
      Buffer.byteLength(
        JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (one) => `\\u00${one.length}xx`),
      )
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(writtenBytes(value)).toBe(reference(value))
      }),
      { seed: 6, numRuns: 50 },
    )
  })
})

describe('what is left of an event', () => {
  const response = RESPONSE.replace('MANAGED', MANAGED)
  const whole = lineOf({ bodies: REQUEST + response })
  const bytesUnder = (policy: AuditPolicy, line = whole): number =>
    simulated(policy, line).total.logged.bytes

  it.each([
    ['RequestResponse', whole],
    ['Request', lineOf({ level: 'Request', bodies: REQUEST })],
    ['Metadata', lineOf({ level: 'Metadata' })],
  ] as const)('at %s has the bytes that the API server would have written', (level, line) => {
    expect(bytesUnder(policyOf([policyRule(level)]))).toBe(Buffer.byteLength(line) + 1)
  })

  it('without managedFields, too', () => {
    const policy = policyOf([policyRule('RequestResponse')], { omitManagedFields: true })
    const line = lineOf({ bodies: REQUEST + RESPONSE.replace('MANAGED', '') })
    expect(bytesUnder(policy)).toBe(Buffer.byteLength(line) + 1)
  })

  it('is at least that much where the recording has less than is wanted', () => {
    const line = lineOf({ level: 'Metadata' })
    const { total } = simulated(policyOf([policyRule('Request')]), line)
    expect(total).toMatchObject({ logged: { events: 1, bytes: line.length + 1 }, unknownBytes: 1 })
  })

  it('is computed where it came inside the record of somebody else', () => {
    const line = lineOf({ level: 'Metadata' })
    const wrapped = JSON.stringify({ log: line, stream: 'stdout' })
    const { total, wrapped: many } = simulated(policyOf([policyRule('Metadata')]), wrapped)
    expect(many).toBe(1)
    // The empty metadata of responseStatus is not kept.
    expect(total.logged.bytes).toBe(line.length + 1 - '"metadata":{},'.length)
  })
})

describe('a simulated policy', () => {
  const policy = policyOf(
    [
      policyRule('None', { users: ['bob'] }),
      policyRule('Request', { verbs: ['create'] }),
      policyRule('Metadata', { users: ['carol'] }),
    ],
    { omitStages: ['RequestReceived'] },
  )

  it('counts by rule, level, stage, object and user', () => {
    const result = simulated(
      policy,
      lineOf({ user: 'bob' }),
      lineOf({ stage: 'RequestReceived' }),
      lineOf({ bodies: REQUEST }),
      lineOf({ user: 'dave', verb: 'get', uri: '/healthz?token=x', resource: '' }),
    )
    expect(
      result.rules.map(({ rule, recorded, logged }) => [rule, recorded.events, logged.events]),
    ).toEqual([
      [0, 1, 0],
      [1, 2, 1],
      [2, 0, 0],
      [-1, 1, 0],
    ])
    expect(result.levels.map(({ level, logged }) => [level, logged.events])).toEqual([
      ['None', 0],
      ['Metadata', 0],
      ['Request', 1],
      ['RequestResponse', 0],
    ])
    expect(result.dropped.byLevel.events).toBe(2)
    expect(result.dropped.byStage.events).toBe(1)
    // What is left out of a request that is logged at another stage is not lost.
    expect(result.lost.rows.map(({ name, recorded }) => [name, recorded.events])).toEqual([
      ['create pods', 1],
      ['get /healthz', 1],
    ])
    expect(result.users.rows[0]).toMatchObject({ name: 'alice', logged: { events: 1 } })
    expect(result.days.rows.map(({ name }) => name)).toEqual(['2026-11-20'])
  })

  it.each([
    [[], { stage: 'ResponseComplete' }, 0],
    [['RequestReceived'], { stage: 'RequestReceived' }, 0],
    [['ResponseComplete'], { stage: 'ResponseComplete' }, 0],
    [['RequestReceived', 'ResponseComplete'], { stage: 'ResponseComplete' }, 1],
    [['RequestReceived', 'ResponseComplete'], { stage: 'Panic' }, 0],
    [['RequestReceived', 'Panic'], { stage: 'Panic' }, 1],
    [['ResponseStarted'], { stage: 'ResponseStarted', user: '', code: 401 }, 1],
    [['ResponseStarted'], { stage: 'ResponseStarted', code: 401 }, 0],
    [['RequestReceived', 'ResponseComplete'], { stage: 'RequestReceived', verb: 'watch' }, 0],
    [['RequestReceived', 'ResponseStarted', 'ResponseComplete'], { verb: 'watch' }, 1],
  ] as const)('without %j loses of a request %j: %i', (omitStages, parts, lost) => {
    const { rows } = simulated(
      policyOf([policyRule('Metadata', { omitStages })]),
      lineOf(parts),
    ).lost
    expect(rows.length).toBe(lost)
  })

  it('says which stages the recording left out', () => {
    const all = policyOf([policyRule('Metadata')])
    const watch = { verb: 'watch', uri: '/api/v1/pods?watch=1', level: 'Metadata' }
    const { stages } = simulated(all, lineOf(watch), lineOf({ level: 'Metadata' }))
    expect(stages.map(({ stage, missing }) => [stage, missing])).toEqual([
      ['RequestReceived', 2],
      ['ResponseStarted', 1],
      ['ResponseComplete', 0],
      ['Panic', 0],
    ])
  })

  it('cannot tell where the record lacks what a rule asks', () => {
    const gke = JSON.stringify({
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        serviceName: 'k8s.io',
        methodName: 'io.k8s.core.v1.pods.create',
        resourceName: 'core/v1/namespaces/shop/pods/web',
        authenticationInfo: { principalEmail: 'alice' },
      },
      timestamp: '2026-11-20T21:00:00Z',
      insertId: 'x',
    })
    const byGroup = policyOf([policyRule('None', { userGroups: ['ops'] }), policyRule('Metadata')])
    expect(simulated(byGroup, gke).undecided).toMatchObject({ events: 1, missing: ['groups'] })
    const alike = policyOf([policyRule('None', { userGroups: ['ops'] }), policyRule('None')])
    const result = simulated(alike, gke)
    expect(result.undecided.events).toBe(0)
    expect(result.someRule.recorded.events).toBe(1)
  })

  it('keeps LIMIT.simulatedNamesMax names, those with the most bytes, and joins the others', () => {
    const simulation = new Simulation(policyOf([policyRule('Metadata')]))
    const [one] = recordedOf(Buffer.from(lineOf({ level: 'Metadata' })))
    if (one === undefined) throw new Error('no event')
    const add = (username: string): void => {
      const event = {
        ...one.event,
        origin: one.event.origin,
        user: { ...one.event.user, username },
      }
      simulation.add(
        Object.assign(Object.create(one), { event, bytes: one.bytes, isWrapped: false }),
      )
    }
    for (let i = 0; i < 3; i++) add('frequent')
    for (let i = 0; i < 2 * LIMIT.simulatedNamesMax; i++) add(`flood-${i}`)
    const { rows, others } = simulation.result().users
    expect(rows).toHaveLength(LIMIT.simulatedNamesMax)
    expect(rows[0]).toMatchObject({ name: 'frequent', recorded: { events: 3 } })
    expect(others?.recorded.events).toBe(LIMIT.simulatedNamesMax + 1)
  })

  it('says from when to when, and for how long nothing came', () => {
    const at = (time: string): string => lineOf({ time })
    const { span } = simulated(
      policy,
      at('2026-11-22T10:00:00.000000Z'),
      at('2026-11-20T21:59:59.000000Z'),
    )
    expect(span).toEqual({
      first: '2026-11-20T21:59:59.000000Z',
      last: '2026-11-22T10:00:00.000000Z',
      seconds: 129_601,
      silentHours: 36,
    })
  })

  it('does not say how long it was silent with events in more than LIMIT.simulatedHoursMax', () => {
    const simulation = new Simulation(policyOf([policyRule('Metadata')]))
    const [one] = recordedOf(Buffer.from(lineOf({ level: 'Metadata' })))
    if (one === undefined) throw new Error('no event')
    const start = Date.parse('2020-01-01T00:00:00Z')
    const add = (hour: number): void => {
      const stageTimestamp = new Date(start + hour * 3_600_000).toISOString()
      const event = { ...one.event, stageTimestamp }
      simulation.add(Object.assign(Object.create(one), { event, bytes: 1, isWrapped: false }))
    }
    for (let hour = 0; hour < LIMIT.simulatedHoursMax; hour++) add(hour)
    add(LIMIT.simulatedHoursMax - 0.5)
    expect(simulation.result().span?.silentHours).toBe(0)
    // Those remembered would say that nothing came for 100 hours.
    for (let hour = 0; hour < 100; hour++) add(LIMIT.simulatedHoursMax + hour)
    add(LIMIT.simulatedHoursMax - 1)
    const { span } = simulation.result()
    expect(span).toMatchObject({ silentHours: null })
    expect(span?.seconds).toBe((LIMIT.simulatedHoursMax + 99) * 3_600)
  })
})

describe.skipIf(!existsSync(LAB))('recordings (needs ../shared/corpus)', () => {
  const bytesOf = (file: string): Buffer => zstdDecompressSync(readFileSync(new URL(file, LAB)))

  it.each(['typical', 'typo'])('%s loses nothing under its own policy', (name) => {
    const { policy } = loadPolicy(readFileSync(new URL(`${name}/policy.yaml`, LAB)), 'policy.yaml')
    if (policy === undefined) throw new Error('refused')
    const bytes = bytesOf(`${name}/audit-a.log.zst`)
    const simulation = new Simulation(policy)
    for (const one of recordedOf(bytes)) simulation.add(one)
    const { total, undecided, rules, levels, resources, users } = simulation.result()
    expect(total.logged).toEqual(total.recorded)
    expect(total.recorded.bytes).toBe(bytes.length)
    expect(total.unknownBytes + undecided.events).toBe(0)
    for (const rows of [rules, levels, resources.rows, users.rows]) {
      expect(rows.reduce((sum, row) => sum + row.logged.bytes, 0)).toBe(bytes.length)
    }
  })

  it('full: the size of every record is known to the byte', () => {
    const bytes = bytesOf('full/audit-c.log.zst')
    const wrong = recordedOf(bytes).filter((one) => writtenBytes(one.record) + 1 !== one.bytes)
    expect(wrong).toEqual([])
  })
})
