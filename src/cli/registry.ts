import { completion } from './command/completion.ts'
import { decode } from './command/decode.ts'
import { evidence } from './command/evidence.ts'
import { explain } from './command/explain.ts'
import { hunt } from './command/hunt.ts'
import { policy } from './command/policy.ts'
import { replay } from './command/replay.ts'
import { rule } from './command/rule.ts'
import { serve } from './command/serve.ts'
import { show } from './command/show.ts'
import { source } from './command/source.ts'
import { sources } from './command/sources.ts'
import { store } from './command/store.ts'
import type { Command, CommandGroup } from './command.ts'

/** Every command, in the order of the help. */
export const commands: readonly (Command | CommandGroup)[] = [
  serve,
  replay,
  hunt,
  show,
  explain,
  decode,
  rule,
  policy,
  source,
  store,
  evidence,
  sources,
  completion,
]
