import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { alternativeNames } from './alternative-names.ts'
import { certificate } from './testing/call.ts'

test.each([
  [undefined, []],
  ['', []],
  [
    'DNS:a, URI:deckwatch://b/c, IP Address:1.2.3.4',
    ['DNS:a', 'URI:deckwatch://b/c', 'IP Address:1.2.3.4'],
  ],
  ['URI:"http://x/\\u002c DNS:a", DNS:b', ['URI:http://x/, DNS:a', 'DNS:b']],
  ['DNS:"a\\"b"', ['DNS:a"b']],
  ['DNS:a, DNS:"b', []],
])('%j', (text, names) => {
  expect(alternativeNames(text)).toEqual(names)
})

test('a comma within a name makes no second one', () => {
  const pem = readFileSync(certificate('two-in-one.pem'))
  expect(alternativeNames(new X509Certificate(pem).subjectAltName)).toEqual([
    'URI:http://x/, DNS:master-1.prod',
  ])
})
