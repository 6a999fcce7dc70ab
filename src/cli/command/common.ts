import type { ArgumentDeclaration, OptionDeclaration } from '../command.ts'

/** The logs that a command reads. */
export const LOGS_ARGUMENT: ArgumentDeclaration = {
  name: 'PATH',
  about: 'Log files, folders, globs or archives of any shape; - is the standard input.',
  required: true,
  repeat: true,
}

/** How a rule is named wherever one is asked for. */
export const ABOUT_RULE = 'The id of a rule, a detection such as B01, or a file.'

/** `--format`; the first choice is what is written without it. */
export const formatOption = (
  about: string,
  choices: readonly [string, ...string[]],
): OptionDeclaration => ({
  name: '--format',
  value: 'FORMAT',
  about,
  choices,
  default: choices[0],
})

/** Options that mean the same in every command that reads logs. */
export const LOG_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: '--source',
    value: 'cluster/server=GLOB',
    about:
      'Name the API server whose log the files are that GLOB matches; else the folder names it.',
    repeat: true,
  },
]

/** Options that say what the addresses in the log are. */
export const PEER_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: '--proxy',
    value: 'CIDR',
    about: 'A proxy before the API server, whose word on the client address is taken.',
    repeat: true,
  },
  {
    name: '--cluster-range',
    value: 'CIDR',
    about: 'Addresses of the cluster itself: pods, services, nodes.',
    repeat: true,
  },
]

/** Rules to use besides those that come with deckwatch. */
export const RULES_OPTION: OptionDeclaration = {
  name: '--rules',
  value: 'PATH',
  about: 'A rule file or folder to use as well as the rules that come with deckwatch.',
  repeat: true,
}

/** What the placeholders of rules stand for. */
export const LISTS_OPTION: OptionDeclaration = {
  name: '--lists',
  value: 'PATH',
  about: 'A file or folder of lists, for the placeholders (%name%) of rules.',
  repeat: true,
}

/** Makes faults of the input count. */
export const STRICT_OPTION: OptionDeclaration = {
  name: '--strict',
  about: 'Look deeper for faults in the input, and exit with 2 for any.',
}

/** How many workers read the logs. */
export const THREADS_OPTION: OptionDeclaration = {
  name: '--threads',
  value: 'N',
  about: 'Worker threads; 0 uses none. Default: one per core.',
}

/** Forbids colour; `NO_COLOR` does the same for all. */
export const NO_COLOR_OPTION: OptionDeclaration = {
  name: '--no-color',
  about: 'Write no colour, even to a terminal.',
}
