import type { Command, CommandGroup, OptionDeclaration } from '../command.ts'
import { formatOption } from './common.ts'

const NAME_OPTIONS: readonly OptionDeclaration[] = [
  { name: '--cluster', value: 'NAME', about: 'What the cluster is called, such as prod.' },
  { name: '--server', value: 'NAME', about: 'What the API server is called, such as master-1.' },
]

const webhookConfig: Command = {
  kind: 'command',
  name: 'webhook-config',
  about: 'Print the file for --audit-webhook-config-file, and the flags that go with it.',
  arguments: [],
  options: [
    ...NAME_OPTIONS,
    {
      name: '--url',
      value: 'URL',
      about: 'Where the API server reaches the receiver: https://deckwatch.example:8443.',
    },
    {
      name: '--ca',
      value: 'FILE',
      about: 'The authority that signed the certificate of the receiver.',
    },
    { name: '--cert', value: 'FILE', about: 'The certificate that the API server shows.' },
    { name: '--key', value: 'FILE', about: 'The key of --cert.' },
    {
      name: '--token-file',
      value: 'FILE',
      about: 'A bearer token, instead of a certificate or besides.',
    },
    {
      name: '--embed',
      about: 'Put the content of the files into the output, so that one file is all to be copied.',
    },
    formatOption('How to write it.', ['text', 'json']),
  ],
  examples: [
    {
      command:
        'deckwatch source webhook-config --cluster lab --server a --url http://127.0.0.1:8443',
      about: 'plain HTTP on one machine',
    },
    {
      command:
        'deckwatch source webhook-config --cluster prod --server m1 --url https://dw:8443 --token-file /etc/dw/token',
      about: 'the file lies on the host of the API server',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/source-webhook-config.ts')).runWebhookConfig(given, shell),
}

const check: Command = {
  kind: 'command',
  name: 'check',
  about: 'Send a canary event to a receiver, or through an API server, and say how far it comes.',
  arguments: [],
  options: [
    {
      name: '--webhook-config',
      value: 'FILE',
      about: 'The file that the API server has: its receiver is checked, with its credentials.',
    },
    {
      name: '--kubeconfig',
      value: 'FILE',
      about:
        'Ask an API server something harmless instead, and wait for its audit event to arrive here.',
    },
    { name: '--context', value: 'NAME', about: 'With either file: another context of it.' },
    ...NAME_OPTIONS,
    {
      name: '--url',
      value: 'URL',
      about: 'The receiver, without a file: with --cluster, --server.',
    },
    { name: '--ca', value: 'FILE', about: 'The authority that signed its certificate.' },
    { name: '--cert', value: 'FILE', about: 'The certificate to show.' },
    { name: '--key', value: 'FILE', about: 'The key of --cert.' },
    { name: '--token-file', value: 'FILE', about: 'The bearer token to show.' },
    {
      name: '--status',
      value: 'URL',
      about: 'Where deckwatch serve tells its status: the canary is waited for in its store.',
    },
    {
      name: '--timeout',
      value: 'SECONDS',
      about: 'How long to wait for it. An API server may keep a batch for 30 s.',
      default: '60',
    },
    formatOption('How to write it.', ['text', 'json']),
  ],
  examples: [
    {
      command:
        'deckwatch source check --webhook-config webhook.yaml --status http://127.0.0.1:9464',
      about: 'from the host of the API server: name, connection, TLS, identity, arrival',
    },
    {
      command: 'deckwatch source check --kubeconfig ~/.kube/config --status http://127.0.0.1:9464',
      about: 'through the API server: its policy, its webhook or log, and all behind',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/source-check.ts')).runSourceCheck(given, shell),
}

/** `deckwatch source …`. */
export const source: CommandGroup = {
  kind: 'group',
  name: 'source',
  about: 'Connect an API server, and find out where it does not.',
  commands: [webhookConfig, check],
}
