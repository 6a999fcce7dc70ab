import { describe, expect, it } from 'vitest'
import { apiserverFlags } from '../../../kubernetes/audit-flags/advised-flags.ts'
import {
  type FoundFlags,
  flagsOfWords,
  readFlags,
} from '../../../kubernetes/audit-flags/read-flags.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import { checkFlags, type FlagRequest } from './check-flags.ts'
import { flagFigures } from './flag-figures.ts'
import { flagLints } from './issues.ts'
import { FLAG_FORMS, printFlags } from './print-flags.ts'

const ADVISED = apiserverFlags('/etc/kubernetes/audit/webhook.yaml').map(({ flag }) => flag)

const found = (...words: readonly string[]): FoundFlags => ({
  form: 'arguments',
  flags: flagsOfWords(words, { file: 'f' }),
  mounts: undefined,
  release: undefined,
})

const request = (flags: FoundFlags, more: Partial<FlagRequest> = {}): FlagRequest => ({
  found: flags,
  minor: 36,
  rate: 1_000,
  eventBytes: 1_500,
  policy: undefined,
  ...more,
})

const codes = (flags: FoundFlags, more: Partial<FlagRequest> = {}): readonly string[] =>
  checkFlags(request(flags, more)).map(({ code }) => code)

/** The flags that are advised, with others behind them: the last one counts. */
const advised = (...more: readonly string[]): FoundFlags => found(...ADVISED, ...more)

const policyOf = (yaml: string) =>
  loadPolicy(Buffer.from(`apiVersion: audit.k8s.io/v1\n${yaml}`), 'p').policy

const POD = `kind: Pod
spec:
  containers:
  - name: kube-apiserver
    command: [kube-apiserver, --audit-policy-file=/etc/audit/p.yaml, --audit-log-path, /log/a.log]
    volumeMounts:
    - { name: log, mountPath: /log, readOnly: true }
`

const CASES: readonly (readonly [string, FoundFlags, Partial<FlagRequest>?])[] = [
  ['flags/refused', advised('--audit-log-mode=fast')],
  ['flags/refused', advised('--audit-logpath=/a.log')],
  ['flags/refused', advised('--audit-webhook-batch-max-wait=1')],
  ['flags/refused', advised('--audit-log-maxage=-1')],
  ['flags/refused', advised('--audit-log-maxsize=1e3')],
  ['flags/refused', advised('--audit-webhook-truncate-max-batch-size=1000')],
  ['flags/refused', advised('--audit-webhook-batch-buffer-size=0')],
  ['flags/refused', advised('--audit-log-version=audit.k8s.io/v1beta1')],
  ['flags/no-policy', found('--audit-log-path=/a.log')],
  ['flags/no-policy', found()],
  ['flags/no-backend', found('--audit-policy-file=/p.yaml')],
  ['flags/not-mounted', podOf(POD)],
  ['flags/legacy-format', advised('--audit-log-format=legacy')],
  ['flags/webhook-blocks', advised('--audit-webhook-mode=blocking')],
  [
    'flags/strict-without-stage',
    advised('--audit-log-mode=blocking-strict'),
    { policy: policyOf('omitStages: [RequestReceived]\nrules: [{level: Metadata}]\n') },
  ],
  [
    'flags/strict-without-stage',
    advised('--audit-log-mode=blocking-strict'),
    { policy: policyOf('rules: [{level: Metadata, omitStages: [RequestReceived]}]\n') },
  ],
  ['flags/no-log-file', advised('--audit-log-path=')],
  ['flags/log-to-stdout', advised('--audit-log-path=-')],
  ['flags/log-batch', advised('--audit-log-mode=batch')],
  ['flags/log-truncated', advised('--audit-log-truncate-enabled')],
  ['flags/small-events', advised('--audit-webhook-truncate-max-event-size=102400')],
  ['flags/no-truncation', advised('--audit-webhook-truncate-enabled=false')],
  ['flags/batch-wait', advised('--audit-webhook-batch-max-wait=30s')],
  ['flags/throttle', advised('--audit-webhook-batch-throttle-qps=10')],
  ['flags/throttle', advised(), { rate: 30_000 }],
  ['flags/small-buffer', advised('--audit-webhook-batch-buffer-size=10000')],
  ['flags/memory', advised('--audit-webhook-batch-buffer-size=5000000')],
  ['flags/no-rotation', advised('--audit-log-maxsize=0')],
  ['flags/no-rotation', advised('--audit-log-maxbackup=0')],
  ['flags/no-rotation', found('--audit-policy-file=p', '--audit-log-path=a'), { minor: 35 }],
  ['flags/short-history', advised('--audit-log-maxbackup=10')],
  ['flags/small-files', advised('--audit-log-maxsize=10')],
  ['flags/benchmark', advised('--audit-log-maxage=7')],
  ['flags/given-twice', advised('--audit-log-maxsize=100')],
  ['flags/deprecated', advised('--audit-webhook-batch-initial-backoff=5s')],
  ['flags/no-webhook', advised('--audit-webhook-config-file=')],
  ['flags/full-disk', advised()],
  ['flags/strict', advised('--audit-log-mode=blocking-strict')],
]

function podOf(yaml: string): FoundFlags {
  const flags = readFlags(Buffer.from(yaml), 'pod.yaml')
  if (typeof flags === 'string') throw new Error(flags)
  return flags
}

describe('the flags of an API server', () => {
  it.each(CASES.map(([name, flags, more]) => ({ name, flags, more })))(
    '$name is said',
    ({ name, flags, more }) => {
      expect(codes(flags, more)).toContain(name)
      const plain = codes(advised()).filter((code) => code !== 'flags/full-disk')
      expect(plain).toEqual([])
    },
  )

  it('each finding has a case', () => {
    const cases = new Set(CASES.map(([name]) => name))
    expect([...cases].sort()).toEqual(Object.keys(flagLints).sort())
  })

  it('that are advised are right in every release', () => {
    for (const minor of [25, 30, 35, 36, 37]) {
      expect(codes(advised(), { minor })).toEqual(['flags/full-disk'])
    }
  })

  it.each([20, 1_000, 20_000, 100_000])('that are advised are right at %i events/s', (rate) => {
    for (const minor of [30, 36]) {
      const printed = readFlags(
        Buffer.from(printFlags('flags', minor, { rate, eventBytes: 1_500 })),
        'f',
      )
      if (typeof printed === 'string') throw new Error(printed)
      expect(codes(printed, { minor, rate })).toEqual(['flags/full-disk'])
    }
  })

  it('of a strict log are right with a policy that has the stage', () => {
    const policy = policyOf(
      'rules: [{level: None, omitStages: [RequestReceived]}, {level: Metadata}]\n',
    )
    expect(codes(advised('--audit-log-mode=blocking-strict'), { policy })).toEqual([])
  })

  it('have other defaults from 1.36 on', () => {
    const flags = found('--audit-policy-file=p', '--audit-log-path=a')
    expect(codes(flags, { minor: 36 })).toEqual(['flags/no-webhook', 'flags/full-disk'])
    expect(codes(flags, { minor: 35 })).toContain('flags/no-rotation')
  })

  it('come to minutes of history, and to memory', () => {
    const figures = flagFigures(request(advised('--audit-log-maxbackup=9')))
    const values = new Map(figures.map(({ name, value }) => [name, value]))
    expect(values.get('fileHistory')).toBe(10 * 100 * 1024 ** 2)
    expect(Math.floor(values.get('fileHistoryMinutes') ?? 0)).toBe(11)
    expect(values.get('webhookBuffer')).toBe(75_000_000)
    // Without rotation there is no end of it.
    const names = (...more: readonly string[]): readonly string[] =>
      flagFigures(request(advised(...more)))
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('webhook'))
    expect(names('--audit-log-maxbackup=0')).toEqual(['fileHistory', 'fileHistoryMinutes'])
    expect(names('--audit-log-maxbackup=0', '--audit-log-maxage=0')).toEqual(['fileGrowth'])
    expect(names('--audit-log-maxsize=0')).toEqual(['fileGrowth'])
  })

  it('to the standard output have no files, and no disk that is theirs', () => {
    const flags = advised('--audit-log-path=-')
    expect(codes(flags)).toEqual(['flags/given-twice', 'flags/log-to-stdout'])
    const names = flagFigures(request(flags)).map(({ name }) => name)
    expect(names).toEqual(['webhookBuffer', 'webhookInFlight'])
  })

  it.each(FLAG_FORMS)('are read again from what is printed: %s', (form) => {
    for (const minor of [30, 31]) {
      const again = readFlags(Buffer.from(printFlags(form, minor)), 'printed')
      if (typeof again === 'string') throw new Error(again)
      // kOps has folders of its own, and no field for truncation.
      const shown = (name: string, value: string): string =>
        form === 'kops' && value.startsWith('/') ? name : `${name}=${value}`
      const words = again.flags.map(({ name, value }) => shown(name, value))
      const wanted = ADVISED.map((flag) => flag.slice(2))
        .filter((flag) => form !== 'kops' || !flag.includes('-truncate-'))
        .filter((flag) => form !== 'talos' || flag.includes('-webhook-'))
        .map((flag) => shown(flag.replace(/=.*/, ''), flag.replace(/^[^=]*=/, '')))
      expect(words.sort()).toEqual(wanted.toSorted())
    }
  })
})
