import { existsSync, readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import type { ObjectRef } from '../model/event.ts'
import { toCanonical } from './canonical.ts'
import { redactBody, redactField, redactText } from './redact.ts'
import { decoded, line } from './testing/decoded.ts'

const CORPUS = new URL('../../../shared/corpus/lab/typical/', import.meta.url)
const FULL = new URL('../../../shared/corpus/lab/full/', import.meta.url)

const TOKEN = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJlLW9mLWl0'
const SECRETS: ObjectRef = { ...emptyRef(), resource: 'secrets' }

function emptyRef(): ObjectRef {
  return {
    resource: undefined,
    namespace: undefined,
    name: undefined,
    uid: undefined,
    apiGroup: undefined,
    apiVersion: undefined,
    resourceVersion: undefined,
    subresource: undefined,
  }
}

describe('redactText', () => {
  test.each([
    ['a JSON web token', `x ${TOKEN} y`, `x ${TOKEN.replace(/[^.]/g, '*')} y`],
    [
      'a bearer',
      'Authorization: Bearer abcdef0123456789',
      'Authorization: Bearer ****************',
    ],
    ['basic', 'authorization: Basic dXNlcjpwYXNz', 'authorization: Basic ************'],
    ['a query', '/x?token=s3cr3t&watch=1', '/x?token=******&watch=1'],
    ['none', '/api/v1/pods?watch=1', '/api/v1/pods?watch=1'],
    ['words', 'the bearer of bad news, basic things', 'the bearer of bad news, basic things'],
  ])('%s', (_, text, masked) => {
    expect(redactText(text)).toBe(masked)
  })

  test('a private key', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----\nrest'
    expect(redactText(key)).not.toContain('MIIEow')
    expect(redactText(key)).toMatch(/rest$/)
    expect(redactText('-----BEGIN PRIVATE KEY-----\nMIIE')).not.toContain('MIIE')
  })

  test('keeps the number of bytes, and takes linear time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const given = `${text} Bearer ${TOKEN} ?token=${encodeURIComponent(text.toWellFormed())}`
        expect(Buffer.byteLength(redactText(given))).toBe(Buffer.byteLength(given))
      }),
    )
    for (const part of [
      'eyJ',
      'bearer ',
      '-----BEGIN PRIVATE KEY-----',
      '?token=',
      'eyJaaaaaaaa.',
    ]) {
      const start = performance.now()
      expect(redactText(part.repeat(50_000)).length).toBe(part.length * 50_000)
      expect(performance.now() - start).toBeLessThan(2_000)
    }
  })
})

describe('redactBody', () => {
  const secret = {
    kind: 'Secret',
    metadata: { name: 's' },
    data: { a: 'c2VjcmV0' },
    type: 'Opaque',
  }

  test.each([
    ['a Secret', secret, undefined],
    [
      'a list of Secrets',
      { kind: 'SecretList', items: [{ ...secret, kind: undefined }] },
      undefined,
    ],
    ['a List that holds one', { kind: 'List', items: [secret] }, undefined],
    ['stringData', { kind: 'Secret', stringData: { a: 'c2VjcmV0' } }, undefined],
    ['a merge patch', { data: { a: 'c2VjcmV0' } }, SECRETS],
    ['a JSON Patch', [{ op: 'add', path: '/data/a', value: 'c2VjcmV0' }], SECRETS],
    ['a JSON Patch of all data', [{ op: 'add', path: '/data', value: { a: 'c2VjcmV0' } }], SECRETS],
    ['a JSON Patch of the whole', [{ op: 'replace', path: '', value: secret }], SECRETS],
    ['a TokenRequest', { kind: 'TokenRequest', status: { token: 'c2VjcmV0' } }, undefined],
    ['a TokenReview', { kind: 'TokenReview', spec: { token: 'c2VjcmV0' } }, undefined],
    [
      'last-applied-configuration',
      {
        kind: 'Secret',
        metadata: {
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(secret)}\n`,
          },
        },
      },
      undefined,
    ],
    ['a Secret in a custom object', { kind: 'Sealed', spec: { template: secret } }, undefined],
    ['a token anywhere', { kind: 'Pod', spec: { x: [`--auth=${TOKEN}`] } }, undefined],
  ])('%s', (_, body, objectRef) => {
    const before = JSON.stringify(body)
    const after = JSON.stringify(redactBody(body, objectRef))
    expect(after).not.toContain('c2VjcmV0')
    expect(after).not.toContain(TOKEN)
    expect(after).toMatch(/\*{8}/)
    expect(after.length).toBe(before.length)
  })

  test('other things stay as they are', () => {
    const body = {
      kind: 'ConfigMap',
      data: { a: 'plain' },
      metadata: {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{"kind":"ConfigMap"}\n',
        },
      },
    }
    expect(redactBody(body, undefined)).toEqual(body)
    expect(redactBody({ data: { a: 'x' } }, { ...emptyRef(), resource: 'configmaps' })).toEqual({
      data: { a: 'x' },
    })
  })

  test('deeper than LIMIT.jsonDepthMax it is left out', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < LIMIT.jsonDepthMax + 1; level += 1) deep = { a: deep }
    expect(JSON.stringify(redactBody(deep, undefined))).not.toContain('bottom')
    expect(JSON.stringify(redactBody({ kind: 'Secret', data: deep }, undefined))).not.toContain(
      'bottom',
    )
  })
})

test('redactField masks by what the field is', () => {
  const [event] = decoded(line({ objectRef: { resource: 'secrets' } })).events
  if (event === undefined) throw new Error('no event')
  expect(redactField(event, 'requestObject.data.password', 'abc')).toBe('***')
  expect(redactField(event, 'requestObject.metadata.name', 'abc')).toBe('abc')
  expect(redactField(event, 'responseObject.status.token', 'abc')).toBe('***')
  expect(redactField(event, 'userAgent', `x ${TOKEN}`)).not.toContain(TOKEN)
})

test('a canonical event is read again as the same', () => {
  const text = line({
    impersonatedUser: { username: 'eve', groups: ['g'], extra: { a: ['b'] } },
    authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
  })
  const canonical = decoded(text).events.map(toCanonical)
  expect(decoded(JSON.stringify(canonical[0])).events.map(toCanonical)).toEqual(canonical)
  expect(canonical[0]).toEqual({ ...JSON.parse(text), responseStatus: { code: 201 } })
})

describe.skipIf(!existsSync(CORPUS))('recordings (needs ../shared/corpus)', () => {
  test('no value of a Secret and no token is in the canonical events', () => {
    const bytes = zstdDecompressSync(readFileSync(new URL('audit-c.log.zst', FULL)))
    const { events } = decoded(bytes.subarray(0, 12_000_000))
    const secrets = new Set<string>()
    for (const { requestObject } of events) collect(requestObject, secrets)
    const shown = events.map((event) => JSON.stringify(toCanonical(event))).join('\n')
    expect(secrets.size).toBeGreaterThan(0)
    for (const secret of secrets) expect(shown.includes(secret)).toBe(false)
    expect(/eyJ[\w-]{20,}\.[\w-]{20,}\./.test(shown)).toBe(false)
  })
})

/** The values of Secrets, and tokens, long enough to be looked for. */
function collect(body: unknown, into: Set<string>): void {
  if (typeof body !== 'object' || body === null) return
  const object = body as { kind?: string; data?: object; spec?: { token?: string } }
  if (object.kind === 'Secret') {
    for (const value of Object.values(object.data ?? {})) {
      if (typeof value === 'string' && value.length >= 12) into.add(value)
    }
  }
  if (object.kind === 'TokenReview' && object.spec?.token !== undefined) into.add(object.spec.token)
}

describe('no way of sending a secret shows it', () => {
  const VALUE = 'CANARYs3cr3tvalue'
  const DATA = Buffer.from(VALUE).toString('base64')
  const ref = (resource: string): unknown => ({ resource, namespace: 'a', name: 'b' })
  const applied = JSON.stringify({ kind: 'Secret', data: { p: DATA }, stringData: { q: VALUE } })
  const ofSecret = (requestObject: unknown): unknown => ({
    objectRef: ref('secrets'),
    requestObject,
  })
  const annotated = (name: string, value: string): unknown => ({
    metadata: { annotations: { [name]: value } },
  })
  const LAST = 'kubectl.kubernetes.io/last-applied-configuration'
  const operation = (path: string, value: unknown): unknown => [{ op: 'add', path, value }]
  const table = { kind: 'Table', rows: [{ cells: ['a'], object: { data: { a: DATA } } }] }
  const message = `is invalid: data[a]: Invalid value: "${VALUE}"`
  const header = 'command=Authorization%3A'
  test.each<[string, unknown]>([
    ['a Secret that says another kind', ofSecret({ kind: 'secret', data: { a: DATA } })],
    ['a body that is text', ofSecret(`data: {a: ${DATA}}`)],
    ['an operation', ofSecret(operation('/data/x', DATA))],
    ['an operation on no pointer', ofSecret(operation('data/x', DATA))],
    ['an operation on an odd member', ofSecret(operation('/DATA/x', VALUE))],
    ['an operation without a path', ofSecret([{ op: 'add', value: { data: { a: DATA } } }])],
    ['an operation on the whole', ofSecret(operation('', { kind: 'X', data: { a: DATA } }))],
    ['an operation alone', ofSecret({ op: 'add', path: '/data/x', value: DATA })],
    ['applied, of no kind', ofSecret(annotated(LAST, `{"data":{"a":"${DATA}"}}`))],
    ['applied, by an operation', ofSecret(operation('/metadata/annotations/x', applied))],
    [
      'the same on something else',
      { requestObject: operation('/metadata/annotations/x', applied) },
    ],
    ['applied by another tool', ofSecret(annotated('kapp.k14s.io/original', applied))],
    ['a Secret within a ConfigMap', { requestObject: { data: { 'x.json': applied } } }],
    ['a table', { objectRef: ref('secrets'), responseObject: table }],
    ['tokens in a list', { requestObject: { token: [VALUE] } }],
    ['a name in capitals', { requestObject: { Password: VALUE } }],
    ['a variable', { requestObject: { env: [{ name: 'DB_PASSWORD', value: VALUE }] } }],
    ['a flag', { requestObject: { args: [`--password=${VALUE}`] } }],
    ['stringData of a custom resource', { requestObject: { spec: { stringData: { a: VALUE } } } }],
    ['a kubeconfig', { requestObject: { data: { k: `users:\n- user:\n    token: ${VALUE}` } } }],
    [
      'registry credentials',
      { requestObject: { data: { k: `{"auths":{"r":{"auth":"${DATA}"}}}` } } },
    ],
    ['a bearer in a URI', { requestURI: `/x?${header}%20Bearer%20${VALUE}` }],
    ['a bearer in a URI, with plus', { requestURI: `/x?${header}+Bearer+${VALUE}` }],
    ['a flag in a URI', { requestURI: `/x?command=--token%3D${VALUE}` }],
    ['an annotation of the event', { annotations: { 'a.b/c': applied } }],
    ['a message', { objectRef: ref('secrets'), responseStatus: { code: 422, message } }],
    ['a message with JSON', { responseStatus: { code: 400, message: `got: ${applied}` } }],
    ['a method', { verb: `bearer ${VALUE}` }],
    ['an answer with a message', { objectRef: ref('secrets'), responseObject: { message } }],
  ])('%s', (_, members) => {
    const { events } = decoded(line(members as Record<string, unknown>))
    const shown = JSON.stringify(events.map(toCanonical))
    expect(events.length).toBe(1)
    expect(shown).not.toContain(VALUE)
    expect(shown).not.toContain(DATA)
  })
})
