import { hash } from 'node:crypto'
import { textOfNumber } from '../../match/scalar.ts'

/**
 * 64 bits that stand for a value, in two words that the next call uses again: of a cryptographic
 * digest, for whoever chooses the values could make others count as one. A number is its text.
 */
export const digestOfValue = (value: string | number): Uint32Array => {
  const hex = hash('sha256', typeof value === 'number' ? textOfNumber(value) : value)
  digest[0] = Number.parseInt(hex.slice(0, 8), 16)
  digest[1] = Number.parseInt(hex.slice(8, 16), 16)
  return digest
}

const digest = new Uint32Array(2)
