import type { Command } from '../../command.ts'
import { formatOption, LOG_OPTIONS, LOGS_ARGUMENT, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy simulate`. */
export const simulate: Command = {
  kind: 'command',
  name: 'simulate',
  about:
    'Replay recorded events through a policy: what it logs of them, what that costs, what is lost.',
  arguments: [LOGS_ARGUMENT],
  options: [
    {
      name: '--policy',
      value: 'FILE',
      about: 'The audit policy to try; - is the standard input.',
    },
    formatOption('How to write it.', ['text', 'json']),
    ...LOG_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch policy simulate --policy new.yaml ./logs',
      about: 'best on a log of everything: level RequestResponse, no stage omitted',
    },
    {
      command: 'deckwatch policy simulate --policy new.yaml audit.log --format json',
      about: 'every user, kind of object and day, for machines',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-simulate.ts')).runPolicySimulate(given, shell),
}
