/** How the value of a flag is written. */
export type FlagType = 'text' | 'integer' | 'number' | 'switch' | 'seconds'

/** A flag of kube-apiserver. */
export interface FlagRow {
  readonly type: FlagType
  /** What it is without being given, in a release of Kubernetes 1.N. */
  initial(minor: number): string
  /** What it may be; any, without it. */
  readonly choices?: readonly string[]
}

/** How a backend may be called. */
export const MODES: readonly string[] = ['batch', 'blocking', 'blocking-strict']

const row = (type: FlagType, initial: string, choices?: readonly string[]): FlagRow => ({
  type,
  initial: () => initial,
  ...(choices === undefined ? {} : { choices }),
})

/** The rotation of the log file has other defaults from 1.36 on. */
const since136 = (initial: string): FlagRow => ({
  type: 'integer',
  initial: (minor) => (minor >= 36 ? initial : '0'),
})

const common = (backend: 'log' | 'webhook', webhook: boolean): readonly [string, FlagRow][] => [
  [`audit-${backend}-mode`, row('text', webhook ? 'batch' : 'blocking', MODES)],
  [`audit-${backend}-batch-buffer-size`, row('integer', '10000')],
  [`audit-${backend}-batch-max-size`, row('integer', webhook ? '400' : '1')],
  [`audit-${backend}-batch-max-wait`, row('seconds', webhook ? '30s' : '0s')],
  [`audit-${backend}-batch-throttle-enable`, row('switch', String(webhook))],
  [`audit-${backend}-batch-throttle-qps`, row('number', webhook ? '10' : '0')],
  [`audit-${backend}-batch-throttle-burst`, row('integer', webhook ? '15' : '0')],
  [`audit-${backend}-truncate-enabled`, row('switch', 'false')],
  [`audit-${backend}-truncate-max-event-size`, row('integer', '102400')],
  [`audit-${backend}-truncate-max-batch-size`, row('integer', '10485760')],
  [`audit-${backend}-version`, row('text', 'audit.k8s.io/v1', ['audit.k8s.io/v1'])],
]

/**
 * The flags of kube-apiserver about audit, by name without dashes.
 * Upstream: kubernetes/apiserver pkg/server/options/audit.go.
 */
export const FLAGS: ReadonlyMap<string, FlagRow> = new Map<string, FlagRow>([
  ['audit-policy-file', row('text', '')],
  ['audit-log-path', row('text', '')],
  ['audit-log-format', row('text', 'json', ['json', 'legacy'])],
  ['audit-log-compress', row('switch', 'false')],
  ['audit-log-maxsize', since136('100')],
  ['audit-log-maxbackup', since136('100')],
  ['audit-log-maxage', since136('366')],
  ['audit-webhook-config-file', row('text', '')],
  ['audit-webhook-initial-backoff', row('seconds', '10s')],
  ['audit-webhook-batch-initial-backoff', row('seconds', '10s')],
  ...common('log', false),
  ...common('webhook', true),
])
