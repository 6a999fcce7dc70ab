import type { Command } from '../command.ts'
import {
  formatOption,
  LISTS_OPTION,
  LOG_OPTIONS,
  NO_COLOR_OPTION,
  PEER_OPTIONS,
  RULES_OPTION,
  THREADS_OPTION,
} from './common.ts'

/** `deckwatch show ID PATH…`. */
export const show: Command = {
  kind: 'command',
  name: 'show',
  about: 'Show a finding whole: its act with all stages, the fields that decided, and why.',
  arguments: [
    { name: 'ID', about: 'The id of a finding, or enough of its beginning.', required: true },
    {
      name: 'PATH',
      about: 'The logs that it was found in.',
      required: true,
      repeat: true,
    },
  ],
  options: [
    {
      name: '--around',
      value: 'SPAN',
      about: 'Also what the same actor did so long before and after: 90s, 10m, 2h, 1d.',
    },
    formatOption('How to write it.', ['text', 'json']),
    RULES_OPTION,
    LISTS_OPTION,
    ...LOG_OPTIONS,
    ...PEER_OPTIONS,
    THREADS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch show 3f9a21c0 ./logs', about: 'the whole of a finding' },
    {
      command: 'deckwatch show 3f9a21c0 ./logs --around 10m',
      about: 'and what else its actor did',
    },
  ],
  run: async (given, shell) => (await import('../run/show.ts')).runShow(given, shell),
}
