import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { ChainHead } from './chain.ts'

/** The heads of all chains of a data directory at one moment, as they are written elsewhere. */
export interface Anchor {
  readonly format: 'deckwatch-anchor-1'
  readonly instance: string
  /** RFC 3339. */
  readonly at: string
  readonly heads: readonly ChainHead[]
}

/**
 * One line of an anchor file: the JSON text of the anchor, a space, and its Ed25519 signature in
 * base64 over exactly that text. JSON of ours has no space outside of texts that are escaped, and
 * the signature none at all: the last space of the line divides it.
 */
export const anchorLine = (anchor: Anchor, key: KeyObject): string => {
  const text = JSON.stringify(anchor)
  return `${text} ${sign(null, Buffer.from(text), key).toString('base64')}\n`
}

/** What a line of an anchor file says; undefined when its signature is not that of the key. */
export const readAnchor = (line: string, publicKey: KeyObject): Anchor | undefined => {
  const space = line.lastIndexOf(' ')
  const text = line.slice(0, space)
  const signature = Buffer.from(line.slice(space + 1).trim(), 'base64')
  if (space < 0 || !verify(null, Buffer.from(text), publicKey, signature)) return undefined
  // Whoever has the key wrote it: ourselves.
  return JSON.parse(text) as Anchor
}

/** The public half of a key, in PEM. */
export const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
