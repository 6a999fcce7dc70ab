import { Argument, Command as Commander, CommanderError, Option } from 'commander'
import { escapeTerminal } from '../base/escape-text.ts'
import { Fault } from '../base/fault.ts'
import type {
  ArgumentDeclaration,
  Command,
  CommandGroup,
  Given,
  OptionDeclaration,
} from './command.ts'
import { commands } from './registry.ts'
import { CommandError, columnsOf, EXIT, type Shell } from './shell.ts'
import { version } from './version.ts'

/**
 * Runs `deckwatch` with these arguments and gives its exit code. What is wrong is written to the
 * errors of the shell: what, where, and what to do. A bug is thrown.
 */
export const runProgram = async (args: readonly string[], shell: Shell): Promise<number> => {
  const screen = new Screen(columnsOf(shell.output, shell))
  let exit: number = EXIT.nothing
  const program = buildProgram(shell, screen, (code) => {
    exit = code
  })
  try {
    await program.parseAsync(asHelpOption(args), { from: 'user' })
  } catch (error) {
    if (error instanceof CommandError) {
      await shell.errors.write(`${screen.errors}${describe(error)}`)
      return error.exit
    }
    if (error instanceof Fault) {
      await shell.errors.write(`${screen.errors}error: ${escapeTerminal(faultText(error))}\n`)
      return EXIT.environment
    }
    if (!(error instanceof CommanderError)) throw error
    exit = error.exitCode === 0 ? EXIT.nothing : EXIT.environment
  }
  if (screen.output !== '') await shell.output.write(screen.output)
  if (screen.errors !== '') await shell.errors.write(screen.errors)
  return exit
}

/**
 * `help source check` is `source check --help`: commander's own helps with the first word alone.
 */
function asHelpOption(args: readonly string[]): string[] {
  const [help, ...words] = args
  return help === 'help' && words.length > 1 ? [...words, '--help'] : [...args]
}

/** What commander prints, kept until it can be awaited. */
class Screen {
  readonly columns: number
  output = ''
  errors = ''

  constructor(columns: number) {
    this.columns = columns
  }
}

type SetExit = (code: number) => void

function buildProgram(shell: Shell, screen: Screen, setExit: SetExit): Commander {
  const program = new Commander('deckwatch')
  program
    .description('Security monitoring and forensics for Kubernetes, from the audit log up.')
    .usage('COMMAND [options]')
    .version(version(), '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print this help.')
    .helpCommand('help [COMMAND]', 'Print the help of a command.')
    .addHelpText('after', OVERVIEW)
  prepare(program, screen)
  for (const row of commands) {
    program.addCommand(
      row.kind === 'command'
        ? toCommander(row, shell, screen, setExit)
        : group(row, shell, screen, setExit),
    )
  }
  return program
}

const OVERVIEW = `
Examples:
  deckwatch hunt ./audit-logs                     what happened, and what could not be judged
  deckwatch hunt ./audit-logs --format html --output report.html
  deckwatch show 3f9a ./audit-logs --around 10m   one finding whole, and what its actor did besides
  deckwatch serve --data ./data --webhook 127.0.0.1:8443   the same live, for as long as it runs

Exit codes:
  0 nothing found   1 findings   2 bad input or rule   3 option or environment   130 interrupted
`

function group(row: CommandGroup, shell: Shell, screen: Screen, setExit: SetExit): Commander {
  const made = new Commander(row.name).description(row.about).helpCommand(false)
  prepare(made, screen)
  for (const command of row.commands) made.addCommand(toCommander(command, shell, screen, setExit))
  return made
}

function toCommander(command: Command, shell: Shell, screen: Screen, setExit: SetExit): Commander {
  const made = new Commander(command.name).description(command.about)
  prepare(made, screen)
  for (const argument of command.arguments) made.addArgument(toArgument(argument))
  for (const option of command.options) made.addOption(toOption(option))
  made.addHelpText('after', examplesOf(command))
  made.action(async () => {
    setExit(await command.run(givenBy(made, command), shell))
  })
  return made
}

function prepare(made: Commander, screen: Screen): void {
  made
    .configureHelp({ helpWidth: screen.columns })
    .helpOption('-h, --help', 'Print this help.')
    .showHelpAfterError('(deckwatch --help, or deckwatch COMMAND --help, shows what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        screen.output += text
      },
      writeErr: (text) => {
        screen.errors += text.split('\n').map(escapeTerminal).join('\n')
      },
    })
}

function toArgument(declaration: ArgumentDeclaration): Argument {
  const name = `${declaration.name}${declaration.repeat ? '...' : ''}`
  return new Argument(declaration.required ? `<${name}>` : `[${name}]`, declaration.about)
}

function toOption(declaration: OptionDeclaration): Option {
  const value = declaration.value === undefined ? '' : ` <${declaration.value}>`
  const about = `${declaration.about}${declaration.repeat ? ' May be repeated.' : ''}`
  const option = new Option(`${declaration.name}${value}`, about)
  if (declaration.choices !== undefined) option.choices([...declaration.choices])
  if (declaration.default !== undefined) option.default(declaration.default)
  if (declaration.repeat) {
    option.argParser((text: string, earlier: readonly string[] | undefined) => [
      ...(earlier ?? []),
      text,
    ])
  }
  return option
}

function examplesOf(command: Command): string {
  const width = Math.max(...command.examples.map((example) => example.command.length))
  const lines = command.examples.map((e) => `  ${e.command.padEnd(width)}   ${e.about}`)
  return `\nExamples:\n${lines.join('\n')}\n`
}

/** Commander keeps `--no-color` as `color: false`; every other option under its camel-case name. */
function givenBy(made: Commander, command: Command): Given {
  const values: Record<string, unknown> = made.opts()
  const read = (name: string): unknown => {
    const declared = command.options.find((option) => option.name === `--${name}`)
    if (declared === undefined) throw new Error(`bug: ${command.name} has no option ${name}`)
    if (name.startsWith('no-')) return values[camel(name.slice(3))] === false
    return values[camel(name)]
  }
  return {
    arguments: made.args,
    text: (name) => {
      const value = read(name)
      return typeof value === 'string' ? value : undefined
    },
    texts: (name) => {
      const value = read(name)
      return Array.isArray(value) ? value.map(String) : []
    },
    on: (name) => read(name) === true,
  }
}

const camel = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Its code tells people where to look, and its message what to do. */
const faultText = ({ message, code }: Fault): string => `${message} (${code})`

function describe(error: CommandError): string {
  return `error: ${escapeTerminal(error.message)}\n  ${escapeTerminal(error.remedy)}\n`
}
