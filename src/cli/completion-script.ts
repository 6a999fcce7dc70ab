import type { Command, CommandGroup, OptionDeclaration } from './command.ts'

/** The shells that completion knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** A script for the shell that completes commands, options and their choices, else file names. */
export const completionScript = (
  shell: string,
  commands: readonly (Command | CommandGroup)[],
): string | undefined => {
  const words = wordsOf(commands)
  switch (shell) {
    case 'bash':
      return bash(words)
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`
    case 'fish':
      return fish(words)
    default:
      return undefined
  }
}

/** What can follow a command line that begins with `path`. */
interface Words {
  /** The words of the command, such as `rule list`; empty at the start. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly about: string }[]
  readonly options: readonly OptionDeclaration[]
}

function wordsOf(commands: readonly (Command | CommandGroup)[]): readonly Words[] {
  const top: Words = { path: '', commands, options: [] }
  const below = commands.flatMap((row): readonly Words[] =>
    row.kind === 'command'
      ? [{ path: row.name, commands: [], options: row.options }]
      : [
          { path: row.name, commands: row.commands, options: [] },
          ...row.commands.map((command) => ({
            path: `${row.name} ${command.name}`,
            commands: [],
            options: command.options,
          })),
        ],
  )
  return [top, ...below]
}

function bash(words: readonly Words[]): string {
  const cases = words.map((word) => {
    const names = word.commands.map((command) => command.name).join(' ')
    const options = [...word.options.map((option) => option.name), '--help'].join(' ')
    return `    '${word.path}') offered='${names}' options='${options}' ;;`
  })
  const choices = words.flatMap((word) =>
    word.options
      .filter((option) => option.choices !== undefined)
      .map(
        (option) => `    '${word.path} ${option.name}') offered='${option.choices?.join(' ')}' ;;`,
      ),
  )
  const groups = words.filter((word) => word.path !== '' && word.commands.length > 0)
  return `# deckwatch completion
_deckwatch() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' offered='' options=''
  if (( COMP_CWORD > 1 )); then path="\${COMP_WORDS[1]}"; fi
  case "$path" in
    ${groups.map((group) => group.path).join('|')})
      if (( COMP_CWORD > 2 )); then path="$path \${COMP_WORDS[2]}"; fi ;;
  esac
  case "$path $previous" in
${choices.join('\n')}
    *) case "$path" in
${cases.map((line) => `  ${line}`).join('\n')}
    esac ;;
  esac
  if [[ "$current" == -* ]]; then offered="$options"; fi
  COMPREPLY=( $(compgen -W "$offered" -- "$current") )
  if [[ -z "$offered" ]]; then COMPREPLY=( $(compgen -f -- "$current") ); fi
}
complete -o filenames -o bashdefault -F _deckwatch deckwatch
`
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap((word) => {
    const where = condition(word.path)
    return [
      ...word.commands.map(
        (row) => `complete -c deckwatch ${where} -f -a ${row.name} -d ${quoted(row.about)}`,
      ),
      ...word.options.map((option) => fishOption(where, option)),
    ]
  })
  return `# deckwatch completion\n${lines.join('\n')}\n`
}

function condition(path: string): string {
  if (path === '') return '-n __fish_use_subcommand'
  const [first = '', second] = path.split(' ')
  const seen = `__fish_seen_subcommand_from ${first}`
  if (second === undefined) return `-n '${seen}'`
  return `-n '${seen}; and __fish_seen_subcommand_from ${second}'`
}

function fishOption(where: string, option: OptionDeclaration): string {
  const value = option.value === undefined ? '' : ' -r'
  const choices = option.choices === undefined ? '' : ` -f -a ${quoted(option.choices.join(' '))}`
  const name = option.name.slice(2)
  return `complete -c deckwatch ${where} -l ${name}${value}${choices} -d ${quoted(option.about)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
