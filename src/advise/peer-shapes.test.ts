import { describe, expect, test } from 'vitest'
import { UNKNOWN, wordFor } from '../base/truth.ts'
import { decoded, line } from '../decode/testing/decoded.ts'
import { compileRules } from '../detect/compile.ts'
import { enrich } from '../enrich/enrich.ts'

/**
 * What other engines for Sigma rules get wrong with events of this log, from the bytes on: each was
 * seen in one of them.
 */
const answers = (detection: string, input: string): readonly string[] => {
  const text = `title: t\nid: i\nlogsource: { product: kubernetes, service: audit }\ndetection: ${detection}\n`
  const { rules, issues } = compileRules([{ file: 'r.yaml', text }])
  expect(issues).toEqual([])
  const [rule] = rules
  if (rule === undefined) throw new Error('refused')
  return decoded(input).events.map((event) => wordFor(rule.test(enrich(event, NETWORKS))))
}

const NETWORKS = { proxies: [], clusterRanges: [] }
const MATCH = ['match']
const NO_MATCH = ['no match']

const user = { username: 'alice', groups: ['dev', 'system:masters'] }
const extra = { 'authentication.kubernetes.io/credential-id': ['X509SHA256=1f'] }

type Shape = readonly [
  title: string,
  detection: string,
  members: object,
  expected: readonly string[],
]

const SHAPES: readonly Shape[] = [
  [
    'keys that hold dots',
    "{ s: { annotations.authorization.k8s.io/decision: allow, 'user.extra.authentication.kubernetes.io/credential-id|startswith': X509 }, condition: s }",
    { user: { ...user, extra } },
    MATCH,
  ],
  [
    'a dotted key beside a nested one of the same path',
    '{ s: { annotations.a.b: dotted }, condition: s }',
    { annotations: { 'a.b': 'dotted', a: '{"b":"nested"}' } },
    MATCH,
  ],
  ['an asterisk in the middle', "{ s: { requestURI: '/api/*/shop/p*' }, condition: s }", {}, MATCH],
  ['a question mark', "{ s: { objectRef.name: 'web-?' }, condition: s }", {}, MATCH],
  [
    'a question mark is one character',
    "{ s: { objectRef.name: 'web?' }, condition: s }",
    {},
    NO_MATCH,
  ],
  [
    'a filter on a field that the event does not have',
    '{ selection: { verb: create }, filter: { objectRef.subresource: exec }, condition: selection and not filter }',
    {},
    MATCH,
  ],
  [
    'one of several filters, none of whose fields are there',
    '{ selection: { verb: create }, filter_a: { objectRef.subresource: exec }, filter_b: { impersonatedUser.username: x }, condition: selection and not 1 of filter_* }',
    {},
    MATCH,
  ],
  ['a number as text', "{ s: { responseStatus.code: '201' }, condition: s }", {}, MATCH],
  ['a number', '{ s: { responseStatus.code: 201 }, condition: s }', {}, MATCH],
  [
    'a comparison of numbers',
    '{ s: { responseStatus.code|gte: 200, responseStatus.code|lt: 300 }, condition: s }',
    {},
    MATCH,
  ],
  [
    'all values of an array',
    "{ s: { user.groups|contains|all: [dev, 'system:'] }, condition: s }",
    { user },
    MATCH,
  ],
  [
    'all values of an array, of which one is missing',
    '{ s: { user.groups|contains|all: [dev, ops] }, condition: s }',
    { user },
    NO_MATCH,
  ],
  [
    'one value of an array',
    "{ s: { user.groups: 'system:masters' }, condition: s }",
    { user },
    MATCH,
  ],
  [
    'upper and lower case',
    '{ s: { user.username: ALICE, objectRef.resource: Pods }, condition: s }',
    {},
    MATCH,
  ],
  [
    'a boolean',
    '{ s: { requestObject.spec.hostNetwork: true }, condition: s }',
    { requestObject: { kind: 'Pod', spec: { hostNetwork: true } } },
    MATCH,
  ],
  [
    'a boolean as text',
    "{ s: { requestObject.spec.hostNetwork: 'True' }, condition: s }",
    { requestObject: { kind: 'Pod', spec: { hostNetwork: true } } },
    MATCH,
  ],
  [
    'a boolean in an element',
    "{ s: { 'pod.containers[].privileged': true }, condition: s }",
    {
      level: 'Request',
      responseObject: undefined,
      requestObject: {
        kind: 'Pod',
        apiVersion: 'v1',
        spec: {
          containers: [{ name: 'a' }, { name: 'b', securityContext: { privileged: true } }],
        },
      },
    },
    MATCH,
  ],
  [
    'leaves of one name at different places',
    '{ s: { requestObject.metadata.name: web-1, requestObject.spec.name: other }, condition: s }',
    { requestObject: { kind: 'Pod', metadata: { name: 'web-1' }, spec: { name: 'other' } } },
    MATCH,
  ],
  [
    'leaves of one name are not one',
    '{ s: { requestObject.metadata.name: other }, condition: s }',
    { requestObject: { kind: 'Pod', metadata: { name: 'web-1' }, spec: { name: 'other' } } },
    NO_MATCH,
  ],
]

describe('keys and values as the log has them', () => {
  test.each(SHAPES)('%s', (_, detection, members, expected) => {
    expect(answers(detection, `${line({ ...members })}\n`)).toEqual(expected)
  })

  test('a body nested deeper than is looked at cannot be told, and is not passed over', () => {
    let body: unknown = 'needle'
    for (let depth = 0; depth < 200; depth += 1) body = { a: body }
    const path = 'a.'.repeat(200).slice(0, -1)
    const detection = `{ s: { requestObject.${path}: needle }, condition: s }`
    expect(answers(detection, `${line({ requestObject: body })}\n`)).toEqual([wordFor(UNKNOWN)])
    expect(
      answers('{ s: { verb: create }, condition: s }', `${line({ requestObject: body })}\n`),
    ).toEqual(MATCH)
  })
})

describe('records as files have them', () => {
  const created = '{ s: { verb: create }, condition: s }'
  const list = JSON.stringify({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    items: [JSON.parse(line()), JSON.parse(line({ verb: 'get' }))],
  })

  test.each([
    [
      'a byte order mark before the first event',
      `\ufeff${line()}\n${line()}\n`,
      ['match', 'match'],
    ],
    [
      'an event with a number beyond all',
      `${line().replace('"code":201', '"code":1e400')}\n${line()}\n`,
      ['match', 'match'],
    ],
    ['an event list in a line', `${list}\n`, ['match', 'no match']],
    [
      'a torn line between others',
      `${line()}\n${line().slice(0, 200)}\n${line()}\n`,
      ['match', 'match'],
    ],
    ['no line break at the end', line(), ['match']],
    [
      'no time',
      `${line({ requestReceivedTimestamp: undefined, stageTimestamp: undefined })}\n`,
      ['match'],
    ],
    [
      'a key twice, of which the last counts',
      `${line().replace('"verb":"create"', '"verb":"get","verb":"create"')}\n`,
      ['match'],
    ],
    [
      'a key twice, the other way',
      `${line().replace('"verb":"create"', '"verb":"create","verb":"get"')}\n`,
      ['no match'],
    ],
  ])('%s', (_, input, expected) => {
    expect(answers(created, input)).toEqual(expected)
  })
})
