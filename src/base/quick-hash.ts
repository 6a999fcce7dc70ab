/**
 * A quick digest of 32 bits (FNV-1a over code units). It tells texts apart that nobody chose to be
 * alike; where that matters, take SHA-256.
 */
export const quickHash = (text: string, from: number, to: number, seed: number): number => {
  let hash = seed
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME)
  return hash >>> 0
}

/** What an ordinary digest begins with. */
export const HASH_SEED = 0x811c9dc5

const PRIME = 0x01000193
