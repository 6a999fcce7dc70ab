import { line } from './decoded.ts'

/** A way in which a secret gets into an event. */
export interface SecretWay {
  readonly name: string
  /** A native line that carries it. */
  readonly make: (secret: string) => string
  /** Only as it is: its place lies in a text of another kind. */
  readonly plainOnly?: true
  /** Also sent in every wrapping. */
  readonly wrapped?: true
}

type Json = Readonly<Record<string, unknown>>

const LAST = 'kubectl.kubernetes.io/last-applied-configuration'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const ref = (resource: string): Json => ({
  objectRef: { resource, namespace: 'shop', name: 'x', apiVersion: 'v1' },
})

const secret = (value: string): Json => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name: 'x' },
  data: { password: base64(value) },
})

const ofSecret = (requestObject: unknown): Json => ({
  ...ref('secrets'),
  verb: 'patch',
  requestObject,
})

const ofConfig = (requestObject: unknown): Json => ({ ...ref('configmaps'), requestObject })

const config = (data: Json): Json => ofConfig({ kind: 'ConfigMap', apiVersion: 'v1', data })

const pod = (container: Json): Json => ({
  requestObject: { kind: 'Pod', spec: { containers: [{ name: 'web', ...container }] } },
})

const annotated = (name: string, value: string): Json => ({
  metadata: { name: 'x', annotations: { [name]: value } },
})

const operation = (path: string, value: unknown): unknown => [{ op: 'add', path, value }]

const token = (value: string): string =>
  [
    { alg: 'RS256', kid: value },
    { sub: 'system:serviceaccount', jti: value },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(Buffer.from(value).toString('base64url'))
    .join('.')

const pem = (value: string, kind = 'RSA '): string =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${value}\n${value}\n-----END ${kind}PRIVATE KEY-----\n`

const manifest = (value: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  a: ${value}\n  b: |\n    ${value}\n`

const way = (
  name: string,
  make: (secret: string) => Json,
  more: Partial<SecretWay> = {},
): SecretWay => ({
  name,
  make: (value) => line(make(value)),
  ...more,
})

const WRAPPED = { wrapped: true } as const
const PLAIN = { plainOnly: true } as const

/** Every way. */
export const WAYS: readonly SecretWay[] = [
  way('a Secret', (v) => ({ ...ref('secrets'), requestObject: secret(v) }), WRAPPED),
  way('an answer', (v) => ({ ...ref('secrets'), responseObject: secret(v) })),
  way('stringData', (v) => ofSecret({ kind: 'Secret', stringData: { a: v } }), WRAPPED),
  way('a Secret of another spelling', (v) => ofSecret({ kind: 'secret', data: { a: base64(v) } })),
  way('a list of Secrets', (v) => ({
    responseObject: { kind: 'SecretList', items: [{ data: { a: base64(v), b: base64(v) } }] },
  })),
  way('a List with a Secret', (v) => ({ requestObject: { kind: 'List', items: [secret(v)] } })),
  way('a table of Secrets', (v) => ({
    ...ref('secrets'),
    responseObject: { kind: 'Table', rows: [{ cells: ['x'], object: secret(v) }] },
  })),
  way('a watch of Secrets', (v) => ({
    ...ref('secrets'),
    responseObject: { type: 'ADDED', object: { data: { a: base64(v) } } },
  })),
  way('a merge patch', (v) => ofSecret({ data: { a: base64(v) } }), WRAPPED),
  way('a merge patch of stringData', (v) => ofSecret({ stringData: { 'a.b': v } })),
  way('a JSON Patch', (v) => ofSecret(operation('/data/a', base64(v))), WRAPPED),
  way('a JSON Patch of all data', (v) => ofSecret(operation('/data', { a: base64(v) }))),
  way('a JSON Patch of the whole', (v) => ofSecret(operation('', secret(v)))),
  way('a JSON Patch of nothing', (v) => ofSecret(operation('data/a', v))),
  way('a body of text', (v) => ofSecret(`data: {a: ${base64(v)}}`), PLAIN),
  way(
    'a last applied',
    (v) => ofSecret(annotated(LAST, `${JSON.stringify(secret(v))}\n`)),
    WRAPPED,
  ),
  way('a last applied of no kind', (v) => ofSecret(annotated(LAST, `{"data":{"a":"${v}"}}`))),
  way(
    'a last applied that is no JSON',
    (v) => ({ requestObject: annotated(LAST, `data: ${v}`) }),
    PLAIN,
  ),
  way('a copy by another tool', (v) => ({
    requestObject: annotated('kapp.k14s.io/original', JSON.stringify(secret(v))),
  })),
  way('an applied operation', (v) => ({
    requestObject: operation('/metadata/annotations/x', JSON.stringify(secret(v))),
  })),
  way('a Secret in a custom resource', (v) => ({
    requestObject: { kind: 'Sealed', spec: { template: secret(v) } },
  })),
  way('a Secret in a Secret in JSON', (v) => ({
    requestObject: {
      kind: 'ConfigMap',
      data: { a: JSON.stringify({ b: JSON.stringify(secret(v)) }) },
    },
  })),
  way(
    'TokenRequest',
    (v) => ({
      objectRef: { resource: 'serviceaccounts', subresource: 'token', namespace: 'a', name: 'b' },
      responseObject: { kind: 'TokenRequest', spec: {}, status: { token: v } },
    }),
    WRAPPED,
  ),
  way(
    'TokenReview',
    (v) => ({
      ...ref('tokenreviews'),
      requestObject: { kind: 'TokenReview', spec: { token: v } },
    }),
    WRAPPED,
  ),
  way(
    'a web token',
    (v) => ({ requestObject: { kind: 'Pod', spec: { x: `use ${token(v)}` } } }),
    PLAIN,
  ),
  way('a ConfigMap', (v) => config({ 'db.password': v, plain: 'x' }), WRAPPED),
  way('a ConfigMap with a file of keys', (v) => config({ 'tls.key': v, '.dockerconfigjson': v })),
  way('a ConfigMap of binary data', (v) =>
    ofConfig({ kind: 'ConfigMap', binaryData: { 'server.p12': base64(v) } }),
  ),
  way('a list of ConfigMaps', (v) => ({
    responseObject: { kind: 'ConfigMapList', items: [{ data: { API_KEY: v } }] },
  })),
  way('a merge patch of a ConfigMap', (v) => ofConfig({ data: { token: v } })),
  way('a JSON Patch of a ConfigMap', (v) => ofConfig(operation('/data/api_key', v))),
  way('a JSON Patch of all of a ConfigMap', (v) => ofConfig(operation('/data', { secret: v }))),
  way(
    'properties in a ConfigMap',
    (v) => config({ 'app.properties': `a = b\ndb_password = ${v}\n` }),
    PLAIN,
  ),
  way(
    'settings in a ConfigMap',
    (v) => config({ 'x.env': `A=b\nAWS_SECRET_ACCESS_KEY=${v}\n` }),
    PLAIN,
  ),
  way('a kubeconfig', (v) => config({ kubeconfig: `users:\n- user:\n    token: ${v}\n` }), PLAIN),
  way(
    'a kubeconfig by another name',
    (v) => config({ a: `users:\n- user:\n    client-key-data: ${base64(v)}\n` }),
    PLAIN,
  ),
  way('a kubeconfig as JSON', (v) =>
    config({ a: JSON.stringify({ users: [{ user: { token: v } }] }) }),
  ),
  way('a manifest in a ConfigMap', (v) => config({ 'a.yaml': manifest(v) }), PLAIN),
  way(
    'manifests in a ConfigMap',
    (v) => config({ 'a.yaml': `kind: Pod\n---\n${manifest(v)}` }),
    PLAIN,
  ),
  way('registry credentials', (v) =>
    config({ a: JSON.stringify({ auths: { r: { auth: base64(`u:${v}`) } } }) }),
  ),
  way('a variable', (v) => pod({ env: [{ name: 'DB_PASSWORD', value: v }] }), WRAPPED),
  way('a variable, value first', (v) => pod({ env: [{ value: v, name: 'STRIPE_API_KEY' }] })),
  way('a variable by an operation', (v) => ({
    requestObject: operation('/spec/containers/0/env/-', { name: 'GITHUB_TOKEN', value: v }),
  })),
  way('an argument', (v) => pod({ args: [`--password=${v}`] })),
  way('the argument after', (v) => pod({ command: ['x', '--token', v] })),
  way(
    'a command of a shell',
    (v) => pod({ command: ['sh', '-c', `x --password ${v} --y`] }),
    PLAIN,
  ),
  way('a header in a command', (v) => pod({ args: [`curl -H 'Authorization: Bearer ${v}' x`] })),
  way('an URL with a password', (v) => pod({ args: [`postgres://app:${v}@db/x`] })),
  way('a private key', (v) => config({ a: pem(v) }), PLAIN),
  way('a private key of OpenSSH', (v) => config({ a: pem(v, 'OPENSSH ') }), PLAIN),
  way(
    'a private key in base64',
    (v) => ({ requestObject: { spec: { x: base64(pem(v)) } } }),
    PLAIN,
  ),
  way(
    'a private key in base64 twice named',
    (v) => ({
      requestObject: { spec: { x: base64(pem(v, 'EC ')), y: base64(pem(v, '')) } },
    }),
    PLAIN,
  ),
  way('a password in a custom resource', (v) => ({ requestObject: { spec: { password: v } } })),
  way('a client secret', (v) => ({ requestObject: { spec: { oidc: { clientSecret: v } } } })),
  way('tokens in a list', (v) => ({ requestObject: { token: [v, { a: 1 }, v] } })),
  way('a query', (v) => ({ requestURI: `/api/v1/pods?access_token=${v}&watch=1` }), WRAPPED),
  way('a command in a query', (v) => ({
    requestURI: `/x/exec?command=login&command=--token&command=${v}&stdin=true`,
  })),
  way('a flag in a query', (v) => ({ requestURI: `/x/exec?command=--password%3D${v}` })),
  way('a bearer in a query', (v) => ({
    requestURI: `/x/exec?command=Authorization%3A%20Bearer%20${v}`,
  })),
  way(
    'a query, all of it encoded',
    (v) => ({
      requestURI: `/x/exec?${[...`command=token=${v}`].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}`,
    }),
    PLAIN,
  ),
  way('JSON in a query', (v) => ({
    requestURI: `/x?body=${encodeURIComponent(JSON.stringify({ password: v }))}`,
  })),
  way('a user agent', (v) => ({ userAgent: `x Bearer ${v}` })),
  way('an annotation of the event', (v) => ({
    annotations: { 'a.b/c': JSON.stringify(secret(v)) },
  })),
  way('a patch by a webhook', (v) => ({
    annotations: {
      'patch.webhook.admission.k8s.io/round_0_index_0': JSON.stringify({
        patch: [{ op: 'add', path: '/spec/env/0', value: { name: 'A_SECRET', value: v } }],
        patchType: 'JSONPatch',
      }),
    },
  })),
  way('extra of a user', (v) => ({ user: { username: 'a', extra: { x: [`Bearer ${v}`] } } })),
  way('a message', (v) => ({
    ...ref('secrets'),
    responseStatus: { code: 422, message: `is invalid: data[a]: Invalid value: "${v}"` },
  })),
  way('a message with quotes', (v) => ({
    ...ref('secrets'),
    responseStatus: { code: 422, message: `data: Invalid value: "a\\"${v}": no` },
  })),
  way('a message with JSON', (v) => ({
    responseStatus: { code: 400, message: `got: ${JSON.stringify(secret(v))} and more` },
  })),
  way('a status of a Secret', (v) => ({
    ...ref('secrets'),
    responseObject: { kind: 'Status', message: `error found in #3: ${v}` },
  })),
]
