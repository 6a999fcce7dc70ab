import { type LintTable, lintKind } from '../../../sigma/lint/lint-kind.ts'

/** What there is to say about the flags of an API server. */
export const flagLints: LintTable = {
  'flags/refused': lintKind(
    'error',
    'A flag is unknown or has a value that means nothing: the API server does not start.',
    'Correct it before the API server restarts.',
  ),
  'flags/no-policy': lintKind(
    'error',
    'There is no audit policy. Without --audit-policy-file the log and the webhook are both off, and nothing says so.',
    'Give --audit-policy-file: deckwatch policy new writes a policy.',
  ),
  'flags/no-backend': lintKind(
    'error',
    'There is a policy, but neither a log file nor a webhook: what the policy decides goes nowhere.',
    'Give --audit-log-path.',
  ),
  'flags/not-mounted': lintKind(
    'error',
    'The API server runs in a pod that does not see this path of the host: a policy is not found there, and a log is lost with the container.',
    'Mount its folder: a hostPath volume, and a volumeMount; without readOnly for the log.',
  ),
  'flags/legacy-format': lintKind(
    'error',
    'The format legacy has one line of text for an event: no objects, no bodies, and as address the one that the client claims.',
    'Leave --audit-log-format out, or set it to json.',
  ),
  'flags/webhook-blocks': lintKind(
    'error',
    'The webhook holds up requests: a receiver that does not answer makes each request to the API wait for as long as four minutes, at each stage.',
    'Set --audit-webhook-mode=batch.',
  ),
  'flags/strict-without-stage': lintKind(
    'error',
    'The mode blocking-strict refuses a request that cannot be logged, at the stage RequestReceived and only there. The policy omits that stage, so that nothing is enforced.',
    'Take RequestReceived out of omitStages of the policy, at least for requests that change something.',
  ),
  'flags/no-log-file': lintKind(
    'warning',
    'There is a webhook and no log file. What waits in memory is lost with the API server, and so are the ends of open watches at every stop.',
    'Give --audit-log-path as well: the file loses nothing that the disk takes.',
  ),
  'flags/log-to-stdout': lintKind(
    'warning',
    'The log goes to the standard output, among the other lines of the API server, and is rotated by whoever keeps those.',
    'Give a file as --audit-log-path.',
  ),
  'flags/log-batch': lintKind(
    'warning',
    'The log file is written in batches: what waits in memory is lost in a crash, and what comes while the buffer is full is dropped.',
    'Leave --audit-log-mode out: blocking is its default, and a file is fast.',
  ),
  'flags/log-truncated': lintKind(
    'warning',
    'The log file leaves large events out, or their bodies. Who sends a header larger than that is not in the log at all.',
    'Leave --audit-log-truncate-enabled out.',
  ),
  'flags/small-events': lintKind(
    'warning',
    'Events larger than this lose their bodies, and then are dropped whole. With the default of 102,400 bytes any client hides its request by a long header.',
    'Set --audit-webhook-truncate-max-event-size=8388608, and the batch to twice as much.',
  ),
  'flags/no-truncation': lintKind(
    'warning',
    'One event that cannot be encoded takes its whole batch with it, and any client that may patch can send one (Kubernetes 1.36 and older).',
    'Set --audit-webhook-truncate-enabled=true, with a max-event-size of 8 MiB.',
  ),
  'flags/batch-wait': lintKind(
    'warning',
    'Events wait in memory for this long before they are sent: so much later comes each finding, and so much is lost in a crash.',
    'Set --audit-webhook-batch-max-wait=1s.',
  ),
  'flags/throttle': lintKind(
    'warning',
    'The throttle lets fewer events through than may come. The buffer fills, and what comes then is dropped.',
    'Set --audit-webhook-batch-throttle-qps=50.',
  ),
  'flags/small-buffer': lintKind(
    'warning',
    'The buffer of the webhook holds a few seconds of events. What comes when it is full is dropped.',
    'Set --audit-webhook-batch-buffer-size=50000.',
  ),
  'flags/memory': lintKind(
    'warning',
    'A full buffer, and the batches that a slow receiver has not yet answered, lie in the memory of the API server.',
    'Make the buffer smaller, or give the API server the memory.',
  ),
  'flags/no-rotation': lintKind(
    'warning',
    'Log files are not deleted by their number, or never begun anew: the disk of the host fills up, and then events are lost.',
    'Set --audit-log-maxsize=100 and --audit-log-maxbackup to what the disk can spare.',
  ),
  'flags/short-history': lintKind(
    'warning',
    'Log files are gone after a short time. A collector that is down for longer has lost events, and anyone may push them out by large requests.',
    'Set --audit-log-maxbackup higher: what the disk can spare.',
  ),
  'flags/small-files': lintKind(
    'warning',
    'An event larger than a log file is lost: the list of a large collection with its answer, or a request with long headers.',
    'Set --audit-log-maxsize=100.',
  ),
  'flags/benchmark': lintKind(
    'warning',
    'The CIS Benchmark asks for log files of 100 MB, ten of them, and thirty days.',
    'Set --audit-log-maxsize=100, --audit-log-maxbackup=10 or more, --audit-log-maxage=30 or more (0: no limit).',
  ),
  'flags/given-twice': lintKind(
    'warning',
    'A flag is given more than once: the last one counts.',
    'Keep the one that is meant.',
  ),
  'flags/deprecated': lintKind(
    'warning',
    'This flag has another name now, and will go.',
    'Use --audit-webhook-initial-backoff.',
  ),
  'flags/no-webhook': lintKind(
    'note',
    'The log lies on the host of the API server alone: who owns the host can change it.',
    'Send the events to a receiver too: deckwatch source webhook-config.',
  ),
  'flags/full-disk': lintKind(
    'note',
    'When the disk is full, requests are served and their events are lost; apiserver_audit_error_total counts them.',
    'Watch the disk and that metric. The mode blocking-strict refuses requests instead.',
  ),
  'flags/strict': lintKind(
    'note',
    'A request is refused when it cannot be logged at RequestReceived. A policy that omits that stage enforces nothing.',
    'Say which policy it is, by --policy, to have that looked at.',
  ),
}
