import { completion } from './command/completion.ts'
import type { Command, CommandGroup } from './command.ts'

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [completion]
