import type { Command, CommandGroup } from '../command.ts'
import { formatOption } from './common.ts'
import { DATA_OPTION, STORE_OPTIONS } from './serve-options.ts'

const WHERE = [
  DATA_OPTION,
  ...STORE_OPTIONS,
  formatOption('How to write the answer.', ['text', 'json']),
]

const status: Command = {
  kind: 'command',
  name: 'status',
  about: 'What is stored: events and bytes by cluster and week, gaps, and what holds are in force.',
  arguments: [],
  options: WHERE,
  examples: [
    { command: 'deckwatch store status --data /var/lib/deckwatch', about: 'running or stopped' },
  ],
  run: async (given, shell) => (await import('../run/store.ts')).runStoreStatus(given, shell),
}

const hold: Command = {
  kind: 'command',
  name: 'hold',
  about: 'Put a legal hold in force: retention leaves alone what arrived within it.',
  arguments: [{ name: 'ID', about: 'A name for it, such as a case number.', required: true }],
  options: [
    ...WHERE,
    { name: '--cluster', value: 'NAME', about: 'Only this cluster. Default: all.' },
    { name: '--since', value: 'TIME', about: 'What arrived from this moment on. Default: all.' },
    { name: '--until', value: 'TIME', about: 'What arrived before this moment. Default: all.' },
    { name: '--reason', value: 'TEXT', about: 'Why. It is kept with the hold.' },
  ],
  examples: [
    {
      command:
        "deckwatch store hold case-17 --cluster prod --since 2026-11-01 --reason 'inquiry' --data /var/lib/deckwatch",
      about: 'keeps what arrived of prod since then, until it is released',
    },
  ],
  run: async (given, shell) => (await import('../run/store.ts')).runStoreHold(given, shell),
}

const release: Command = {
  kind: 'command',
  name: 'release',
  about: 'End a legal hold. That it was in force stays recorded.',
  arguments: [{ name: 'ID', about: 'The name it was given.', required: true }],
  options: WHERE,
  examples: [
    { command: 'deckwatch store release case-17 --data /var/lib/deckwatch', about: 'ends it' },
  ],
  run: async (given, shell) => (await import('../run/store.ts')).runStoreRelease(given, shell),
}

/** `deckwatch store …`. */
export const store: CommandGroup = {
  kind: 'group',
  name: 'store',
  about: 'Look at what is stored, and keep retention from it.',
  commands: [status, hold, release],
}
