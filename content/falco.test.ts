import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { YES } from '../src/base/truth.ts'
import { decodeBlock } from '../src/decode/decode.ts'
import { enrich } from '../src/enrich/enrich.ts'
import { shippedRules } from './testing/shipped-rules.ts'

const TRACES = new URL('../../shared/corpus/falco-traces/', import.meta.url)
const PAGE = new URL('../docs/reference/falco-expectations.md', import.meta.url)

interface Expectation {
  readonly test: string
  readonly trace: string
  readonly detect: boolean
  readonly counts: Readonly<Record<string, number>>
  readonly rules_files: readonly string[]
}

/** Falco's rules, and the detections that say the same. Undefined: none that deckwatch has yet. */
const SAME: Readonly<Record<string, readonly string[] | undefined>> = {
  'Anonymous Request Allowed': ['A01'],
  'Attach to cluster-admin Role': ['D01'],
  'Attach/Exec Pod': ['B01', 'B02'],
  'ClusterRole With Pod Exec Created': ['D05'],
  'ClusterRole With Wildcard Created': ['D03'],
  'ClusterRole With Write Privileges Created': ['D08'],
  'Create Disallowed Namespace': ['E18'],
  'Create HostNetwork Pod': ['C03'],
  'Create NodePort Service': ['A15'],
  'Create Privileged Pod': ['C01'],
  'Create Sensitive Mount Pod': ['C02'],
  'K8s Namespace Created': ['E18'],
  'K8s Namespace Deleted': ['E19'],
  'K8s Serviceaccount Created': ['D25'],
  'Pod Created in Kube Namespace': ['E10'],
  'System ClusterRole Modified/Deleted': ['D09'],
}

/** Tests that demand silence, by the start of their names, and what must be silent. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  create_privileged: ['C01'],
  create_unprivileged: ['C01'],
  create_hostnetwork: ['C03'],
  create_nohostnetwork: ['C03'],
  create_sensitive: ['C02'],
  create_unsensitive: ['C02'],
  create_nonodeport: ['A15'],
  fal_01_003: ['A01', 'C01', 'D01', 'E14'],
}

/** Why deckwatch says otherwise. */
const EXPLAINED = {
  controller: [
    'The pod is made by replicaset-controller from a template. deckwatch judges the template when',
    'its author writes it, and does not repeat the finding for each pod; this trace has no such',
    'event. In a system namespace (E10) controllers are who belongs there. The same pod made by a',
    'person is found.',
  ].join(' '),
} as const

/** The detections that match one of the trace's events; `asPerson`: as if a person had sent it. */
const found = (trace: string, asPerson: boolean): readonly string[] => {
  const text = readFileSync(new URL(trace, TRACES), 'utf8')
  const sent = asPerson
    ? text.replaceAll('system:serviceaccount:kube-system:replicaset-controller', 'somebody')
    : text
  const detections = new Set<string>()
  const source = { cluster: 'falco', server: 'falco', file: trace }
  decodeBlock(
    Buffer.from(sent),
    0,
    source,
    { strict: true },
    {
      event(event) {
        const facts = enrich(event)
        for (const { ref, test } of shippedRules.rules) {
          if (test(facts) === YES) detections.add(ref.detection ?? ref.id)
        }
      },
      issue() {},
      shape() {},
    },
  )
  return [...detections].sort()
}

interface Row {
  readonly test: string
  readonly trace: string
  readonly falco: string
  readonly concerns: readonly string[]
  readonly found: readonly string[]
  readonly verdict: 'as Falco' | 'explained' | 'different'
}

const compare = ({ test, trace, detect, counts }: Expectation): Row | undefined => {
  const fired = Object.keys(counts)
  const name = test.replace('compat_engine_v4_', '')
  const silent = Object.entries(SILENT).find(([start]) => name.startsWith(start))?.[1]
  const concerns = detect ? fired.flatMap((rule) => SAME[rule] ?? []) : (silent ?? [])
  if (concerns.length === 0) return undefined
  const ours = found(trace, false).filter((detection) => concerns.includes(detection))
  const agrees = detect ? ours.length > 0 : ours.length === 0
  const byPerson = found(trace, true).some((detection) => concerns.includes(detection))
  const verdict = agrees ? 'as Falco' : detect && byPerson ? 'explained' : 'different'
  const falco = detect ? fired.join(', ') : 'silent'
  return { test, trace, falco, concerns, found: ours, verdict }
}

const same = (verdict: Row['verdict']): string =>
  verdict === 'explained' ? 'no: controller' : verdict

const page = (rows: readonly Row[], total: number): string => {
  const count = (wanted: Row['verdict']): number =>
    rows.filter(({ verdict }) => verdict === wanted).length
  return [
    '# Falco’s expectations',
    '',
    'Falco’s own test suite for the audit log (falcosecurity/falco, commit `b1ae5d3d^`,',
    `Apache-2.0) holds ${total} expectations: a trace, and the rules that fire on it.`,
    `${rows.length} of them concern detections that deckwatch has: ${count('as Falco')} come out the`,
    `same, ${count('explained')} differ for the reason below.`,
    'This page is made by `content/falco.test.ts`, which fails when it is not up to date.',
    '',
    '| Falco’s test | Falco | deckwatch | Same? |',
    '|---|---|---|---|',
    ...rows.map(
      ({ test, falco, concerns, found: ours, verdict }) =>
        `| \`${test}\` | ${falco} | ${ours.join(', ') || `no ${concerns.join(', ')}`} | ${same(verdict)} |`,
    ),
    '',
    '## Why some differ',
    '',
    ...Object.entries(EXPLAINED).map(([name, why]) => `- **${name}**: ${why}`),
    '',
    'Falco’s lists of trusted images, by which some of its tests demand silence, are not part of',
    'a rule here: a workload that may be privileged is set aside with `hunt --ignore`, with a',
    'reason and an end. Where those tests come out the same here, it is for the controller.',
    '',
  ].join('\n')
}

describe.skipIf(!existsSync(TRACES))(
  'needs ../shared/corpus: what Falco expects of its traces',
  () => {
    const tests: readonly Expectation[] = existsSync(TRACES)
      ? JSON.parse(readFileSync(new URL('expectations.json', TRACES), 'utf8')).tests
      : []
    const rows = tests.flatMap((test) => compare(test) ?? [])

    it('is met, or the difference is explained', () => {
      expect(rows.length).toBeGreaterThan(30)
      expect(rows.filter(({ verdict }) => verdict === 'different')).toEqual([])
    })

    it('is written down as it is', async () => {
      // To write the page anew: npx vitest run content/falco.test.ts -u
      await expect(page(rows, tests.length)).toMatchFileSnapshot(PAGE.pathname)
    })
  },
)
