import { latin1 } from './slice.ts'

/**
 * Whether a block is YAML: its first line that says something is a key, a list item or `---`, and
 * one of the first lines is a key that audit events and their envelopes begin with.
 */
export const looksLikeYaml = (bytes: Buffer): boolean => {
  const first = bytes[0]
  if (first === 0x7b || first === 0x5b) return false
  const lines = latin1(bytes, 0, Math.min(bytes.length, HEAD_BYTES)).split('\n')
  const start = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  return START.test(start) && lines.some((line) => KNOWN.test(line))
}

const START = /^(\xef\xbb\xbf)?(---|- |[A-Za-z]\w*:)/
const KNOWN =
  /^(\xef\xbb\xbf)?(- | {2})?(kind|apiVersion|auditID|insertId|protoPayload|stage|items):/

/** How much of a block is looked at. */
const HEAD_BYTES = 8_192
