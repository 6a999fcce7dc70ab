import { existsSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PART } from '../model/blindness.ts'
import type { AuditEvent } from '../model/event.ts'
import { decoded, line } from './testing/decoded.ts'

const CORPUS = new URL('../../../shared/corpus/lab/', import.meta.url)

/** The event against the plain parse of its bytes. */
const sameAsParsed = (event: AuditEvent | undefined, text: string): void => {
  const { requestObject, responseObject, ...rest } = JSON.parse(text)
  expect(event).toMatchObject({ auditID: rest.auditID, verb: rest.verb, user: rest.user })
  expect(event?.annotations).toEqual(rest.annotations)
  expect(event?.objectRef).toEqual(rest.objectRef)
  expect(event?.responseStatus).toEqual(rest.responseStatus)
  expect(event?.requestObject).toEqual(requestObject ?? undefined)
  expect(event?.responseObject).toEqual(responseObject ?? undefined)
}

/** A record that is large enough to be read without its bodies. */
const large = (members: Readonly<Record<string, unknown>>): string =>
  line({ requestURI: `/api/v1/namespaces/shop/pods?fieldManager=${'x'.repeat(2_048)}`, ...members })

describe('a record read without its bodies is the record read whole', () => {
  test('random bodies', () => {
    const body = fc.option(fc.jsonValue({ maxDepth: 6 }), { nil: undefined })
    fc.assert(
      fc.property(body, body, (requestObject, responseObject) => {
        const text = large({ requestObject, responseObject })
        const { events, issues } = decoded(`${text}\n`)
        expect(issues).toEqual([])
        sameAsParsed(events[0], text)
      }),
      { numRuns: 500 },
    )
  })

  test('random JSON as a record never gives other events than the plain parse', () => {
    const verb = fc.constantFrom('get', 1, null, undefined)
    const record = fc.record({ verb, auditID: fc.string(), pad: fc.constant('x'.repeat(2_048)) })
    fc.assert(
      fc.property(record, fc.jsonValue(), (head, requestObject) => {
        const text = JSON.stringify({ ...head, requestObject })
        const { events } = decoded(text)
        expect(events.length).toBe(typeof head.verb === 'string' ? 1 : 0)
        if (events.length > 0)
          expect(events[0]?.requestObject).toEqual(JSON.parse(text).requestObject ?? undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('a body that comes twice: the last counts, as in JSON.parse (A3)', () => {
    const text = large({}).replace('"responseObject"', '"requestObject"')
    sameAsParsed(decoded(text).events[0], text)
    expect(decoded(text).codes).toEqual(['decode/duplicate-key'])
    const escaped = large({}).replace('"responseObject"', '"request\\u004fbject"')
    sameAsParsed(decoded(escaped).events[0], escaped)
  })

  test('another member that comes twice: the last counts', () => {
    const text = large({}).replace('"verb":"create"', '"verb":"create","verb":"delete"')
    expect(decoded(text).events[0]?.verb).toBe('delete')
  })

  test('a body of null is none', () => {
    const { events } = decoded(large({ requestObject: null, responseObject: null }))
    expect(events[0]?.requestObject).toBeUndefined()
    expect(events[0]?.unknown).toBe(PART.requestObject | PART.responseObject)
  })

  test('a body that is no JSON: the rest of the event is used, the body is unknown', () => {
    for (const pad of ['', 'x'.repeat(2_048)]) {
      const text = line({ userAgent: pad }).replace(
        '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1"}}',
        '{"kind":Pod,"metadata":{"name":"web-1"}}',
      )
      const { events, codes } = decoded(`${text}\n${line({ auditID: 'next' })}\n`)
      expect(codes).toEqual(['decode/unparsable-body'])
      expect(events.map((event) => event.auditID)).toContain('next')
      expect(events[0]).toMatchObject({
        unknown: PART.requestObject,
        unparsable: PART.requestObject,
        responseObject: { kind: 'Pod' },
      })
      expect(events[0]?.requestObject).toBeUndefined()
    }
  })
})

describe.skipIf(!existsSync(CORPUS))('recordings (needs ../shared/corpus)', () => {
  test('every event of typical is its plain parse', () => {
    for (const name of ['typical/audit-a', 'typical/audit-b', 'typical/audit-c']) {
      const bytes = zstdDecompressSync(readFileSync(new URL(`${name}.log.zst`, CORPUS)))
      const { events, issues } = decoded(bytes)
      const lines = bytes.toString().trimEnd().split('\n')
      expect(issues).toEqual([])
      expect(events.length).toBe(lines.length)
      const wrong = lines.filter((text, index) => {
        const { requestObject, responseObject, verb } = JSON.parse(text)
        const event = events[index]
        const bodies = JSON.stringify([event?.requestObject, event?.responseObject])
        return event?.verb !== verb || bodies !== JSON.stringify([requestObject, responseObject])
      })
      expect(wrong).toEqual([])
    }
  })
})
