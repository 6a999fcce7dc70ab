import type { Command } from '../../command.ts'
import {
  formatOption,
  LISTS_OPTION,
  LOG_OPTIONS,
  NO_COLOR_OPTION,
  RULES_OPTION,
} from '../common.ts'

/** `deckwatch policy diff`. */
export const diff: Command = {
  kind: 'command',
  name: 'diff',
  about:
    'Say which requests a new policy logs otherwise than an old one, what that costs, and which detections see more or less.',
  arguments: [
    { name: 'OLD', about: 'The audit policy before; - is the standard input.', required: true },
    { name: 'NEW', about: 'The audit policy after; - is the standard input.', required: true },
    {
      name: 'PATH',
      about: 'Logs to try both on: best a log of everything.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    formatOption('How to write it.', ['text', 'json']),
    RULES_OPTION,
    LISTS_OPTION,
    ...LOG_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch policy diff old.yaml new.yaml',
      about: 'before an API server restarts: 1 when anything is logged otherwise, else 0',
    },
    {
      command: 'deckwatch policy diff old.yaml new.yaml ./logs',
      about: 'with what changes in bytes, on recorded events',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-diff.ts')).runPolicyDiff(given, shell),
}
