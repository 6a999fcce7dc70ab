import type { Command, CommandGroup, OptionDeclaration } from '../command.ts'
import { formatOption } from './common.ts'
import { DATA_OPTION, STORE_OPTIONS } from './serve-options.ts'

const ANSWER_FORMAT = formatOption('How to write the answer.', ['text', 'json'])

const WHERE = [DATA_OPTION, ...STORE_OPTIONS.filter(({ name }) => name !== '--store-cluster')]

const PUBLIC_KEY: OptionDeclaration = {
  name: '--public-key',
  value: 'FILE',
  about:
    'The public key of the data directory, in PEM, kept where who can change the data cannot. ' +
    'Default: the one in DIR, or in the export.',
  repeat: true,
}

const SELECTION: readonly OptionDeclaration[] = [
  { name: '--cluster', value: 'NAME', about: 'Only events of this cluster.' },
  { name: '--since', value: 'TIME', about: 'Only events from this moment on, by their own time.' },
  { name: '--until', value: 'TIME', about: 'Only events before this moment.' },
  { name: '--finding', value: 'ID', about: 'Only the events behind this finding.' },
]

const verify: Command = {
  kind: 'command',
  name: 'verify',
  about:
    'Check that what was stored, or exported, is what was received: nothing missing, changed, ' +
    'moved or added. Exits with 1 when something is wrong.',
  arguments: [
    {
      name: 'FOLDER',
      about: 'An export. Without it a store is verified: --data or --store.',
      required: false,
    },
  ],
  options: [
    ...WHERE,
    {
      name: '--anchor',
      value: 'FILE',
      about: 'What serve --anchor wrote: shows a tail cut off, or an older copy put back.',
      repeat: true,
    },
    PUBLIC_KEY,
    {
      name: '--format',
      value: 'FORMAT',
      about: 'How the answer is written.',
      choices: ['text', 'json'],
      default: 'text',
    },
  ],
  examples: [
    {
      command: 'deckwatch evidence verify --data /var/lib/deckwatch --anchor /mnt/anchor.ndjson',
      about: 'of an instance, running or stopped',
    },
    {
      command: 'deckwatch evidence verify case-17/ --public-key prod.pub.pem',
      about: 'an export, on any machine',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/evidence-verify.ts')).runEvidenceVerify(given, shell),
}

const exporting: Command = {
  kind: 'command',
  name: 'export',
  about:
    'Write stored events, byte for byte, to a new folder, with what proves them. The key of the ' +
    'data directory signs it. That it was done is recorded.',
  arguments: [],
  options: [
    ...WHERE,
    { name: '--out', value: 'FOLDER', about: 'Where to: a new or an empty folder.' },
    ...SELECTION,
    ANSWER_FORMAT,
  ],
  examples: [
    {
      command:
        'deckwatch evidence export --data /var/lib/deckwatch --out case-17 --cluster prod --since 2026-11-20',
      about: 'a day of a cluster',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/evidence-export.ts')).runEvidenceExport(given, shell),
}

const open: Command = {
  kind: 'command',
  name: 'open',
  about:
    'Write the originals of masked events, which were sealed for the owner of a key. They hold ' +
    'secrets. That it was done is recorded.',
  arguments: [],
  options: [
    ...WHERE,
    { name: '--key', value: 'FILE', about: 'The private key, as `evidence keygen` wrote it.' },
    { name: '--out', value: 'FILE', about: 'A new file, for you alone: one original a line.' },
    ...SELECTION,
    ANSWER_FORMAT,
  ],
  examples: [
    {
      command:
        'deckwatch evidence open --data /var/lib/deckwatch --key seal.key.pem --out originals.ndjson --finding ID',
      about: 'the originals behind a finding',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/evidence-open.ts')).runEvidenceOpen(given, shell),
}

const keygen: Command = {
  kind: 'command',
  name: 'keygen',
  about:
    'Make a pair of keys for originals: the public one is for serve --seal-key, the private one ' +
    'for evidence open, and belongs on another machine.',
  arguments: [
    {
      name: 'NAME',
      about: 'Makes NAME.key.pem, the private one, and NAME.pub.pem.',
      required: true,
    },
  ],
  options: [ANSWER_FORMAT],
  examples: [{ command: 'deckwatch evidence keygen seal', about: 'seal.key.pem and seal.pub.pem' }],
  run: async (given, shell) =>
    (await import('../run/evidence-keygen.ts')).runEvidenceKeygen(given, shell),
}

const key: Command = {
  kind: 'command',
  name: 'key',
  about: 'Print the public key by which anchors, tombstones and exports of an instance verify.',
  arguments: [],
  options: [DATA_OPTION, ANSWER_FORMAT],
  examples: [
    {
      command: 'deckwatch evidence key --data /var/lib/deckwatch > prod.pub.pem',
      about: 'to be kept where who can change the data cannot',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/evidence-keygen.ts')).runEvidenceKey(given, shell),
}

/** `deckwatch evidence …`. */
export const evidence: CommandGroup = {
  kind: 'group',
  name: 'evidence',
  about: 'Prove what was stored, hand it on, and open what was sealed.',
  commands: [verify, exporting, open, keygen, key],
}
