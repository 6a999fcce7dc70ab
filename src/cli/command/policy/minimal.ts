import type { Command } from '../../command.ts'
import {
  formatOption,
  LISTS_OPTION,
  LOG_OPTIONS,
  NO_COLOR_OPTION,
  RULES_OPTION,
} from '../common.ts'

/** `deckwatch policy minimal`. */
export const minimal: Command = {
  kind: 'command',
  name: 'minimal',
  about: 'Write the smallest policy that lets detections see, proven by their own cases.',
  arguments: [],
  options: [
    formatOption('How to write it.', ['yaml', 'json']),
    {
      name: '--rule',
      value: 'RULE',
      about: 'For this rule: its id, its name, or a detection such as B01. Default: for all.',
      repeat: true,
    },
    {
      name: '--events',
      value: 'PATH',
      about: 'Logs to say what the policy would have cost on.',
      repeat: true,
    },
    RULES_OPTION,
    LISTS_OPTION,
    ...LOG_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch policy minimal > policy.yaml', about: 'for all detections' },
    {
      command: 'deckwatch policy minimal --rule B01 --rule D20 --events ./logs',
      about: 'for two of them, and what it costs',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-minimal.ts')).runPolicyMinimal(given, shell),
}
