import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { WHOLE_PROGRAMS } from './whole-programs.ts'

/** `npm run faults`: whole programs that are killed, starved and lied to. */
const config: ViteUserConfig = defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts', ...WHOLE_PROGRAMS],
    testTimeout: 120_000,
    // A data directory of many parts takes long to delete on a busy machine.
    hookTimeout: 120_000,
    pool: 'forks',
    // Each starts programs of its own.
    maxWorkers: 1,
  },
})

export default config
