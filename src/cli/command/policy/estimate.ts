import type { Command } from '../../command.ts'
import { formatOption, LOG_OPTIONS, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy estimate`. */
export const estimate: Command = {
  kind: 'command',
  name: 'estimate',
  about:
    'Say what a policy costs to keep, how long the API server keeps it, and what memory it needs.',
  arguments: [
    {
      name: 'PATH',
      about: 'Logs to take the rate from; with --policy, what that policy logs of them.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    { name: '--policy', value: 'FILE', about: 'The audit policy; without it, the log as it is.' },
    {
      name: '--bytes-per-day',
      value: 'SIZE',
      about: 'Log lines a day of all API servers, instead of logs: 70MB, 3.5GiB.',
    },
    {
      name: '--event-bytes',
      value: 'SIZE',
      about: 'Of the mean event. Default: as in the logs, else 1500.',
    },
    {
      name: '--masters',
      value: 'N',
      about: 'API servers that share the load. Default: as in the logs, else 3.',
    },
    { name: '--retention', value: 'DAYS', about: 'How long events are kept.', default: '365' },
    { name: '--copies', value: 'N', about: 'Copies in the store.', default: '1' },
    { name: '--price', value: 'MONEY', about: 'Of a GiB of storage in a month.' },
    {
      name: '--compression',
      value: 'RATIO',
      about: 'Bytes of log lines to bytes on disk, indices included.',
      default: '10',
    },
    {
      name: '--peak',
      value: 'FACTOR',
      about: 'How much busier than the mean the busiest hour is.',
      default: '5',
    },
    {
      name: '--maxsize',
      value: 'MIB',
      about:
        '--audit-log-maxsize of the API server, 0 for one file without limit (up to 1.35 that is 100); the default is that of Kubernetes 1.36.',
      default: '100',
    },
    {
      name: '--maxbackup',
      value: 'N',
      about: '--audit-log-maxbackup, 0 for no limit; the default is that of Kubernetes 1.36.',
      default: '100',
    },
    {
      name: '--maxage',
      value: 'DAYS',
      about: '--audit-log-maxage, 0 for no limit; the default is that of Kubernetes 1.36.',
      default: '366',
    },
    {
      name: '--buffer-size',
      value: 'EVENTS',
      about: '--audit-webhook-batch-buffer-size.',
      default: '10000',
    },
    {
      name: '--batch-max-size',
      value: 'EVENTS',
      about: '--audit-webhook-batch-max-size.',
      default: '400',
    },
    {
      name: '--throttle-qps',
      value: 'N',
      about: '--audit-webhook-batch-throttle-qps.',
      default: '10',
    },
    formatOption('How to write it.', ['text', 'json']),
    ...LOG_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch policy estimate --policy new.yaml ./logs --retention 90 --price 0.08',
      about: 'from a recording',
    },
    {
      command: 'deckwatch policy estimate --bytes-per-day 70MB --maxsize 100 --maxbackup 10',
      about: 'from a number',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-estimate.ts')).runPolicyEstimate(given, shell),
}
