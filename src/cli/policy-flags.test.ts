import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './testing/memory-shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'deckwatch-flags-'))
afterAll(() => rmSync(folder, { recursive: true }))

const flags = (...args: readonly string[]) => run(['policy', 'flags', ...args])

describe('policy flags', () => {
  test('0 for the flags that it advises, as printed', async () => {
    const file = join(folder, 'kubeadm.yaml')
    writeFileSync(file, (await flags('--print', 'kubeadm')).output)
    const { exit, output } = await flags(file)
    expect(exit).toBe(0)
    expect(output).toContain('Nothing is wrong: 13 audit flags for Kubernetes 1.36')
    expect(output).toMatch(/59 min {2}that a collector may be down/)
  })

  test('1 for what is to be mended, the worst first', async () => {
    const { exit, output } = await flags(
      ...['--rate', '300', '--', '--audit-policy-file=p', '--audit-log-path=a'],
      ...['--audit-log-maxage=7', '--audit-log-format=legacy'],
    )
    expect(exit).toBe(1)
    expect(output).toContain('2 things to mend')
    expect(output.indexOf('(flags/legacy-format)')).toBeLessThan(
      output.indexOf('(flags/benchmark)'),
    )
  })

  test('flags behind a file come after its own', async () => {
    const file = join(folder, 'k3s.yaml')
    writeFileSync(file, (await flags('--print', 'k3s')).output)
    const { output } = await flags(file, '--', '--audit-webhook-mode=blocking')
    expect(output).toContain('(flags/webhook-blocks)')
  })

  test('a line of text', async () => {
    const { output } = await flags('kube-apiserver --audit-log-path=/a')
    expect(output).toContain('(flags/no-policy)')
  })

  test('looks at the policy when it is given', async () => {
    const file = join(folder, 'policy.yaml')
    writeFileSync(
      file,
      'apiVersion: audit.k8s.io/v1\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n',
    )
    const given = ['--', '--audit-policy-file=p', '--audit-log-path=a']
    const strict = [...given, '--audit-log-mode=blocking-strict']
    expect((await flags('--policy', file, ...strict)).output).toContain('strict-without-stage')
    expect((await flags('--policy', file, ...given)).exit).toBe(0)
  })

  test('as JSON, with figures and what is advised', async () => {
    const { output } = await flags('--format', 'json', '--', '--audit-log-path=/a')
    expect(JSON.parse(output)).toMatchObject({
      form: 'arguments',
      kubernetes: '1.36',
      findings: [{ code: 'flags/no-policy', grade: 'error', at: {} }],
      figures: [],
    })
  })

  test('takes the release from the option, else from the file, else says what it assumes', async () => {
    const file = join(folder, 'pod.yaml')
    const lines = [
      'kind: Pod',
      'spec:',
      '  containers:',
      '  - image: registry.k8s.io/kube-apiserver:v1.34.2',
      '    command: [kube-apiserver, --audit-policy-file=p, --audit-log-path=a]',
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    const { output } = await flags(file)
    expect(output).toContain('for Kubernetes 1.34 (as line 4 says)')
    expect(output).toContain('(flags/no-rotation)')
    const asked = (await flags(file, '--kubernetes-version', '1.36')).output
    expect(asked).not.toContain('(flags/no-rotation)')
    const assumed = (await flags('--', '--audit-policy-file=p', '--audit-log-path=a')).output
    expect(assumed.replaceAll('\n', ' ')).toContain(
      'Kubernetes 1.36 (assumed: --kubernetes-version',
    )
    expect(JSON.parse((await flags(file, '--format', 'json')).output)).toMatchObject({
      kubernetes: '1.34',
      kubernetesFrom: 'file',
      kubernetesAt: { line: 4, column: 12 },
    })
  })

  test('advises for the rate that is given', async () => {
    const printed = async (rate: string): Promise<string> =>
      (await flags('--print', 'flags', '--rate', rate)).output
    expect(await printed('20')).toMatch(/^# For up to 20 events\/s of 1500 bytes/)
    expect(await printed('20')).toContain('--audit-webhook-batch-throttle-qps=50\n')
    expect(await printed('20000')).toContain('--audit-webhook-batch-throttle-qps=100\n')
    expect((await flags('--print', 'flags', '--rate', '1e300')).exit).toBe(3)
  })

  test('2 for a file without flags, 3 for an option that means nothing', async () => {
    const file = join(folder, 'other.yaml')
    writeFileSync(file, 'a: b\n')
    expect((await flags(file)).exit).toBe(2)
    expect((await flags(file)).errors).toContain('neither a command line nor a configuration')
    expect((await flags('--kubernetes-version', '2', file)).exit).toBe(3)
    expect((await flags('--rate', '0', file)).exit).toBe(3)
    expect((await flags()).exit).toBe(3)
  })
})
