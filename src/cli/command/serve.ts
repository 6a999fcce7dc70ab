import type { Command } from '../command.ts'
import { LISTS_OPTION, NO_COLOR_OPTION, PEER_OPTIONS, RULES_OPTION } from './common.ts'
import { DATA_OPTION, STORE_OPTIONS } from './serve-options.ts'

/** `deckwatch serve`. */
export const serve: Command = {
  kind: 'command',
  name: 'serve',
  about: 'Receive and follow audit logs live: keep every event, and tell findings as they happen.',
  arguments: [],
  options: [
    {
      name: '--config',
      value: 'FILE',
      about: 'A deckwatch.yaml: TLS, API servers and how they prove who they are, retention.',
    },
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
    {
      name: '--anchor',
      value: 'FILE',
      about: 'Write the heads of the chains of evidence here, outside of the data directory.',
    },
    {
      name: '--seal-key',
      value: 'FILE',
      about: 'Keep the originals of masked events too, sealed for this public key.',
    },
    {
      name: '--format',
      value: 'FORMAT',
      about: 'How to write findings. Default: text for a terminal, else ndjson.',
      choices: ['text', 'ndjson'],
    },
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
