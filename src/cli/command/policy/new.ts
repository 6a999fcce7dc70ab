import { NOISE } from '../../../advise/policy/author/noise.ts'
import { PRESETS } from '../../../advise/policy/author/preset.ts'
import type { Command } from '../../command.ts'
import { formatOption } from '../common.ts'

/** `deckwatch policy new`. */
export const newPolicy: Command = {
  kind: 'command',
  name: 'new',
  about: 'Write an audit policy from what you want of it, with the reason for each rule.',
  arguments: [
    {
      name: 'PRESET',
      about: `What to begin with: ${PRESETS.map(({ name }) => name).join(', ')}. Without it, what each is for.`,
      required: false,
    },
  ],
  options: [
    {
      name: '--keep',
      value: 'NOISE',
      about: 'Log this too, which the preset drops as noise.',
      choices: NOISE,
      repeat: true,
    },
    {
      name: '--tenant',
      value: 'NAMESPACE',
      about: 'Log every change in this namespace with its request and its answer.',
      repeat: true,
    },
    {
      name: '--received',
      value: 'WHICH',
      about:
        'When to log the stage RequestReceived as well: it is the trace of a change whose answer is lost. Default: as the preset.',
      choices: ['all', 'changes', 'none'],
    },
    {
      name: '--managed-fields',
      value: 'WHAT',
      about: 'Whether bodies keep metadata.managedFields. Default: as the preset.',
      choices: ['keep', 'omit'],
    },
    formatOption('How to write it.', ['yaml', 'json']),
  ],
  examples: [
    { command: 'deckwatch policy new', about: 'what the presets are for' },
    { command: 'deckwatch policy new balanced > policy.yaml', about: 'the one to begin with' },
    {
      command: 'deckwatch policy new balanced --tenant pay --keep events',
      about: 'more of what matters to you',
    },
  ],
  run: async (given, shell) => (await import('../../run/policy-new.ts')).runPolicyNew(given, shell),
}
