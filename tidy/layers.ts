/**
 * Who may import whom: the folders of `src` and the folders each may use besides itself. The table
 * of src/README.md is this one, and a test fails on any other import.
 */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  sigma: ['base'],
  kubernetes: ['base', 'model'],
  source: ['base', 'model'],
  decode: ['base', 'model'],
  store: ['base', 'model'],
  alert: ['base', 'model'],
  enrich: ['base', 'model', 'kubernetes'],
  posture: ['base', 'model', 'kubernetes'],
  detect: ['base', 'model', 'sigma'],
  advise: ['base', 'model', 'sigma', 'kubernetes', 'decode', 'enrich', 'detect'],
  investigate: ['base', 'model', 'sigma', 'kubernetes', 'store'],
  pipeline: ['base', 'model', 'source', 'decode', 'enrich', 'detect', 'posture', 'store', 'alert'],
  api: [
    'base',
    'model',
    'sigma',
    'kubernetes',
    'store',
    'investigate',
    'advise',
    'posture',
    'pipeline',
  ],
  cli: [
    'base',
    'model',
    'sigma',
    'kubernetes',
    'store',
    'investigate',
    'advise',
    'posture',
    'pipeline',
    'source',
    'decode',
    'enrich',
    'detect',
    'api',
  ],
  'main.ts': ['base', 'cli'],
}

/** Folders that are synchronous and touch no clock, network, disk or randomness. */
export const PURE: readonly string[] = [
  'model',
  'sigma',
  'kubernetes',
  'decode',
  'enrich',
  'detect',
  'advise',
  'posture',
]

/** What pure code may take from Node.js: functions of values, no window to the world. */
export const PURE_MODULES: readonly string[] = [
  'node:assert',
  'node:buffer',
  'node:crypto',
  'node:string_decoder',
  'node:util',
]

/**
 * Packages, and the folders that may import them. A new row has its sentence in ARCHITECTURE.md.
 */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  re2js: ['sigma', 'base'],
  yaml: ['sigma', 'decode', 'source', 'advise', 'detect', 'cli', 'pipeline'],
  chdb: ['sigma', 'store', 'cli'],
  '@clickhouse/client': ['store'],
  pino: ['cli'],
  'prom-client': ['pipeline', 'api'],
  zod: ['cli'],
  vitest: [],
  'fast-check': [],
}
