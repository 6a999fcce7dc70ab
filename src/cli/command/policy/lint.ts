import type { Command } from '../../command.ts'
import { formatOption, NO_COLOR_OPTION } from '../common.ts'

/** `deckwatch policy lint`. */
export const lintPolicyFile: Command = {
  kind: 'command',
  name: 'lint',
  about:
    'Look for what is wrong with an audit policy that an API server takes: names that match nothing, rules that are never reached, what is hidden and what should be.',
  arguments: [
    {
      name: 'POLICY',
      about:
        'An audit policy; - is the standard input. Several are those of the API servers of one cluster, which should say the same.',
      required: true,
      repeat: true,
    },
  ],
  options: [
    formatOption('How to write the lints.', ['text', 'json', 'sarif']),
    {
      name: '--level',
      value: 'LEVEL',
      about: 'Leave out what matters less.',
      choices: ['note', 'warning', 'error'],
      default: 'note',
    },
    {
      name: '--check',
      value: 'STANDARD',
      about: 'Check the requirements of a standard on the audit policy as well.',
      choices: ['cis', 'stig', 'nsa', 'pci'],
      repeat: true,
    },
    {
      name: '--kubernetes-version',
      value: 'VERSION',
      about: 'The release that the API servers run, such as 1.33: what it does not have is told.',
    },
    {
      name: '--mend',
      value: 'LINT',
      about:
        'Write the policy mended of this lint, such as dead-rule, instead of the lints. Look at what it changes before you use it.',
      repeat: true,
    },
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch policy lint policy.yaml', about: 'what is wrong, and how it is mended' },
    { command: 'deckwatch policy lint policy.yaml --check cis', about: 'against a benchmark, too' },
    {
      command:
        'deckwatch policy lint policy.yaml --mend dropped-field --mend dead-rule > mended.yaml',
      about: 'the policy with these mends made',
    },
    {
      command: 'deckwatch policy lint a/policy.yaml b/policy.yaml c/policy.yaml --format sarif',
      about: 'of three API servers, for a code host',
    },
  ],
  run: async (given, shell) =>
    (await import('../../run/policy-lint.ts')).runPolicyLint(given, shell),
}
