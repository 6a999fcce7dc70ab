import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NativeBlock } from '../base/native-block.ts'
import { readNative } from '../base/testing/read-native.ts'
import { CANNOT_TELL } from '../base/truth.ts'
import { EVERY_PART, PART } from '../model/blindness.ts'
import type { AuditEvent } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import { eventColumns, eventRow } from './columns.ts'
import { EventColumns } from './event-columns.ts'
import { testEvent, testFacts } from './testing.ts'
import { microsecondsOf } from './time.ts'

/** What a block holds after those events, as rows; and what `eventRow` says. */
const bothOf = (all: readonly Facts[]): readonly [written: unknown, expected: unknown] => {
  const block = new NativeBlock(eventColumns())
  const writer = new EventColumns(block)
  all.forEach((facts, row) => {
    writer.add(row, facts)
  })
  const read = readNative(block.take(all.length))
  const written = all.map((_, row) =>
    Object.fromEntries([...read].map(([name, values]) => [name, values[row]])),
  )
  return [written, all.map(expectedOf)]
}

const TIMES = new Set(
  eventColumns().flatMap(({ name, type }) => (type.includes('DateTime') ? [name] : [])),
)

const expectedOf = (facts: Facts): unknown => {
  const cells = Object.entries(eventRow(facts)).map(([name, value]) => [
    name,
    TIMES.has(name) && typeof value === 'string'
      ? BigInt(microsecondsOf(value) ?? 0)
      : (value ?? null),
  ])
  // As JSON has it: no undefined, no NaN.
  return Object.fromEntries(
    cells.map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value : JSON.parse(JSON.stringify(value)),
    ]),
  )
}

const text = fc.option(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '\0')),
  {
    nil: undefined,
  },
)
const texts = fc.option(fc.array(fc.string({ unit: 'binary' })), { nil: undefined })
const known = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined | null | typeof CANNOT_TELL> =>
  fc.oneof(of, fc.constantFrom(undefined, null, CANNOT_TELL))
const time = fc.oneof(
  fc.constantFrom(
    ...['', 'never', '2026-02-30T00:00:00Z', '2026-11-20T10:00:00Z', '1969-12-31T23:59:59.5Z'],
    ...['2026-11-20T10:00:00.123456789Z', '2026-11-20T10:00:00.1+02:00', '2026-11-20T24:00:00Z'],
    ...[
      '2026-11-20T10:00:00.000001Z',
      '2026-11-20T23:59:59.999999Z',
      '2026-11-21 00:00:00.000000Z',
    ],
    ...['0001-01-01T00:00:00Z', '2026-11-20T10:61:00.000000Z', '2026-11-20T1a:00:00.000000Z'],
  ),
  fc
    .date({ min: new Date(0), max: new Date('2250-01-01'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, -1)}042Z`),
)

const event: fc.Arbitrary<AuditEvent> = fc
  .record({
    auditID: text,
    requestURI: text,
    userAgent: text,
    sourceIPs: texts,
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    user: fc.record({ username: text, uid: text, groups: texts, extra: fc.constant(undefined) }),
    unknown: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: EVERY_PART })),
    responseStatus: fc.option(
      fc.record({
        code: fc.option(fc.double(), { nil: undefined }),
        status: text,
        reason: text,
        message: text,
      }),
      { nil: undefined },
    ),
  })
  .map(testEvent)

const container = fc.record({
  kind: fc.constant('container'),
  name: known(fc.string()),
  image: known(fc.string({ unit: 'binary' })),
  command: known(fc.array(fc.string())),
  privileged: known(fc.boolean()),
  runAsUser: known(fc.double()),
  hostPorts: known(fc.array(fc.integer())),
})

const facts: fc.Arbitrary<Facts> = fc
  .record({
    event,
    pod: known(
      fc.record({
        hostPID: known(fc.boolean()),
        nodeName: known(fc.string()),
        tolerations: known(fc.array(fc.string())),
        containers: fc.oneof(fc.array(container), fc.constant(CANNOT_TELL)),
        volumes: fc.oneof(
          fc.array(fc.record({ name: known(fc.string()) })),
          fc.constant(CANNOT_TELL),
        ),
      }),
    ),
    exec: fc.option(
      fc.record({ command: text, arguments: fc.array(fc.string()), stdin: fc.boolean() }),
      { nil: undefined },
    ),
    token: known(
      fc.record({ audiences: known(fc.array(fc.string())), expirationSeconds: known(fc.double()) }),
    ),
    grantRules: fc.oneof(
      fc.constantFrom(undefined, CANNOT_TELL),
      fc.array(fc.record({ verbs: known(fc.array(fc.string())) })),
    ),
    outcome: fc.constantFrom('allowed' as const, CANNOT_TELL),
  })
  // Of parts only what is read matters here; nothing that is null is a part.
  .map(({ event: of, ...more }) =>
    testFacts(of, { ...more, pod: more.pod ?? undefined, token: more.token ?? undefined } as never),
  )

describe('events as columns of a block', () => {
  it('say the same as their rows, whatever the events hold', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 8 }), (all) => {
        const [written, expected] = bothOf(all)
        expect(written).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('say what cannot be told of a part that the event lacks', () => {
    const hidden = testFacts(testEvent({ unknown: PART.requestURI }), { exec: undefined })
    const [written, expected] = bothOf([hidden, testFacts(testEvent())])
    expect(written).toEqual(expected)
    expect(written).toMatchObject([
      { unknown_fields: expect.arrayContaining(['exec.command']) },
      { unknown_fields: [] },
    ])
  })
})
