import type { Command } from '../../command.ts'
import { formatOption, LISTS_OPTION, NO_COLOR_OPTION, RULES_OPTION } from '../common.ts'

/** `deckwatch policy coverage`. */
export const coverage: Command = {
  kind: 'command',
  name: 'coverage',
  about: 'Say which detections a policy lets see, which it hides things from, and by which rule.',
  arguments: [
    { name: 'POLICY', about: 'An audit policy; - is the standard input.', required: true },
  ],
  options: [
    formatOption('How to write it.', ['text', 'json']),
    {
      name: '--rule',
      value: 'RULE',
      about: 'Look at this rule only: its id, its name, or a detection such as B01.',
      repeat: true,
    },
    RULES_OPTION,
    LISTS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch policy coverage policy.yaml', about: 'for all detections' },
    {
      command: 'deckwatch policy coverage policy.yaml --rules ./mine --format json',
      about: 'yours as well, with every request that is hidden',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-coverage.ts')).runPolicyCoverage(given, shell),
}
