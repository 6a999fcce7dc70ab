import type { CommandGroup } from '../command.ts'

/** `deckwatch policy …`: the desk of an audit policy's owner. */
export const policy: CommandGroup = {
  kind: 'group',
  name: 'policy',
  about: 'Write an audit policy, see what it logs, what it costs and what it hides.',
  commands: [],
}
