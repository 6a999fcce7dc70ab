import type { Command } from '../command.ts'
import {
  ABOUT_RULE,
  formatOption,
  LISTS_OPTION,
  LOG_OPTIONS,
  NO_COLOR_OPTION,
  PEER_OPTIONS,
  RULES_OPTION,
} from './common.ts'

/** `deckwatch explain --rule R --event E [PATH…]`. */
export const explain: Command = {
  kind: 'command',
  name: 'explain',
  about:
    'Say why a rule does, does not or cannot match an event: each test, the value seen and needed.',
  arguments: [
    {
      name: 'PATH',
      about: 'Logs to look for the event in, when --event is an audit id.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    {
      name: '--rule',
      value: 'RULE',
      about: ABOUT_RULE,
    },
    {
      name: '--event',
      value: 'EVENT',
      about:
        'A file with one event, FILE@OFFSET, - for the standard input, or an audit id (8 characters will do).',
    },
    formatOption('How to write it.', ['text', 'json']),
    RULES_OPTION,
    LISTS_OPTION,
    ...LOG_OPTIONS,
    ...PEER_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch explain --rule B01 --event event.json', about: 'an event in a file' },
    { command: 'deckwatch explain --rule C01 --event audit.log@81920', about: 'at a byte offset' },
    {
      command:
        'deckwatch explain --rule ./mine.yaml --event 0d1cf3a6-7f1e-4dd5-8b0a-2f4dd5c0a111 ./logs',
      about: 'by its audit id',
    },
  ],
  run: async (given, shell) => (await import('../run/explain.ts')).runExplain(given, shell),
}
