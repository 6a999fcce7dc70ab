import { describe, expect, test } from 'vitest'
import { type ConfigFile, type ParsedConfig, parseConfig } from './parse-config.ts'

const FILE = '/etc/deckwatch/deckwatch.yaml'
const parse = (text: string): ParsedConfig => parseConfig(text, FILE)

/** `line:column code message`, each. */
const wrongs = (text: string): readonly string[] =>
  parse(text).issues.map(({ at, code, message }) => `${at.line}:${at.column} ${code} ${message}`)

const NOTHING: ConfigFile = {
  ...{ data: undefined, webhook: undefined, files: [], store: undefined },
  retention: { days: undefined, clusters: new Map() },
  evidence: { anchor: undefined, sealKey: undefined },
  ...{ status: undefined, metricsScrape: [], rules: [], lists: [] },
  ...{ proxies: [], clusterRanges: [] },
}

const WHOLE = `
data: /var/lib/deckwatch
webhook:
  listen: 0.0.0.0:8443
  tls: { cert: tls/server.crt, key: tls/server.key, clientCA: tls/ca.crt }
  sources:
    - { cluster: prod, server: master-1 }
    - { cluster: prod, server: master-2, san: 'URI:spiffe://prod/master-2' }
    - { cluster: lab, server: a, tokenSha256: ${'AB'.repeat(32)} }
files:
  - { path: /var/log/kubernetes/audit/audit.log, cluster: prod, server: master-1, from: start }
  - { path: audit-*.log, cluster: prod, server: master-2 }
store: { embedded: { memoryBytes: 419430400 } }
retention: { days: 400, clusters: { prod: 800 } }
evidence: { anchor: /mnt/other/anchor.ndjson, sealKey: seal.pem }
status: { listen: '[::1]:9090' }
metricsScrape:
  - { cluster: prod, server: master-1, url: 'https://10.0.0.1:6443/metrics', tokenFile: token }
rules: [mine]
lists: [lists]
proxies: [10.0.0.5/32]
clusterRanges: [10.244.0.0/16]
`

describe('a configuration', () => {
  test('may hold all of this, its paths beginning at its folder', () => {
    const { config } = parse(WHOLE)
    const noToken = { san: undefined, tokenSha256: undefined }
    expect(config).toEqual({
      data: '/var/lib/deckwatch',
      webhook: {
        listen: { host: '0.0.0.0', port: 8443 },
        tls: {
          cert: '/etc/deckwatch/tls/server.crt',
          key: '/etc/deckwatch/tls/server.key',
          clientCA: '/etc/deckwatch/tls/ca.crt',
        },
        sources: [
          { cluster: 'prod', server: 'master-1', ...noToken },
          { ...noToken, cluster: 'prod', server: 'master-2', san: 'URI:spiffe://prod/master-2' },
          { ...noToken, cluster: 'lab', server: 'a', tokenSha256: 'ab'.repeat(32) },
        ],
      },
      files: [
        {
          path: '/var/log/kubernetes/audit/audit.log',
          ...{ cluster: 'prod', server: 'master-1', from: 'start' },
        },
        {
          path: '/etc/deckwatch/audit-*.log',
          ...{ cluster: 'prod', server: 'master-2', from: 'end' },
        },
      ],
      store: { kind: 'embedded', memoryBytes: 419_430_400 },
      retention: { days: 400, clusters: new Map([['prod', 800]]) },
      evidence: { anchor: '/mnt/other/anchor.ndjson', sealKey: '/etc/deckwatch/seal.pem' },
      status: { host: '::1', port: 9090 },
      metricsScrape: [
        {
          ...{ cluster: 'prod', server: 'master-1', url: 'https://10.0.0.1:6443/metrics' },
          tokenFile: '/etc/deckwatch/token',
          ...{ ca: undefined, cert: undefined, key: undefined },
        },
      ],
      rules: ['/etc/deckwatch/mine'],
      lists: ['/etc/deckwatch/lists'],
      proxies: ['10.0.0.5/32'],
      clusterRanges: ['10.244.0.0/16'],
    })
  })

  test('may be empty, or only name a store', () => {
    expect(parse('').config).toEqual(NOTHING)
    expect(
      parse("store: { url: 'https://d@ch:8443/audit', passwordFile: pw }\n").config?.store,
    ).toEqual({
      kind: 'url',
      url: 'https://d@ch:8443/audit',
      passwordFile: '/etc/deckwatch/pw',
      ca: undefined,
      clusterName: undefined,
    })
  })
})

describe('what is wrong is said with its place', () => {
  test.each([
    ['a: [', ['1:5 config/yaml']],
    ['- data', ['1:1 config/yaml a configuration is one map of keys, in one document']],
    ['data: a\n---\ndata: b\n', ['1:1 config/yaml a configuration is one map']],
    ['data: a\ndata: b\n', ['2:1 config/yaml the key "data" is written twice']],
    ['retenton: {}', ['1:1 config/unknown-key retenton means nothing: did you mean retention?']],
    [
      'webhook:\n  listen: 127.0.0.1:1\n  tlss: {}\n',
      ['3:3 config/unknown-key webhook.tlss means nothing: did you mean tls?'],
    ],
    ['a b c: 1', ['1:1 config/unknown-key a b c means nothing: there are data, webhook, files']],
    ['retention: { clusters: { __proto__: 3 } }', ['1:26 config/unknown-key __proto__']],
    ['files:\n  - { path: x, cluster: c }\n', ['2:5 config/missing files[0].server is missing']],
    ['webhook: {}', ['1:1 config/missing webhook.listen is missing']],
    ['data: 5', ['1:1 config/value data must be a text']],
    ['data: ""', ['1:1 config/value data must be a text that is not empty']],
    ['files: {}', ['1:1 config/value files must be a list']],
    ['proxies: [10.0.0.0/99]', ['1:11 config/value proxies[0] must be a range of addresses']],
    ['rules:\n  - {}\n', ['2:5 config/value rules[0] must be a text']],
    ['retention: { days: 0 }', ['1:14 config/value retention.days must be at least 1']],
    ['retention: { days: 1.5 }', ['1:14 config/value retention.days must be a whole number']],
    ['webhook: { listen: ":8443" }', ['1:12 config/value webhook.listen must be an address and']],
    ['status: { listen: "h:70000" }', ['1:11 config/value status.listen must be an address and']],
    [
      'files:\n  - { path: x, cluster: ../c, server: s, from: now }\n',
      [
        '2:16 config/value files[0].cluster must be a name of letters',
        '2:42 config/value files[0].from must be one of start, end',
      ],
    ],
    ['store: { url: "ftp://x" }', ['1:10 config/value store.url must be a URL that begins with']],
    ['webhook: { listen: "0.0.0.0:1" }', ['1:12 config/conflict plain HTTP only on loopback']],
    [
      'webhook: { listen: "0.0.0.0:1", tls: { cert: a, key: b } }',
      ['1:33 config/conflict nothing would say who sends'],
    ],
    [
      'webhook:\n  listen: 127.0.0.1:1\n  sources:\n    - { cluster: c, server: s }\n    - { cluster: c, server: s }\n',
      ['5:7 config/conflict c/s is there twice'],
    ],
    [
      'webhook:\n  listen: h:1\n  tls: { cert: a, key: b }\n  sources: [{ cluster: c, server: s }]\n',
      ['4:13 config/conflict without webhook.tls.clientCA each source needs tokenSha256'],
    ],
    [
      'webhook:\n  listen: 127.0.0.1:1\n  sources: [{ cluster: c, server: s, san: "DNS:a" }]\n',
      ['3:38 config/conflict san needs webhook.tls.clientCA'],
    ],
    [
      'store: { url: "https://a:secret@h/x", embedded: {} }',
      ['1:39 config/conflict store is a url or embedded', '1:10 config/conflict store.url holds'],
    ],
    ['store: { passwordFile: x }', ['1:10 config/conflict store.passwordFile needs store.url']],
    [
      'files:\n  - { path: x, cluster: c, server: s }\n  - { path: x, cluster: c, server: t }\n',
      ['3:5 config/conflict x is followed already'],
    ],
  ])('%j', (text, expected) => {
    const found = wrongs(text)
    expect(found.map((line, i) => line.slice(0, expected[i]?.length))).toEqual(expected)
    expect(found.join()).not.toContain('secret')
  })

  test('a text that is too long, or YAML that bites', () => {
    expect(wrongs(`data: ${'x'.repeat(1_100_000)}`)[0]).toContain('config/yaml')
    const laughs = 'a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b]\n'
    expect(wrongs(laughs)[0]).toContain('config/yaml')
  })
})
