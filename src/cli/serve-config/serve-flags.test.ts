import { describe, expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'
import { type ServeFlags, toServeOptions } from './serve-flags.ts'

const NONE: ServeFlags = {
  ...{ data: undefined, webhook: undefined, files: [], store: undefined, status: undefined },
  ...{ storePasswordFile: undefined, storeCluster: undefined, rules: [], lists: [] },
  ...{ anchor: undefined, sealKey: undefined },
}
const file = parseConfig(
  `
data: /data
webhook:
  listen: 0.0.0.0:8443
  tls: { cert: c, key: k, clientCA: a }
store: { url: 'https://u@h/db', ca: ca.pem }
rules: [r]
status: { listen: '127.0.0.1:1' }
`,
  '/etc/d.yaml',
).config

describe('options', () => {
  test('alone make a working receiver on loopback', () => {
    const options = toServeOptions({ ...NONE, data: 'd', webhook: '127.0.0.1:0' }, undefined)
    expect(options).toMatchObject({
      data: 'd',
      webhook: { listen: { host: '127.0.0.1', port: 0 }, tls: undefined, sources: [] },
      store: { kind: 'embedded', memoryBytes: undefined },
      status: { host: '127.0.0.1', port: 9464 },
    })
  })

  test('replace what the file says of the same, and add to its lists', () => {
    const flags = { ...NONE, data: 'd', webhook: '127.0.0.1:1', status: 'localhost:2' }
    const more = { store: 'http://h/other', rules: ['mine'], files: ['c/s=a=b.log'] }
    expect(toServeOptions({ ...flags, ...more }, file)).toMatchObject({
      data: 'd',
      webhook: { listen: { port: 1 }, tls: { clientCA: '/etc/a' } },
      status: { host: 'localhost', port: 2 },
      store: { kind: 'url', url: 'http://h/other', ca: '/etc/ca.pem' },
      rules: ['/etc/r', 'mine'],
      files: [{ path: 'a=b.log', cluster: 'c', server: 's', from: 'end' }],
    })
    expect(toServeOptions(NONE, file)).toMatchObject({ data: '/data', status: { port: 1 } })
    const store = { storePasswordFile: 'p', storeCluster: 'main' }
    expect(toServeOptions({ ...NONE, ...store }, file)).toMatchObject({
      store: { url: 'https://u@h/db', passwordFile: 'p', ca: '/etc/ca.pem', clusterName: 'main' },
    })
  })

  test.each([
    [{}, /where to keep the data/],
    [{ data: 'd', webhook: '8443' }, /--webhook "8443" is no address/],
    [{ data: 'd', webhook: '0.0.0.0:8443' }, /plain HTTP/],
    [{ data: 'd', status: 'x' }, /--status "x" is no address/],
    [{ data: 'd', files: ['audit.log'] }, /--file "audit.log" names nothing/],
    [{ data: 'd', files: ['a/../x=audit.log'] }, /names nothing/],
    [{ data: 'd', store: 'secret' }, /--store is no URL/],
    [{ data: 'd', storeCluster: 'main' }, /there is no store with a URL/],
    [{ data: 'd', storePasswordFile: 'p' }, /there is no store with a URL/],
  ])('%j means nothing', (flags, message) => {
    expect(() => toServeOptions({ ...NONE, ...flags }, undefined)).toThrow(message)
  })
})
