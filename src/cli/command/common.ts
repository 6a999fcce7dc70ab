import type { OptionDeclaration } from '../command.ts'

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

/** Plain text, for those who cannot or will not see colour. */
/** Forbids colour; `NO_COLOR` does the same for all. */
export const NO_COLOR_OPTION: OptionDeclaration = {
  name: '--no-color',
  about: 'Write no colour, even to a terminal.',
}
