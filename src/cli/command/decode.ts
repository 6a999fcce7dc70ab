import type { Command } from '../command.ts'
import { formatOption, LOG_OPTIONS, LOGS_ARGUMENT, STRICT_OPTION } from './common.ts'

/** `deckwatch decode PATH…`. */
export const decode: Command = {
  kind: 'command',
  name: 'decode',
  about: 'Print canonical audit events, one a line, whatever shape they came in; secrets masked.',
  arguments: [LOGS_ARGUMENT],
  options: [
    formatOption('How to write the events.', ['ndjson', 'text', 'json']),
    { name: '--output', value: 'FILE', about: 'Write the events to a file.' },
    { name: '--issues', value: 'FILE', about: 'Write what was wrong to a file, as NDJSON.' },
    ...LOG_OPTIONS,
    STRICT_OPTION,
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
