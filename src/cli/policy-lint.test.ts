import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { LIMIT } from '../base/limit.ts'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-lint-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, rules: string): string => {
  writeFileSync(join(folder, name), `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}`)
  return join(folder, name)
}

const NOISE = `- level: None
  userGroups: [system:nodes]
  verbs: [update]
  resources:
  - group: coordination.k8s.io
- level: None
  verbs: [create, update, patch]
  resources:
  - group: ""
    resources: [events]
  - group: events.k8s.io
- level: None
  nonResourceURLs: [/healthz*, /livez*, /readyz*]
- level: None
  users: [system:kube-proxy]
  verbs: [watch]
`
const good = file('good.yaml', `rules:\n${NOISE}- level: Metadata\n`)
const bad = file(
  'bad.yaml',
  `rules:\n${NOISE}- level: Metadata\n  verbs: [connect]\n  resources:\n  - group: ""\n    resources: [pods/exec]\n- level: Metadata\n`,
)
const refused = file('refused.yaml', 'rules: []\n')

describe('policy lint', () => {
  test('0 where there is nothing to say', async () => {
    const { exit, output } = await run(['policy', 'lint', good, '--level', 'warning'])
    expect([exit, output]).toEqual([1, expect.stringContaining('none-for-intruder')])
    const silent = await run(['policy', 'lint', good, '--level', 'error'])
    expect([silent.exit, silent.output]).toEqual([0, '1 policy: nothing to say\n'])
  })

  test('1 with the place, what the API server does, and the mended rule', async () => {
    const { exit, output } = await run(['policy', 'lint', bad, '--level', 'error'])
    expect(exit).toBe(1)
    expect(
      output,
    ).toBe(`${bad}:21:11: error: connect is no verb of requests for resources; get and create are meant (policy-lint/impossible-verb)
  The API server compares verbs as they are: no request has this one.
  Mended, the rule:
    - level: Metadata
      verbs: [get, create]
      resources:
        - group: ""
          resources: [pods/exec]

1 policy: 1 error
`)
  })

  test('2 for a policy that is refused, among several too', async () => {
    const { exit, errors } = await run(['policy', 'lint', good, refused])
    expect(exit).toBe(2)
    expect(errors).toContain('an API server does not start with this policy')
  })

  test('as JSON, every key is there', async () => {
    const { output } = await run(['policy', 'lint', bad, '--format', 'json', '--check', 'pci'])
    const { policies, lints, checks } = JSON.parse(output)
    expect(policies).toBe(1)
    for (const lint of lints) {
      expect(Object.keys(lint)).toEqual([
        ...['code', 'grade', 'message', 'effect', 'remedy', 'at'],
        ...['rule', 'example', 'requirement', 'mend'],
      ])
    }
    expect(checks.map(({ met }: { met: boolean }) => met)).toContain(false)
  })

  test('as SARIF, for a code host', async () => {
    const { output } = await run(['policy', 'lint', bad, '--format', 'sarif'])
    const [{ results, tool }] = JSON.parse(output).runs
    const [result] = results.filter((one: { ruleId: string }) => /verb/.test(one.ruleId))
    expect(result).toMatchObject({ level: 'error' })
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toContain(result.ruleId)
  })

  test('a standard says what is met and where it was read', async () => {
    const { output } = await run(['policy', 'lint', bad, '--level', 'error', '--check', 'cis'])
    expect(output).toContain('  met      CIS Kubernetes Benchmark 3.2.1\n')
    expect(output).toContain('  From: CIS Kubernetes Benchmark, section 3.2 Logging')
  })

  test('policies of several servers are compared', async () => {
    const { exit, output } = await run(['policy', 'lint', good, bad, good, '--level', 'error'])
    expect([exit, output.match(/servers-differ/g)]).toEqual([1, null])
    const other = file('other.yaml', 'rules:\n- level: Metadata\n')
    const differ = await run(['policy', 'lint', good, other, '--level', 'error'])
    expect(differ.output).toContain(`an API server with ${other} logs otherwise, such as `)
  })

  test('--mend writes the policy with the mends made, and says what is left', async () => {
    const { exit, output } = await run(['policy', 'lint', bad, '--mend', 'impossible-verb'])
    expect(exit).toBe(0)
    expect(output).toContain('- level: Metadata\n  verbs: [get, create]\n')
    const unknown = await run(['policy', 'lint', bad, '--mend', 'nothing'])
    expect([unknown.exit, unknown.errors]).toEqual([3, expect.stringContaining('no such lint')])
    const two = await run(['policy', 'lint', bad, good, '--mend', 'noise'])
    expect([two.exit, two.errors]).toEqual([3, expect.stringContaining('one policy')])
    const verbs = Array.from({ length: LIMIT.policyMendsMax + 1 }, (_, index) => `"a${index}*"`)
    const many = file(
      'many.yaml',
      `rules:\n- level: Metadata\n  users: [${verbs.join(', ')}]\n- level: Metadata\n`,
    )
    const left = await run(['policy', 'lint', many, '--mend', 'literal-star'])
    expect([left.exit, left.errors]).toEqual([
      1,
      expect.stringContaining('(policy-lint/literal-star): 50 mends are made at once'),
    ])
  })

  test('--mend begins with dropped fields, so that none switches the audit off', async () => {
    const rules = 'rules:\n- level: None\n  nonResourceURL: [/healthz]\n- level: Metadata\n'
    const wide = file('wide.yaml', rules)
    const asked = ['--mend', 'early-catch-all', '--mend', 'dropped-field']
    const { exit, output } = await run(['policy', 'lint', wide, ...asked])
    expect([exit, output]).toEqual([0, expect.stringContaining('  nonResourceURLs: [/healthz]\n')])
    const left = await run(['policy', 'lint', wide, '--mend', 'logs-nothing'])
    expect([left.exit, left.errors]).toEqual([1, expect.stringMatching(/^left: .*wide.yaml:3:1: /)])
  })

  test('a release that is not known is refused', async () => {
    const { exit, errors } = await run(['policy', 'lint', bad, '--kubernetes-version', '1.99'])
    expect([exit, errors]).toEqual([3, expect.stringContaining('known are 1.25 to 1.37')])
    const known = await run(['policy', 'lint', bad, '--kubernetes-version', 'v1.30.2'])
    expect(known.exit).toBe(1)
  })
})
