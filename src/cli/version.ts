import { readFileSync } from 'node:fs'

/** The version of deckwatch, from its package. */
export const version = (): string => {
  // Both src/cli and dist/cli lie two folders below the package.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const found: unknown = JSON.parse(text).version
  return typeof found === 'string' ? found : 'unknown'
}
