import type { Command } from '../command.ts'
import { LOG_OPTIONS } from './common.ts'

/** `deckwatch decode PATH…`. */
export const decode: Command = {
  kind: 'command',
  name: 'decode',
  about: 'Print canonical audit events, one a line, whatever shape they came in; secrets masked.',
  arguments: [
    {
      name: 'PATH',
      about: 'Log files, folders, globs or archives of any shape; - is the standard input.',
      required: true,
      repeat: true,
    },
  ],
  options: [
    {
      name: '--format',
      value: 'FORMAT',
      about: 'How to write the events.',
      choices: ['ndjson', 'text', 'json'],
      default: 'ndjson',
    },
    { name: '--output', value: 'FILE', about: 'Write the events to a file.' },
    { name: '--issues', value: 'FILE', about: 'Write what was wrong to a file, as NDJSON.' },
    ...LOG_OPTIONS,
    { name: '--strict', about: 'Look deeper for faults in the input, and exit with 2 for any.' },
  ],
  examples: [
    { command: 'deckwatch decode ./logs', about: 'events as NDJSON' },
    { command: 'deckwatch decode gke-export.json --format text', about: 'a line for a person' },
    {
      command: 'zcat audit.gz | deckwatch decode - | jq \'select(.verb=="delete")\'',
      about: 'in a pipe',
    },
  ],
  run: async (given, shell) => (await import('../run/decode.ts')).runDecode(given, shell),
}
