import type { Command } from '../command.ts'
import { formatOption, NO_COLOR_OPTION } from './common.ts'
import { DATA_OPTION, STORE_OPTIONS } from './serve-options.ts'

/** `deckwatch sources`. */
export const sources: Command = {
  kind: 'command',
  name: 'sources',
  about: 'Show each audit log that comes in: how fresh and whole it is, and what may be lost.',
  arguments: [],
  options: [
    {
      name: '--status',
      value: 'URL',
      about:
        'Where deckwatch serve tells its status. Default: http://127.0.0.1:9464, without --data.',
    },
    { ...DATA_OPTION, about: 'A data directory: show what is stored there instead.' },
    ...STORE_OPTIONS.slice(0, 2),
    formatOption('How to write it.', ['text', 'json']),
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch sources', about: 'of the instance on this machine' },
    {
      command: 'deckwatch sources --status http://10.0.0.5:9464 --format json',
      about: 'of another one, for machines; exits with 1 when something is not as it should be',
    },
    {
      command: 'deckwatch sources --data /var/lib/deckwatch',
      about: 'what is stored, also while nothing runs',
    },
  ],
  run: async (given, shell) => (await import('../run/sources.ts')).runSources(given, shell),
}
