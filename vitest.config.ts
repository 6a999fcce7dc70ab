import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { WHOLE_PROGRAMS } from './test/whole-programs.ts'

const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'tidy/**/*.test.ts',
      'content/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: [...WHOLE_PROGRAMS],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})

export default config
