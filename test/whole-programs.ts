/**
 * Tests beside their code that start whole programs, one after the other, and take long: they run
 * with the faults, so that `npm test` stays below five minutes.
 */
export const WHOLE_PROGRAMS: readonly string[] = [
  'src/cli/run/evidence.test.ts',
  'src/store/embedded-faults.test.ts',
]
