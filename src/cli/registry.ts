import { completion } from './command/completion.ts'
import { hunt } from './command/hunt.ts'
import { rule } from './command/rule.ts'
import type { Command, CommandGroup } from './command.ts'

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [hunt, rule, completion]
