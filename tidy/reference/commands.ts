import type { Command, OptionDeclaration } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/registry.ts'
import { code, type Page, page, table } from './page.ts'

const EXIT_CODES = `\
Exit codes: 0 nothing found, 1 findings, 2 bad input or rule, 3 option or environment, 130
interrupted. \`show\` exits with 1 when it shows a finding, \`explain\` when the rule matches,
\`rule test\` when a case fails.`

/** Every command and its options. */
export const commandsPage = (): Page =>
  page(
    'commands.md',
    'Commands',
    EXIT_CODES,
    ...commands.flatMap((row) =>
      row.kind === 'command'
        ? [section(row, row.name)]
        : row.commands.map((command) => section(command, `${row.name} ${command.name}`)),
    ),
  )

function section(command: Command, name: string): string {
  const names = command.arguments.map((argument) => {
    const text = `${argument.name}${argument.repeat === true ? '…' : ''}`
    return argument.required ? text : `[${text}]`
  })
  const rows = [
    ...command.arguments.map((argument) => [code(argument.name), argument.about]),
    ...command.options.map(optionRow),
  ]
  return [
    `## ${['deckwatch', name, ...names].join(' ')}`,
    command.about,
    ...(rows.length === 0 ? [] : [table(['Argument or option', 'What it does'], rows)]),
    [
      '```',
      ...command.examples.map((example) => `${example.command}  # ${example.about}`),
      '```',
    ].join('\n'),
  ].join('\n\n')
}

function optionRow(option: OptionDeclaration): readonly string[] {
  const value = option.value === undefined ? '' : ` ${option.value}`
  const more = [
    option.choices === undefined ? '' : `One of ${option.choices.map(code).join(' ')}.`,
    option.default === undefined ? '' : `Default: ${code(option.default)}.`,
    option.repeat === true ? 'May be repeated.' : '',
  ]
  return [code(`${option.name}${value}`), [option.about, ...more].filter((t) => t !== '').join(' ')]
}
