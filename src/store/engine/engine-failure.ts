import type { EngineFailure } from './engine-options.ts'

/** Why the engine could not be opened, by what its package, or the loading of it, threw. */
export const failureOf = (thrown: unknown): EngineFailure => {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return MISSING.has(code) ? 'not-installed' : 'broken'
}

// The last is chdb's own: the package is there, the library for this platform is not.
const MISSING: ReadonlySet<string> = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'CHDB_PLATFORM',
])
