import type { Command } from '../../command.ts'
import { formatOption, LOG_OPTIONS, LOGS_ARGUMENT, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy infer`. */
export const infer: Command = {
  kind: 'command',
  name: 'infer',
  about: 'Infer the policy in force from logs, and where API servers seem to have another one.',
  arguments: [LOGS_ARGUMENT],
  options: [
    formatOption('How to write it.', ['text', 'yaml', 'json']),
    { name: '--since', value: 'TIME', about: 'Only requests from this moment on.' },
    { name: '--until', value: 'TIME', about: 'Only requests before this moment.' },
    ...LOG_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch policy infer ./logs', about: 'of one or several API servers' },
    {
      command: 'deckwatch policy infer audit.log --format yaml > seen.yaml',
      about: 'to compare it with the file that should be in force: deckwatch policy diff',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-infer.ts')).runPolicyInfer(given, shell),
}
