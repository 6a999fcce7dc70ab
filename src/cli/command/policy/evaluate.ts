import type { Command } from '../../command.ts'
import { formatOption, LOG_OPTIONS, LOGS_ARGUMENT, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy evaluate`. */
export const evaluatePolicy: Command = {
  kind: 'command',
  name: 'evaluate',
  about:
    'Say of recorded events which rule of a policy decides their request, and what it would log.',
  arguments: [LOGS_ARGUMENT],
  options: [
    {
      name: '--policy',
      value: 'FILE',
      about: 'The audit policy to ask; - is the standard input.',
    },
    formatOption('A summary by rule, or a line of JSON for each event.', ['text', 'ndjson']),
    ...LOG_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch policy evaluate --policy policy.yaml ./logs', about: 'by rule' },
    {
      command: 'deckwatch policy evaluate --policy policy.yaml audit.log --format ndjson',
      about: 'each event, with the rule that decides it and its line',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-evaluate.ts')).runPolicyEvaluate(given, shell),
}
