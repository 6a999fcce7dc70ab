import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ask, bodyOf, LINE_HEAD, live, optionsFor, post } from './testing/live.ts'

const data = mkdtempSync(join(tmpdir(), 'deckwatch-hostile-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

const TIME = '2026-11-20T10:00:00.000000Z'

/** An exec into a pod: rules find it, and correlations count it. */
const EVENT = {
  level: 'RequestResponse',
  auditID: '',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/prod/pods/a/exec?command=sh',
  verb: 'create',
  user: { username: 'eve', uid: 'u', groups: ['system:authenticated'], extra: {} },
  impersonatedUser: { username: 'root' },
  authenticationMetadata: { impersonationConstraint: '' },
  sourceIPs: ['10.0.0.1'],
  userAgent: 'kubectl',
  objectRef: {
    ...{ resource: 'pods', namespace: 'prod', name: 'a', subresource: 'exec', apiVersion: 'v1' },
    ...{ apiGroup: '', resourceVersion: '1', uid: 'u' },
  },
  responseStatus: { code: 101, status: 'Success', reason: '', message: '', metadata: {} },
  requestObject: {},
  responseObject: {},
  requestReceivedTimestamp: TIME,
  stageTimestamp: TIME,
  annotations: {},
}

/** JSON that an honest API server would not write in the place of a text. */
const VALUES = [
  ...['"\\ud800"', '"\\u0000a"', '"a\\ufffe"', '"\'; DROP"', '"\\"\\\\"', '"\\t\\n\\b"', '"😀"'],
  ...[`"${'y'.repeat(100_000)}"`, '1', '-0', '1e400', '99999999999999999999999', 'true', 'null'],
  ...['{}', '[]', '[1]', '{"a":[{},{"a":null}]}', '{"\\ud800":"\\udc00","__proto__":{"a":1}}'],
]

const TIMES = [
  ...['9999-12-31T23:59:59.999999Z', '2300-01-01T00:00:00.000000Z', '2262-04-11T23:47:17Z'],
  ...['2106-02-07T06:28:16Z', '1969-12-31T23:59:59.999999Z', '1900-01-01T00:00:00Z'],
  ...['1899-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
  ...['-0001-01-01T00:00:00Z', '99999-01-01T00:00:00Z', '2026-02-30T10:00:00Z'],
  ...['2026-11-20T24:00:00Z', '2026-11-20T23:59:60Z', '2026-11-20T10:00:00+14:00', '', 'x'],
]

/** Where something stands: members of the event, and their members. */
const PATHS = Object.entries(EVENT).flatMap(([name, value]): readonly (readonly string[])[] => {
  const isMap = typeof value === 'object' && !Array.isArray(value)
  return [[name], ...(isMap ? Object.keys(value).map((each) => [name, each]) : [])]
})

/** The event with this JSON at a place. */
const lineWith = (auditID: string, path: readonly string[], json: string): string => {
  const write = (value: object, at: number): string => {
    const members = Object.entries(value).map(([name, each]) => {
      const isOnPath = name === path[at]
      const isPlace = isOnPath && at === path.length - 1
      const text = isPlace ? json : isOnPath ? write(each, at + 1) : JSON.stringify(each)
      return `${JSON.stringify(name)}:${text}`
    })
    return `{${members.join(',')}}`
  }
  return LINE_HEAD + write({ ...EVENT, auditID }, 0).slice(1)
}

const times = TIMES.flatMap((time) => [
  lineWith('', ['requestReceivedTimestamp'], JSON.stringify(time)),
  lineWith('', ['stageTimestamp'], JSON.stringify(time)),
])
const lines = [
  ...PATHS.flatMap((path) => VALUES.map((value) => lineWith(path.join(' '), path, value))),
  ...times,
]

test('whatever stands in an event, the store takes it, or it is a gap', {
  timeout: 60_000,
}, async () => {
  await live(optionsFor(data), async (instance) => {
    for (let at = 0; at < lines.length; at += 200) {
      expect(await post(instance, 'a', bodyOf(lines.slice(at, at + 200)))).toBe(200)
    }
  })
  const [events] = await ask(
    data,
    'SELECT count() AS stored, uniqExact(event_id) AS ids FROM events',
  )
  const gaps = await ask(data, 'SELECT kind, message FROM gaps')
  // Without a verb that is text there is no event.
  const lost = VALUES.filter((value) => !value.startsWith('"')).length
  expect(events).toEqual({ stored: String(lines.length - lost), ids: String(lines.length - lost) })
  expect(gaps).toEqual([
    {
      kind: 'torn',
      message: `an event without a verb that is text (${lost} of this kind, the first of them)`,
    },
  ])
})
