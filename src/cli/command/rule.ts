import type { Command, CommandGroup } from '../command.ts'
import { ABOUT_RULE, formatOption, LISTS_OPTION, NO_COLOR_OPTION, RULES_OPTION } from './common.ts'

const list: Command = {
  kind: 'command',
  name: 'list',
  about: 'List the rules: detection, level, techniques, title.',
  arguments: [],
  options: [
    formatOption('How to write the list.', ['text', 'json', 'ndjson']),
    RULES_OPTION,
    LISTS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch rule list', about: 'the rules that come with deckwatch' },
    { command: 'deckwatch rule list --rules ./mine --format ndjson', about: 'yours as well' },
  ],
  run: async (given, shell) => (await import('../run/rule-list.ts')).runRuleList(given, shell),
}

const show: Command = {
  kind: 'command',
  name: 'show',
  about: 'Show a rule whole: what it reads, who decides that, the least level, and its plan.',
  arguments: [
    {
      name: 'RULE',
      about: ABOUT_RULE,
      required: true,
    },
  ],
  options: [
    formatOption('How to write it.', ['text', 'json']),
    RULES_OPTION,
    LISTS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch rule show C01', about: 'by detection' },
    { command: 'deckwatch rule show ./mine/rule.yaml', about: 'by file' },
  ],
  run: async (given, shell) => (await import('../run/rule-show.ts')).runRuleShow(given, shell),
}

const test: Command = {
  kind: 'command',
  name: 'test',
  about: 'Run the cases beside the rules (NAME.cases.yaml) and the mutants made from them.',
  arguments: [
    {
      name: 'PATH',
      about: 'Rule files or folders; without one, the rules that come with deckwatch.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    formatOption('How to write the results.', ['text', 'json']),
    {
      name: '--sql',
      about: 'Judge every case in ClickHouse as well (needs the package chdb): it must agree.',
    },
    LISTS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch rule test ./mine/rule.yaml', about: 'one rule' },
    { command: 'deckwatch rule test ./mine --sql', about: 'in ClickHouse, too' },
    { command: 'deckwatch rule test', about: 'every rule that comes with deckwatch' },
  ],
  run: async (given, shell) => (await import('../run/rule-test.ts')).runRuleTest(given, shell),
}

const lint: Command = {
  kind: 'command',
  name: 'lint',
  about:
    'Look for what is wrong with rules: tests that can never hold, values that anyone may forge, verbs that are missing.',
  arguments: [
    {
      name: 'PATH',
      about: 'Rule files or folders; without one, the rules that come with deckwatch.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    formatOption('How to write the lints.', ['text', 'json', 'sarif']),
    {
      name: '--level',
      value: 'LEVEL',
      about: 'Leave out what matters less.',
      choices: ['note', 'warning', 'error'],
      default: 'note',
    },
    LISTS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch rule lint ./mine', about: 'your rules, beside those of deckwatch' },
    { command: 'deckwatch rule lint ./mine --format sarif', about: 'for a code host' },
  ],
  run: async (given, shell) => (await import('../run/rule-lint.ts')).runRuleLint(given, shell),
}

const schema: Command = {
  kind: 'command',
  name: 'schema',
  about: 'Print the JSON Schema of rules and cases, for editors.',
  arguments: [],
  options: [],
  examples: [
    { command: 'deckwatch rule schema > rule.schema.json', about: 'once, beside your rules' },
  ],
  run: async (given, shell) => (await import('../run/rule-schema.ts')).runRuleSchema(given, shell),
}

/** `deckwatch rule …`. */
export const rule: CommandGroup = {
  kind: 'group',
  name: 'rule',
  about: 'List, show, lint and test rules.',
  commands: [list, show, lint, test, schema],
}
