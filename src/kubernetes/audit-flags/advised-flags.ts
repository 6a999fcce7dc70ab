/** A flag of kube-apiserver, and a sentence on why. */
export interface Flag {
  /** As on a command line: `--name=value`. */
  readonly flag: string
  readonly why: string
}

/** The name of a flag, without its dashes, and its value. */
export const nameAndValue = ({ flag }: Flag): readonly [string, string] => {
  const equals = flag.indexOf('=')
  return [flag.slice(2, equals), flag.slice(equals + 1)]
}

/** Where the guide puts the policy and the webhook's file on the host of an API server. */
export const AUDIT_FOLDER = '/etc/kubernetes/audit'

/** Where an API server writes its log. */
export const AUDIT_LOG_FOLDER = '/var/log/kubernetes/audit'

/** What an API server logs at its busiest. */
export interface FlagLoad {
  /** Events a second. */
  readonly rate: number
  /** Bytes of the mean event. */
  readonly eventBytes: number
}

/** What is advised for where nobody said how much is logged. */
export const USUAL_LOAD: FlagLoad = { rate: 1_000, eventBytes: 1_500 }

/**
 * The flags that make an API server log to a file and send to a webhook, with this file for the
 * latter. The file log is the primary one: it loses nothing that the disk takes. Files hold half
 * an hour of the rate, the buffer five seconds, and the throttle lets twice of it through; a small
 * rate gets no less than the usual one.
 */
export const apiserverFlags = (
  webhookFile: string,
  load: FlagLoad = USUAL_LOAD,
): readonly Flag[] => [
  {
    flag: `--audit-policy-file=${AUDIT_FOLDER}/policy.yaml`,
    why: 'Without a policy nothing is logged at all, and nothing says so.',
  },
  ...logFlags(load),
  {
    flag: `--audit-webhook-config-file=${webhookFile}`,
    why: 'The second source: it arrives within seconds, and nobody on this host can take it back.',
  },
  ...webhookFlags(load),
]

const logFlags = ({ rate, eventBytes }: FlagLoad): readonly Flag[] => [
  {
    flag: `--audit-log-path=${AUDIT_LOG_FOLDER}/audit.log`,
    why: 'The log file is the first source: a stop of the API server loses none of it.',
  },
  {
    flag: '--audit-log-maxsize=100',
    why: 'A new file every 100 MB.',
  },
  {
    flag: `--audit-log-maxbackup=${Math.max(
      50,
      Math.ceil((rate * eventBytes * HISTORY_SECONDS) / FILE_BYTES) + 1,
    )}`,
    why: 'What the disk can spare: anyone can push out 1 GB of history with 180 refused requests.',
  },
]

const webhookFlags = ({ rate }: FlagLoad): readonly Flag[] => [
  {
    flag: '--audit-webhook-mode=batch',
    why: 'In the other modes a receiver that does not answer holds up every request to the API.',
  },
  {
    flag: '--audit-webhook-batch-max-wait=1s',
    why: 'A batch waits for 30 s otherwise: findings come so much later, and a crash loses as much.',
  },
  {
    flag: `--audit-webhook-batch-max-size=${BATCH_EVENTS}`,
    why: 'Events of one batch.',
  },
  {
    flag: `--audit-webhook-batch-throttle-qps=${Math.max(50, Math.ceil((2 * rate) / BATCH_EVENTS))}`,
    why: 'Batches a second. With the default of 10, more than 4,000 events a second would be lost.',
  },
  {
    flag: `--audit-webhook-batch-buffer-size=${Math.max(50_000, Math.ceil(rate * BUFFER_SECONDS))}`,
    why: 'Events that may wait in memory. Those that come when it is full are lost.',
  },
  {
    flag: '--audit-webhook-truncate-enabled=true',
    why: 'Without it one event that cannot be encoded takes all others of its batch with it.',
  },
  {
    flag: '--audit-webhook-truncate-max-event-size=8388608',
    why: 'With the default of 100 KB a client hides its requests from you by a long header.',
  },
  {
    flag: '--audit-webhook-truncate-max-batch-size=16777216',
    why: 'At least twice the largest event.',
  },
]

const BATCH_EVENTS = 400
const FILE_BYTES = 100 * 1024 ** 2
/** Half an hour: time to start a collector anew. */
const HISTORY_SECONDS = 1_800
const BUFFER_SECONDS = 5
