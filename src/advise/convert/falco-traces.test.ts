import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { YES } from '../../base/truth.ts'
import { decodeBlock } from '../../decode/decode.ts'
import { compileRules } from '../../detect/compile.ts'
import { enrich } from '../../enrich/enrich.ts'
import { convertFalco } from './falco-to-sigma.ts'

const TRACES = new URL('../../../../shared/corpus/falco-traces/', import.meta.url)

const text = readFileSync(new URL('fixtures/cluster.yaml', import.meta.url), 'utf8')
const converted = convertFalco([{ file: 'cluster.yaml', text }])
const compiled = compileRules(
  converted.rules.map(({ fileName, sigma = '' }) => ({ file: `${fileName}.yaml`, text: sigma })),
)

interface Expectation {
  readonly test: string
  readonly trace: string
  readonly detect: boolean
  readonly counts: Readonly<Record<string, number>>
}

/** Tests that demand silence of a rule whatever the lists of what is allowed hold. */
const SILENT: Readonly<Record<string, string>> = {
  create_unprivileged_pod: 'Create Privileged Pod',
  create_unsensitive_mount_pod: 'Create Sensitive Mount Pod',
  create_nohostnetwork_pod: 'Create HostNetwork Pod',
  create_nonodeport_service: 'Create NodePort Service',
  create_service_account_token_secret: 'K8s Secret Created',
  create_kube_system_secret: 'K8s Secret Created',
  user_in_allowed_set: 'Attach/Exec Pod',
}

/** Titles of the converted rules that match an event of the trace. */
const matching = (trace: string): ReadonlySet<string> => {
  const titles = new Set<string>()
  const source = { cluster: 'falco', server: 'falco', file: trace }
  const sink = {
    event(event: Parameters<typeof enrich>[0]) {
      const facts = enrich(event)
      for (const { ref, test } of compiled.rules) if (test(facts) === YES) titles.add(ref.title)
    },
    issue() {},
    shape() {},
  }
  decodeBlock(readFileSync(new URL(trace, TRACES)), 0, source, { strict: true }, sink)
  return titles
}

describe('rules in the style of Falco', () => {
  it('are all converted, and all of them can be used without a reservation', () => {
    expect(converted.issues.filter(({ code }) => code !== 'advise/converted-otherwise')).toEqual([])
    expect(compiled.issues).toEqual([])
    expect(compiled.rules).toHaveLength(converted.rules.length)
  })
})

describe.skipIf(!existsSync(TRACES))('needs ../shared/corpus: the traces of Falco', () => {
  const tests: readonly Expectation[] = existsSync(TRACES)
    ? JSON.parse(readFileSync(new URL('expectations.json', TRACES), 'utf8')).tests
    : []
  const titles = new Set(compiled.rules.map(({ ref }) => ref.title))

  it('the converted rules match where Falco expects it', () => {
    const expected = tests.flatMap(({ trace, detect, counts }) =>
      detect
        ? Object.keys(counts).flatMap((rule) => (titles.has(rule) ? [{ trace, rule }] : []))
        : [],
    )
    const missed = expected.filter(({ trace, rule }) => !matching(trace).has(rule))
    expect(missed).toEqual([])
    expect(new Set(expected.map(({ rule }) => rule))).toEqual(titles)
    expect(expected.length).toBeGreaterThan(20)
  })

  it('and are silent where it expects that', () => {
    for (const { test, trace } of tests) {
      const rule = SILENT[test]
      if (rule !== undefined) expect([...matching(trace)], test).not.toContain(rule)
    }
    expect([...matching('fal_01_003.json')]).toEqual([])
    expect(tests.filter(({ test }) => SILENT[test] !== undefined)).toHaveLength(
      Object.keys(SILENT).length,
    )
  })
})
