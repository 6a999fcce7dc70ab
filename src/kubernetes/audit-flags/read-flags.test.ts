import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFlags } from './read-flags.ts'
import { Settings } from './settings.ts'

const read = (text: string) => {
  const found = readFlags(Buffer.from(text), 'f')
  if (typeof found === 'string') return found
  return {
    form: found.form,
    flags: found.flags.map(
      ({ name, value, at }) => `${name}=${value} ${at.line ?? '-'}:${at.column ?? '-'}`,
    ),
  }
}

describe('flags about audit', () => {
  it.each([
    [
      'a line',
      'kube-apiserver --v=2 --audit_log_path=/a --audit-log-compress --audit-log-maxage 30',
      'arguments',
      ['audit-log-path=/a -:-', 'audit-log-compress=true -:-', 'audit-log-maxage=30 -:-'],
    ],
    [
      'a process',
      '/usr/bin/kube-apiserver\0--audit-log-path=/a b\0',
      'arguments',
      ['audit-log-path=/a b -:-'],
    ],
    [
      'a unit',
      '[Service]\nExecStart=/usr/bin/kube-apiserver \\\n  --audit-log-path="/a b" \\\n  --v=2\n',
      'arguments',
      ['audit-log-path=/a b -:-'],
    ],
    [
      'a pod',
      'kind: Pod\nspec:\n  containers:\n  - name: other\n    args: [--audit-log-path=/no]\n  - name: x\n    command:\n    - kube-apiserver\n    - --audit-log-path=/a\n    - --audit-log-maxage\n    - "30"\n',
      'pod',
      ['audit-log-path=/a 9:7', 'audit-log-maxage=30 10:7'],
    ],
    [
      'a shell in a deployment',
      'spec:\n  template:\n    spec:\n      containers:\n      - name: kube-apiserver\n        command: [sh, -c, exec kube-apiserver --audit-log-path=/a --v=1]\n',
      'pod',
      ['audit-log-path=/a 6:27'],
    ],
    [
      'kubeadm v1beta3',
      'kind: InitConfiguration\n---\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    audit-log-maxage: 30\n    v: "2"\n',
      'kubeadm',
      ['audit-log-maxage=30 6:5'],
    ],
    [
      'kubeadm v1beta4',
      'kind: ClusterConfiguration\napiServer:\n  extraArgs:\n  - name: audit-log-path\n    value: /a\n',
      'kubeadm',
      ['audit-log-path=/a 4:5'],
    ],
    [
      'k3s',
      'kube-apiserver-arg:\n- audit-log-path=/a\n- --audit-log-maxage=1\n',
      'k3s',
      ['audit-log-path=/a 2:3', 'audit-log-maxage=1 3:3'],
    ],
    ['k3s with one', 'kube-apiserver-arg: audit-log-path=/a\n', 'k3s', ['audit-log-path=/a 1:21']],
    ['RKE2', 'audit-policy-file: /p.yaml\n', 'k3s', ['audit-policy-file=/p.yaml 1:1']],
    [
      'kOps',
      'kind: Cluster\nspec:\n  kubeAPIServer:\n    auditLogMaxBackups: 10\n    auditWebhookBatchMaxWait: 1s\n    authorizationMode: RBAC\n',
      'kops',
      ['audit-log-maxbackup=10 4:5', 'audit-webhook-batch-max-wait=1s 5:5'],
    ],
    [
      'Talos',
      'cluster:\n  apiServer:\n    extraArgs:\n      audit-webhook-mode: batch\n',
      'talos',
      ['audit-webhook-mode=batch 4:7'],
    ],
    [
      'JSON',
      '{"kind":"Pod","spec":{"containers":[{"name":"kube-apiserver","command":["--audit-log-path=/a"]}]}}',
      'pod',
      ['audit-log-path=/a 1:73'],
    ],
  ] as const)('are found in %s', (_name, text, form, flags) => {
    expect(read(text)).toEqual({ form, flags })
  })

  it('are not found in anything else', () => {
    expect(read('a: b\n')).toContain('neither a command line nor')
    expect(read('a: [')).toContain('neither YAML nor a command line')
    expect(read('kind: Pod\nspec: {containers: [{name: web}]}\n')).toContain('neither')
  })

  it('are looked for without throwing, whatever the text', () => {
    const pieces = fc.constantFrom(
      'kube-apiserver ',
      '--audit-log-path',
      '=',
      '"',
      "'",
      '\\\n',
      '\0',
      '---\n',
      '- ',
      ': ',
      '[',
      '{',
      'kind: Pod\n',
      'spec:',
      '\n  ',
      'containers',
      '\t',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (some) => {
        expect(readFlags(Buffer.from(some.join('')), 'f')).toBeDefined()
      }),
      { numRuns: 500, seed: 6 },
    )
  })

  it.each([
    ['1s', 1],
    ['1m30s', 90],
    ['500ms', 0.5],
    ['0', 0],
    ['1.5h', 5_400],
  ])('have times as Go writes them: %s', (text, seconds) => {
    const flags = [{ name: 'audit-webhook-batch-max-wait', value: text, at: {} }]
    const settings = new Settings(flags, 36)
    expect(settings.faults).toEqual([])
    expect(settings.number('audit-webhook-batch-max-wait')).toBeCloseTo(seconds)
  })
})
