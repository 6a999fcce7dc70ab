import { describe, expect, it } from 'vitest'
import { CANNOT_TELL } from '../base/truth.ts'
import { PART } from '../model/blindness.ts'
import { FIELDS } from '../model/fields.ts'
import { eventColumns, eventRow } from './columns.ts'
import { testEvent, testFacts } from './testing.ts'

const row = (...changes: Parameters<typeof testEvent>): Readonly<Record<string, unknown>> =>
  eventRow(testFacts(testEvent(...changes)))

describe('the columns of the store', () => {
  it('are one for each field that names one, and each name once', () => {
    const names = eventColumns().map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { column } of FIELDS) if (column !== undefined) expect(names).toContain(column)
  })

  it('are exactly what a row fills', () => {
    const names = eventColumns().map(({ name }) => name)
    expect(Object.keys(row()).sort()).toEqual([...names].sort())
  })
})

describe('a row', () => {
  it('holds values as they are, and nothing for what is absent', () => {
    expect(row()).toMatchObject({
      verb: 'get',
      user_username: 'alice',
      user_groups: ['dev'],
      user_uid: null,
      received_at: '2026-11-20T10:00:00.000000Z',
    })
  })

  it('names what cannot be told, and only that', () => {
    const unknown = row({ userAgent: undefined, unknown: PART.userAgent }).unknown_fields
    expect(unknown).toContain('userAgent')
    expect(unknown).not.toContain('auditID')
    expect(row({ userAgent: undefined, unknown: 0 }).unknown_fields).toEqual([])
  })

  it('does not pretend that a request without a time was received in 1970', () => {
    for (const requestReceivedTimestamp of ['', 'yesterday', '2026-02-30T00:00:00Z']) {
      const { received_at, unknown_fields } = row({ requestReceivedTimestamp })
      expect(received_at).toBe('1970-01-01T00:00:00Z')
      expect(unknown_fields).toEqual(['requestReceivedTimestamp'])
    }
  })

  it('keeps the elements of an array side by side, each with what it cannot tell', () => {
    const container = { name: 'web', privileged: true }
    const facts = testFacts(testEvent(), {
      pod: {
        containers: [
          { ...container, image: CANNOT_TELL },
          { ...container, name: 'side', privileged: undefined },
        ],
        volumes: CANNOT_TELL,
      } as never, // Only what is read here.
    })
    const { pod_containers_unknown_fields, unknown_fields, ...columns } = eventRow(facts)
    expect(columns.pod_containers_name).toEqual(['web', 'side'])
    expect(columns.pod_containers_privileged).toEqual([true, null])
    expect((pod_containers_unknown_fields as string[][])[0]).toContain('pod.containers[].image')
    expect((pod_containers_unknown_fields as string[][])[1]).not.toContain('pod.containers[].image')
    expect(unknown_fields).toContain('pod.volumes')
  })

  it('has no half characters, and a moment even where the event has none', () => {
    const bad = row({ userAgent: 'a\ud800b', requestReceivedTimestamp: 'never' })
    expect(bad.user_agent).toBe('a\ufffdb')
    expect(bad.received_at).toBe('1970-01-01T00:00:00Z')
  })
})
