import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { Fault } from '../base/fault.ts'

/**
 * Seals an original, so that only the private key opens it, and only beside the same associated
 * data. The format, version 1, byte for byte:
 *
 *     0     4   DWS1
 *     4     8   for whom: the first bytes of SHA-256 of the recipient's raw public key
 *     12    32  an X25519 public key made for this seal alone, raw
 *     44    n   the original, encrypted
 *     44+n  16  the tag of AES-256-GCM
 *
 * Key and nonce are HKDF-SHA-256 of the secret that X25519 gives for the two keys: the salt is the
 * seal's raw public key and then the recipient's, the info is `deckwatch-seal-1`; of 44 bytes the
 * first 32 are the key and the last 12 the nonce. Authenticated beside the original are the first
 * 44 bytes and then the associated data: the event's id, so that no seal can be moved to another
 * event.
 */
export type Seal = (original: Uint8Array, associatedData: Uint8Array) => Uint8Array

/**
 * Opens a seal. Throws a Fault: `seal/not-a-seal`, `seal/other-key` (it is for another key), or
 * `seal/damaged` (some byte of it, or of the associated data, is not what was sealed).
 */
export type OpenSeal = (sealed: Uint8Array, associatedData: Uint8Array) => Uint8Array

/** So many random bytes. */
export type RandomBytes = (size: number) => Uint8Array

/** A pair of keys as PEM: SubjectPublicKeyInfo, and PKCS #8 without a passphrase. */
export interface SealKeys {
  readonly publicKey: string
  readonly privateKey: string
}

/** A new pair of keys. */
export const newSealKeys = (random: RandomBytes): SealKeys => {
  const privateKey = privateKeyOf(random(KEY_BYTES))
  return {
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/**
 * Seals for whoever has the private key of this public one, given as PEM. Throws the Fault
 * `seal/bad-key`, also for a private key: it has no business where things are sealed.
 */
export const sealFor = (publicKey: string, random: RandomBytes): Seal => {
  if (publicKey.includes('PRIVATE KEY')) {
    throw new Fault('seal/bad-key', 'this is a private key, which belongs on another machine')
  }
  const recipient = keyOf(() => createPublicKey(publicKey))
  const recipientRaw = rawOf(recipient)
  return (original, associatedData) => {
    const own = privateKeyOf(random(KEY_BYTES))
    const ownRaw = rawOf(createPublicKey(own))
    const head = Buffer.concat([MAGIC, nameOf(recipientRaw), ownRaw])
    const shared = diffieHellman({ privateKey: own, publicKey: recipient })
    const { key, nonce } = derived(shared, ownRaw, recipientRaw)
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(Buffer.concat([head, associatedData]))
    return Buffer.concat([head, cipher.update(original), cipher.final(), cipher.getAuthTag()])
  }
}

/** Opens what was sealed for the public key that belongs to this private one, given as PEM. */
export const openSealed = (privateKey: string): OpenSeal => {
  const own = keyOf(() => createPrivateKey(privateKey))
  const ownRaw = rawOf(createPublicKey(own))
  return (sealed, associatedData) => {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
    if (bytes.length < HEAD_BYTES + TAG_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) {
      throw new Fault('seal/not-a-seal', 'these bytes are no seal of version 1')
    }
    if (!bytes.subarray(4, 4 + NAME_BYTES).equals(nameOf(ownRaw))) {
      throw new Fault('seal/other-key', 'it was sealed for another key')
    }
    try {
      return opened(bytes, own, ownRaw, associatedData)
    } catch (cause) {
      throw new Fault('seal/damaged', 'it does not open: it, or what it belongs to, was changed', {
        cause,
      })
    }
  }
}

const MAGIC = Buffer.from('DWS1')
const NAME_BYTES = 8
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES: number = MAGIC.length + NAME_BYTES + KEY_BYTES
const INFO = 'deckwatch-seal-1'

/** What precedes the 32 raw bytes of a key. Upstream: RFC 8410, sections 4 and 7. */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex')

function opened(
  bytes: Buffer,
  own: KeyObject,
  ownRaw: Buffer,
  associatedData: Uint8Array,
): Uint8Array {
  const head = bytes.subarray(0, HEAD_BYTES)
  const sealRaw = head.subarray(MAGIC.length + NAME_BYTES)
  const publicKey = createPublicKey({
    key: Buffer.concat([PUBLIC_HEAD, sealRaw]),
    format: 'der',
    type: 'spki',
  })
  const { key, nonce } = derived(diffieHellman({ privateKey: own, publicKey }), sealRaw, ownRaw)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.concat([head, associatedData]))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  const content = bytes.subarray(HEAD_BYTES, bytes.length - TAG_BYTES)
  return Buffer.concat([decipher.update(content), decipher.final()])
}

function derived(
  shared: Buffer,
  sealRaw: Uint8Array,
  recipientRaw: Uint8Array,
): { readonly key: Buffer; readonly nonce: Buffer } {
  const salt = Buffer.concat([sealRaw, recipientRaw])
  const bytes = Buffer.from(hkdfSync('sha256', shared, salt, INFO, KEY_BYTES + NONCE_BYTES))
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) }
}

/** A key that was read, of the one kind that is used here. */
function keyOf(read: () => KeyObject): KeyObject {
  let key: KeyObject
  try {
    key = read()
  } catch (cause) {
    throw new Fault('seal/bad-key', 'no key in PEM, as `deckwatch evidence keygen` writes it', {
      cause,
    })
  }
  if (key.asymmetricKeyType === 'x25519') return key
  throw new Fault('seal/bad-key', `a key of X25519 is needed, this is ${key.asymmetricKeyType}`)
}

const privateKeyOf = (raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, raw]), format: 'der', type: 'pkcs8' })

const rawOf = (publicKey: KeyObject): Buffer =>
  publicKey.export({ type: 'spki', format: 'der' }).subarray(PUBLIC_HEAD.length)

const nameOf = (raw: Uint8Array): Buffer =>
  createHash('sha256').update(raw).digest().subarray(0, NAME_BYTES)
