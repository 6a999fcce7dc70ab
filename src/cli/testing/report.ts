import type { EventRef, Finding, Report, RuleRef } from '../../model/finding.ts'
import type { HuntResult, RuleGuide, RuleNeed } from '../output/hunt-result.ts'

/** Tactics of hand-made rules, by detection. */
const TACTICS: Readonly<Record<string, readonly string[]>> = {
  a01: ['initial-access'],
  b01: ['execution'],
  c01: ['privilege-escalation', 'execution'],
  f01: ['credential-access'],
  f02: ['credential-access'],
}

/** Rules of hand-made reports. */
export const RULES: Readonly<Record<RuleName, RuleRef>> = {
  anonymous: rule('a01', 'Anonymous request', 'medium', ['T1190']),
  exec: rule('b01', 'Command run in a container', 'medium', ['T1609']),
  privileged: rule('c01', 'Privileged container', 'high', ['T1610', 'T1611']),
  binding: rule('d01', 'cluster-admin bound', 'critical', ['T1098.006']),
  secrets: rule('f01', 'Secrets listed', 'high', ['T1552.007']),
  csr: rule('d22', 'Client certificate requested', 'medium', ['T1098']),
  token: rule('d19', 'ServiceAccount token requested', 'low', ['T1528']),
  reads: rule('f02', 'Many Secrets read by one actor', 'high', ['T1552.007']),
}

type RuleName =
  | 'anonymous'
  | 'exec'
  | 'privileged'
  | 'binding'
  | 'secrets'
  | 'csr'
  | 'token'
  | 'reads'

/** A finding with the parts that a test cares about. */
export const findingOf = (id: string, more: Partial<Finding> = {}): Finding => ({
  id: id.padEnd(64, '0'),
  time: '2026-11-20T21:53:13.242724Z',
  cluster: 'prod',
  server: 'audit-a',
  rule: RULES.exec,
  actor: {
    name: 'mallory@example.com',
    kind: 'human',
    impersonator: undefined,
    peer: '203.0.113.7',
    userAgent: 'kubectl/v1.31.0',
  },
  target: { verb: 'get', resource: 'pods/exec', namespace: 'shop', name: 'web-1' },
  outcome: 'allowed',
  reason: 'mallory@example.com ran "sh -c id" in pod shop/web-1',
  fields: [{ name: 'request.resource', value: 'pods/exec', trust: 'server' }],
  events: [eventOf(id)],
  ...more,
})

/** A finding that joins three reads of Secrets. */
export const joinedFinding: Finding = findingOf('9d04', {
  time: '2026-11-20T22:06:31.500000Z',
  rule: RULES.reads,
  target: { verb: 'get', resource: 'secrets', namespace: 'shop', name: undefined },
  reason:
    'mallory@example.com read 3 Secrets within 71 s: shop/db, shop/tls and shop/registry. ' +
    'In common: actor.name = mallory@example.com.',
  fields: [{ name: 'actor.name', value: 'mallory@example.com', trust: 'server' }],
  events: ['d1', 'd2', 'd3'].map(eventOf),
  correlation: {
    type: 'value_count',
    group: [{ name: 'actor.name', value: 'mallory@example.com' }],
    from: '2026-11-20T22:05:20.250000Z',
    to: '2026-11-20T22:06:31.500000Z',
    matches: 3,
    following: 0,
    until: '2026-11-20T22:06:31.500000Z',
    rules: ['00000000-0000-4000-8000-000000000f03'],
  },
})

/** A report of a small incident: what every output is shown with in the tests. */
export const incident = (): HuntResult => ({
  report: { ...REPORT, findings: FINDINGS },
  hidden: { setAside: [], known: 0, filtered: 0 },
  needs: NEEDS,
  guides: GUIDES,
  named: false,
  since: undefined,
  until: undefined,
  complete: true,
})

/** A report without any finding. */
export const quiet = (): HuntResult => ({
  ...incident(),
  report: {
    ...REPORT,
    totals: { ...REPORT.totals, findings: 0 },
    coverage: REPORT.coverage.map((row) => ({ ...row, findings: 0 })),
  },
})

const poisoned = (finding: Finding, payload: string): Finding => ({
  ...finding,
  cluster: payload,
  server: payload,
  rule: {
    ...finding.rule,
    title: payload,
    techniques: [payload],
    tactics: [payload],
    threatMatrix: [payload],
    detection: payload,
  },
  actor: {
    ...finding.actor,
    name: payload,
    impersonator: payload,
    peer: payload,
    userAgent: payload,
  },
  target: { verb: payload, resource: payload, namespace: payload, name: payload },
  reason: payload,
  fields: [{ name: payload, value: payload, trust: 'anyone' }],
  events: [{ ...eventOf('aa'), auditID: payload, file: payload, time: payload, stage: payload }],
  ...(finding.correlation === undefined
    ? {}
    : {
        correlation: {
          ...finding.correlation,
          type: payload,
          group: [{ name: payload, value: payload }],
          rules: [payload],
        },
      }),
})

/** The same incident with `payload` in every text that an attacker could choose. */
export const hostile = (payload: string): HuntResult => {
  const { report, ...rest } = incident()
  return {
    ...rest,
    hidden: {
      known: 1,
      filtered: 1,
      setAside: [
        {
          rule: payload,
          actor: payload,
          namespace: payload,
          name: payload,
          reason: payload,
          expires: payload,
          findings: 1,
          expired: 1,
        },
      ],
    },
    guides: new Map(
      Object.values(RULES).map((one) => [
        one.id,
        { description: payload, next: payload, harmless: [payload], references: [payload] },
      ]),
    ),
    needs: new Map([[RULES.privileged.id, { level: 'Request', resources: [payload] }]]),
    report: {
      ...report,
      findings: report.findings.map((finding) => poisoned(finding, payload)),
      inputs: report.inputs.map((input) => ({
        ...input,
        file: payload,
        cluster: payload,
        server: payload,
        shapes: [payload],
      })),
      gaps: [{ cluster: payload, server: payload, from: payload, to: payload }],
      coverage: report.coverage.map((row) => ({
        ...row,
        rule: { ...row.rule, title: payload, detection: payload },
      })),
      issues: [{ code: 'decode/torn', message: payload, at: { file: payload, offset: 1 } }],
    },
  }
}

function rule(
  detection: string,
  title: string,
  level: RuleRef['level'],
  techniques: readonly string[],
): RuleRef {
  const id = `00000000-0000-4000-8000-000000000${detection}`
  return {
    id,
    title,
    level,
    detection: detection.toUpperCase(),
    techniques,
    tactics: TACTICS[detection] ?? [],
    threatMatrix: detection === 'b01' ? ['MS-TA9006'] : [],
  }
}

function eventOf(id: string): EventRef {
  return {
    id: `e${id}`.padEnd(64, '0'),
    auditID: '0d1cf3a6-7f1e-4dd5-8b0a-2f4dd5c0a111',
    stage: 'ResponseComplete',
    time: '2026-11-20T21:53:13.250000Z',
    server: 'audit-a',
    file: 'logs/audit-a.log.zst',
    offset: 4096,
    length: 1712,
  }
}

const WEB = { verb: 'get', resource: 'pods/exec', namespace: 'shop', name: 'web-1' }
const DEPLOYER = {
  name: 'system:serviceaccount:ci:deployer',
  kind: 'serviceaccount',
  impersonator: undefined,
  peer: '10.0.3.9',
  userAgent: 'argocd/2.13',
} as const

const FINDINGS: readonly Finding[] = [
  findingOf('3f2a9c1b77', {
    time: '2026-11-20T21:51:02.000000Z',
    rule: RULES.anonymous,
    actor: {
      name: 'system:anonymous',
      kind: 'anonymous',
      impersonator: undefined,
      peer: '203.0.113.7',
      userAgent: 'curl/8.5',
    },
    target: { verb: 'get', resource: '/', namespace: undefined, name: undefined },
    outcome: 'denied',
    reason: 'system:anonymous asked get /',
  }),
  findingOf('51aa', { time: '2026-11-20T21:53:13.242724Z', target: WEB }),
  findingOf('52bb', { time: '2026-11-20T21:54:40.000000Z', target: WEB }),
  findingOf('53cc', {
    time: '2026-11-20T21:55:01.000000Z',
    target: { ...WEB, name: 'billing-6c9d7f8b4-x2x7q' },
    reason:
      'mallory@example.com ran "cat /var/run/secrets/token" in pod shop/billing-6c9d7f8b4-x2x7q',
  }),
  findingOf('6a01', {
    time: '2026-11-20T21:57:30.000000Z',
    rule: RULES.secrets,
    actor: DEPLOYER,
    target: { verb: 'list', resource: 'secrets', namespace: undefined, name: undefined },
    reason: 'system:serviceaccount:ci:deployer listed the Secrets of the whole cluster',
  }),
  findingOf('7b02', {
    time: '2026-11-20T22:01:12.000000Z',
    rule: RULES.privileged,
    actor: DEPLOYER,
    target: { verb: 'patch', resource: 'deployments', namespace: 'shop', name: 'web' },
    reason:
      'system:serviceaccount:ci:deployer set container "agent" of deployments shop/web privileged',
    outcome: undefined,
  }),
  findingOf('8c03', {
    time: '2026-11-20T22:04:00.000000Z',
    rule: RULES.binding,
    actor: {
      ...DEPLOYER,
      name: 'system:admin',
      kind: 'human',
      impersonator: 'mallory@example.com',
    },
    target: {
      verb: 'create',
      resource: 'clusterrolebindings',
      namespace: undefined,
      name: 'backup-operator',
    },
    reason: 'mallory@example.com as system:admin bound cluster-admin to mallory@example.com',
  }),
  joinedFinding,
]

const REPORT: Report = {
  findings: [],
  coverage: [
    row(RULES.anonymous, 1204, 1, 0, {}),
    row(RULES.exec, 3, 3, 0, {}),
    row(RULES.privileged, 312, 1, 120, { level: 96, stage: 20, partial: 4 }),
    row(RULES.binding, 9, 1, 2, { level: 2 }),
    row(RULES.secrets, 88, 1, 0, {}),
    row(RULES.csr, 0, 0, 0, {}),
    row(RULES.token, 0, 0, 0, {}),
    row(RULES.reads, 31, 1, 0, {}),
  ],
  inputs: [
    input('logs/audit-a.log.zst', 'audit-a', 9262),
    input('logs/audit-b.log.zst', 'audit-b', 8001),
  ],
  gaps: [
    {
      cluster: 'prod',
      server: 'audit-b',
      from: '2026-11-20T22:02:00.000000Z',
      to: '2026-11-20T22:09:30.000000Z',
    },
  ],
  issues: [
    {
      code: 'decode/torn',
      message: 'the last line is cut short',
      at: { file: 'logs/audit-b.log.zst', offset: 8_812_001, length: 233 },
    },
  ],
  issueCounts: { 'decode/torn': 1 },
  totals: {
    events: 17_263,
    bytes: 61_203_944,
    issues: 1,
    findings: 8,
    firstTime: '2026-11-20T21:50:00.000000Z',
    lastTime: '2026-11-20T22:14:09.000000Z',
  },
  tool: '0.1.0',
  content: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
}

const GUIDES: ReadonlyMap<string, RuleGuide> = new Map([
  [
    RULES.exec.id,
    {
      description: 'Somebody ran a command in a running container.',
      next:
        "The command and whether it has a terminal; what the pod's ServiceAccount may do; what " +
        'that ServiceAccount did after.',
      harmless: [
        'Developers who look into their own workloads.',
        'Backup tools that run commands in pods.',
      ],
      references: ['https://attack.mitre.org/techniques/T1609/'],
    },
  ],
])

const NEEDS: ReadonlyMap<string, RuleNeed> = new Map([
  [RULES.privileged.id, { level: 'Request', resources: ['daemonsets', 'deployments', 'pods'] }],
  [RULES.binding.id, { level: 'Request', resources: ['clusterrolebindings', 'rolebindings'] }],
])

function row(
  rule: RuleRef,
  eligible: number,
  findings: number,
  cannotTell: number,
  reasons: Report['coverage'][number]['reasons'],
): Report['coverage'][number] {
  return { rule, eligible, findings, cannotTell, reasons }
}

function input(file: string, server: string, events: number): Report['inputs'][number] {
  return {
    file,
    bytes: 2_104_221,
    contentBytes: 30_601_972,
    fingerprint: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
    sha256: undefined,
    cluster: 'prod',
    server,
    events,
    issues: 0,
    shapes: ['native'],
    firstTime: '2026-11-20T21:50:00.000000Z',
    lastTime: '2026-11-20T22:14:09.000000Z',
  }
}
