import type { Command } from '../../command.ts'
import { formatOption, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy show`. */
export const showPolicy: Command = {
  kind: 'command',
  name: 'show',
  about:
    'Say whether an API server starts with an audit policy, what it drops, and what is in force.',
  arguments: [
    {
      name: 'FILE',
      about: 'An audit policy, YAML or JSON; - is the standard input.',
      required: true,
    },
  ],
  options: [
    formatOption('How to write it; json has what is in force as the API server would write it.', [
      'text',
      'json',
    ]),
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch policy show policy.yaml',
      about: 'before an API server restarts with it',
    },
    { command: 'deckwatch policy show policy.yaml --format json', about: 'for a script' },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-show.ts')).runPolicyShow(given, shell),
}
