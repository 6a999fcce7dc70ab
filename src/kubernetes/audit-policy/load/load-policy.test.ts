import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../../base/limit.ts'
import type { LoadedPolicy } from '../policy.ts'
import { loadPolicy } from './load-policy.ts'
import { effectiveOf } from './to-json.ts'

interface Answer {
  readonly name: string
  readonly input?: string
  readonly inputBase64?: string
  readonly accepted: boolean
  readonly error?: string
  readonly warning?: string
  readonly effective?: unknown
}

const EXCERPT = new URL('../fixtures/policy-load-excerpt.ndjson', import.meta.url)
const ALL = new URL('../../../../../shared/corpus/upstream/policy-load.ndjson.gz', import.meta.url)

const HEAD = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n'

const load = (text: string): LoadedPolicy => loadPolicy(Buffer.from(text), 'policy.yaml')

const check = (text: string): number => {
  const answers = text
    .trim()
    .split('\n')
    .map((line): Answer => JSON.parse(line))
  for (const { name, input, inputBase64, accepted, error, warning, effective } of answers) {
    const bytes = inputBase64 === undefined ? input : Buffer.from(inputBase64, 'base64')
    const loaded = loadPolicy(Buffer.from(bytes ?? ''), 'policy.yaml')
    const said = { accepted: loaded.policy !== undefined, effective: effectiveOf(loaded) }
    expect(said, name).toEqual({ accepted, effective })
    expect(loaded.warning, name).toBe(warning)
    expect(shortened(loaded.refused), name).toBe(shortened(error))
  }
  return answers.length
}

/** Where Go prints its own types, ours says as much in fewer words. */
const shortened = (error: string | undefined): string | undefined =>
  error?.replace(/(map key)( of type)?: .*$/s, '$1')

describe('the answers of Kubernetes itself', () => {
  it('are ours: an excerpt', () => {
    expect(check(readFileSync(EXCERPT, 'utf8'))).toBeGreaterThan(50)
  })

  it.skipIf(!existsSync(ALL))('are ours: all of them (needs ../shared/corpus)', () => {
    expect(check(gunzipSync(readFileSync(ALL)).toString())).toBe(254)
  })
})

describe('hostile files', () => {
  const pieces = fc.constantFrom(
    ...['- ', '? ', ': ', '[', ']', '{', '}', ', ', '\n', '\n  ', '\n- ', '#', "'", '"', '|', '>2'],
    ...[
      '&a ',
      '*a',
      '!!int ',
      '!',
      '<<: ',
      '%YAML 1.1\n',
      '---\n',
      '...',
      '\t',
      '\r',
      '\\x4',
      '\0',
    ],
    ...['rules:', 'level: None', 'a', '~', '0777', '.inf', '\u{1f600}', '\ufeff', '"x": 1', 'null'],
  )
  const yaml = fc.array(pieces, { maxLength: 30 }).map((one) => one.join(''))

  it('never throw, and what is loaded has a place for everything', () => {
    fc.assert(
      fc.property(yaml, fc.boolean(), (text, hasHead) => {
        const loaded = load((hasHead ? HEAD : '') + text)
        expect(loaded.policy === undefined).toBe(loaded.refused !== undefined)
        expect(loaded.placeOf(['rules', 0, 'level']).line).toBeGreaterThan(0)
        for (const { at } of loaded.faults) expect(at.column).toBeGreaterThan(0)
      }),
      { numRuns: 1_000, seed: 6 },
    )
  })

  it('never throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(loadPolicy(bytes, 'x').policy).toBeUndefined()
      }),
      { numRuns: 500, seed: 6 },
    )
  })

  it('are read up to LIMIT.policyBytesMax', () => {
    const loaded = loadPolicy(new Uint8Array(LIMIT.policyBytesMax + 1), 'x')
    expect(loaded.refused).toBe(`larger than ${LIMIT.policyBytesMax} bytes`)
    expect(loaded.isTooLarge).toBe(true)
  })

  it.each([
    ['lists', '[', ']'],
    ['maps', '{"a": ', '}'],
    ['block lists', '- ', 'x'],
    ['keys', '? ', 'x'],
  ])('nest up to LIMIT.policyDepthMax: %s', (_name, open, close) => {
    const nested = (depth: number): string =>
      close === 'x' ? `${open.repeat(depth)}x` : `${open.repeat(depth)}1${close.repeat(depth)}`
    const text = (depth: number): string => `${HEAD}rules: [{level: None}]\nx:\n  ${nested(depth)}`
    expect(load(text(LIMIT.policyDepthMax + 1)).refused).toContain('nested deeper than 1000')
    expect(load(text(100_000)).refused).toContain('nested deeper than 1000')
    if (open !== '? ') expect(load(text(500)).policy).toBeDefined()
    const json = `{"apiVersion":"audit.k8s.io/v1","x":${nested(100_000)}}`
    if (open === '[') expect(load(json).refused).toContain('nested deeper than 1000')
  })

  it('grow by aliases up to LIMIT.policyCharactersMax', () => {
    const name = 'n'.repeat(100_000)
    const aliases = Array.from({ length: 300 }, () => '*n').join(', ')
    const { refused } = load(`${HEAD}x: &n ${name}\nrules: [{level: None, users: [${aliases}]}]\n`)
    expect(refused).toContain(`longer than ${LIMIT.policyCharactersMax} characters by aliases`)
  })

  it('do not grow without measure by aliases', () => {
    const levels = Array.from({ length: 9 }, (_, index) => {
      const items = index === 0 ? 'x, x' : Array.from({ length: 9 }, () => `*a${index - 1}`)
      return `a${index}: &a${index} [${items}]\n`
    })
    const { refused } = load(`${HEAD}${levels.join('')}rules: [{level: None}]\n`)
    expect(refused).toBe('failed decoding: yaml: document contains excessive aliasing')
  })

  it('a policy of 2,000 rules and a name of 200,000 bytes load', () => {
    const rule = '- {level: None, users: [a], resources: [{group: apps, resources: [pods]}]}\n'
    const long = `- level: Metadata\n  users: [${'n'.repeat(200_000)}]\n`
    const { policy } = load(`${HEAD}rules:\n${rule.repeat(2_000)}${long}`)
    expect(policy?.rules.length).toBe(2_001)
    expect(policy?.rules[2_000]?.users[0]?.length).toBe(200_000)
  })
})

describe('places', () => {
  const text = `${HEAD}omitStage: [Panic]
rules:
- level: None
  resource:
  - group: apps
- level: "Metadata" # all
  users: [a, "😀", b]
  resources:
  - resources: [pods]
`
  const { placeOf } = load(text)

  it.each([
    [['omitStage'], 3, 1],
    [['rules'], 4, 1],
    [['rules', 0], 5, 3],
    [['rules', 0, 'resource'], 6, 3],
    [['rules', 0, 'resource', 0, 'group'], 7, 5],
    [['rules', 1, 'users', 2], 9, 19],
    [['rules', 1, 'resources', 0, 'resources', 0], 11, 17],
    // What is not there is told by what it would be in.
    [['rules', 1, 'verbs', 3], 8, 3],
    [['nothing'], 1, 1],
  ] as const)('of %j', (path, line, column) => {
    expect(placeOf(path)).toEqual({ file: 'policy.yaml', line, column })
  })

  it('of JSON count characters that take two places of a string once', () => {
    const json = load('{"a":"\u{1f600}\u{1f600}",\n"\u{1f600}":1, "b":2}')
    expect(json.placeOf(['b'])).toMatchObject({ line: 2, column: 8 })
  })

  it('of JSON', () => {
    const json = load('{\n "apiVersion":"audit.k8s.io/v1",\n "rules":[{"level":"None", "x":1}]}')
    expect(json.placeOf(['rules', 0, 'x'])).toEqual({ file: 'policy.yaml', line: 3, column: 28 })
    expect(json.faults[0]?.at).toEqual({ file: 'policy.yaml', line: 3, column: 28 })
  })
})
