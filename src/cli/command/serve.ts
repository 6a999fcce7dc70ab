import type { Command } from '../command.ts'
import { LISTS_OPTION, NO_COLOR_OPTION, PEER_OPTIONS, RULES_OPTION } from './common.ts'
import {
  CONFIG_OPTION,
  DATA_OPTION,
  EVIDENCE_OPTIONS,
  FINDINGS_FORMAT,
  STORE_OPTIONS,
} from './serve-options.ts'

/** `deckwatch serve`. */
export const serve: Command = {
  kind: 'command',
  name: 'serve',
  about: 'Receive and follow audit logs live: keep every event, and tell findings as they happen.',
  arguments: [],
  options: [
    CONFIG_OPTION,
    DATA_OPTION,
    {
      name: '--webhook',
      value: 'HOST:PORT',
      about: 'Receive audit webhooks at /audit/CLUSTER/SERVER. Plain HTTP, so on loopback only.',
    },
    {
      name: '--file',
      value: 'cluster/server=PATH',
      about: 'Follow a log file across rotation, and say whose it is.',
      repeat: true,
    },
    ...STORE_OPTIONS,
    {
      name: '--status',
      value: 'HOST:PORT',
      about: 'Serve /livez, /readyz, /metrics and /sources here. Default: 127.0.0.1:9464.',
    },
    ...EVIDENCE_OPTIONS,
    FINDINGS_FORMAT,
    RULES_OPTION,
    LISTS_OPTION,
    ...PEER_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch serve --data /var/lib/deckwatch --webhook 127.0.0.1:8443',
      about: 'a working receiver on this machine, with the embedded store',
    },
    {
      command:
        'deckwatch serve --data ./data --file prod/master-1=/var/log/kubernetes/audit/audit.log',
      about: 'follow the log of an API server on the same machine',
    },
    {
      command: 'deckwatch serve --config /etc/deckwatch.yaml',
      about: 'with TLS and several sources',
    },
  ],
  run: async (given, shell) => (await import('../run/serve.ts')).runServe(given, shell),
}
