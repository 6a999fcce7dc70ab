import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fault } from '../base/fault.ts'
import { newSealKeys, openSealed, sealFor } from './seal.ts'

const KEYS = newSealKeys(randomBytes)
const OTHERS = newSealKeys(randomBytes)
const ID = Buffer.alloc(32, 7)
const seal = sealFor(KEYS.publicKey, randomBytes)

/** The code of the Fault that this throws. */
const faultOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
  return 'none'
}

test('what was sealed is opened with the private key and the same data', () => {
  const open = openSealed(KEYS.privateKey)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.uint8Array(), (original, data) => {
      expect(Buffer.from(open(seal(original, data), data)).equals(original)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('a seal shows nothing of the original, and no two are alike', () => {
  const original = Buffer.from('{"data":{"password":"c2VjcmV0LXZhbHVl"}}')
  const [one, two] = [seal(original, ID), seal(original, ID)]
  expect(Buffer.from(one).includes('c2VjcmV0')).toBe(false)
  expect(Buffer.from(one).subarray(12).equals(Buffer.from(two).subarray(12))).toBe(false)
  expect(one.length).toBe(original.length + 60)
})

test('any byte that was changed, and any other data, is noticed', () => {
  const open = openSealed(KEYS.privateKey)
  const sealed = seal(Buffer.from('original'), ID)
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 0x10
    const code = at < 4 ? 'seal/not-a-seal' : at < 12 ? 'seal/other-key' : 'seal/damaged'
    expect(faultOf(() => open(changed, ID))).toBe(code)
  }
  expect(faultOf(() => open(sealed, Buffer.alloc(32, 8)))).toBe('seal/damaged')
  expect(faultOf(() => open(sealed.subarray(0, sealed.length - 1), ID))).toBe('seal/damaged')
  expect(faultOf(() => open(sealed.subarray(0, 59), ID))).toBe('seal/not-a-seal')
})

test('a seal with a public key of low order does not open', () => {
  const sealed = Buffer.from(seal(Buffer.from('original'), ID)).fill(0, 12, 44)
  expect(faultOf(() => openSealed(KEYS.privateKey)(sealed, ID))).toBe('seal/damaged')
})

test('another key does not open it, and no key is no key', () => {
  const sealed = seal(Buffer.from('original'), ID)
  expect(faultOf(() => openSealed(OTHERS.privateKey)(sealed, ID))).toBe('seal/other-key')
  expect(faultOf(() => openSealed('nonsense'))).toBe('seal/bad-key')
  expect(faultOf(() => openSealed(KEYS.publicKey))).toBe('seal/bad-key')
  const signing = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })
  expect(faultOf(() => sealFor(signing.toString(), randomBytes))).toBe('seal/bad-key')
  expect(faultOf(() => sealFor(KEYS.privateKey, randomBytes))).toBe('seal/bad-key')
})

test('a seal made by the words of its format alone opens', () => {
  const own = generateKeyPairSync('x25519')
  const raw = (pem: string): Buffer =>
    createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(-32)
  const ownRaw = own.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const recipient = raw(KEYS.publicKey)
  const name = createHash('sha256').update(recipient).digest().subarray(0, 8)
  const head = Buffer.concat([Buffer.from('DWS1'), name, ownRaw])
  const publicKey = createPublicKey(KEYS.publicKey)
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey })
  const salt = Buffer.concat([ownRaw, recipient])
  const bytes = Buffer.from(hkdfSync('sha256', shared, salt, 'deckwatch-seal-1', 44))
  const cipher = createCipheriv('aes-256-gcm', bytes.subarray(0, 32), bytes.subarray(32))
  cipher.setAAD(Buffer.concat([head, ID]))
  const content = Buffer.concat([cipher.update('original'), cipher.final()])
  const sealed = Buffer.concat([head, content, cipher.getAuthTag()])
  expect(Buffer.from(openSealed(KEYS.privateKey)(sealed, ID)).toString()).toBe('original')
})

test('keys are made of the random bytes given, and are PEM that other tools read', () => {
  const keys = newSealKeys((size) => Buffer.alloc(size, 1))
  expect(keys).toEqual(newSealKeys((size) => Buffer.alloc(size, 1)))
  expect(keys.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
  expect(createPrivateKey(keys.privateKey).asymmetricKeyType).toBe('x25519')
})
