import type { Command, CommandGroup } from '../command.ts'
import {
  ABOUT_RULE,
  formatOption,
  LISTS_OPTION,
  LOG_OPTIONS,
  NO_COLOR_OPTION,
  PEER_OPTIONS,
  RULES_OPTION,
} from './common.ts'

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
    {
      name: '--watch',
      about: 'Test again whenever a rule, its cases or a list changes, until interrupted.',
    },
    LISTS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch rule test ./mine/rule.yaml', about: 'one rule' },
    { command: 'deckwatch rule test ./mine --watch', about: 'again with every change' },
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

const create: Command = {
  kind: 'command',
  name: 'new',
  about: 'Make a rule with its cases, best from an event that it is to find.',
  arguments: [
    {
      name: 'NAME',
      about: 'What to call it, such as network-policy-removed: the name of its file.',
      required: true,
    },
    {
      name: 'PATH',
      about: 'Logs to look for the event in, when --from is an audit id.',
      required: false,
      repeat: true,
    },
  ],
  options: [
    {
      name: '--from',
      value: 'EVENT',
      about:
        'A file with one event, FILE@OFFSET, - for the standard input, or an audit id (8 characters will do).',
    },
    { name: '--output', value: 'DIR', about: 'The folder to write to.', default: '.' },
    formatOption('How to say what was written.', ['text', 'json']),
    { name: '--tactic', value: 'TACTIC', about: 'A tactic of ATT&CK, such as persistence.' },
    { name: '--detection', value: 'ID', about: 'A short name to count findings by, such as X01.' },
    ...LOG_OPTIONS,
    ...PEER_OPTIONS,
  ],
  examples: [
    { command: 'deckwatch rule new my-rule --from audit.log@81920', about: 'from an event' },
    {
      command: 'deckwatch rule new my-rule ./logs --from 0d1cf3a6-7f1e-4dd5-8b0a-2f4dd5c0a111',
      about: 'by its audit id',
    },
    { command: 'deckwatch rule new my-rule --output ./mine', about: 'from an example' },
  ],
  run: async (given, shell) => (await import('../run/rule-new.ts')).runRuleNew(given, shell),
}

const schema: Command = {
  kind: 'command',
  name: 'schema',
  about: 'Print the JSON Schema of rules and cases, for editors.',
  arguments: [],
  options: [formatOption('How to write it.', ['json'])],
  examples: [
    { command: 'deckwatch rule schema > rule.schema.json', about: 'once, beside your rules' },
  ],
  run: async (given, shell) => (await import('../run/rule-schema.ts')).runRuleSchema(given, shell),
}

const convert: Command = {
  kind: 'command',
  name: 'convert',
  about: 'Convert rules to SQL, or rules of Falco for the audit log to Sigma.',
  arguments: [
    {
      name: 'RULE',
      about: 'With --to: ids, detections, rule files or folders. With --from: files of Falco.',
      required: true,
      repeat: true,
    },
  ],
  options: [
    { name: '--to', value: 'LANGUAGE', about: 'What to write.', choices: ['clickhouse'] },
    { name: '--from', value: 'LANGUAGE', about: 'What is read.', choices: ['falco'] },
    formatOption('How to write it.', ['text', 'json']),
    { name: '--output', value: 'DIR', about: 'Write a file for each rule into this folder.' },
    { name: '--inline', about: 'Literals within the SQL, instead of parameters set before it.' },
    { name: '--table', value: 'NAME', about: 'The table of events in the SQL. Default: events.' },
    RULES_OPTION,
    LISTS_OPTION,
  ],
  examples: [
    { command: 'deckwatch rule convert --to clickhouse C01', about: 'a query for ClickHouse' },
    {
      command: 'deckwatch rule convert --from falco falco_rules.yaml --output mine',
      about: 'Sigma rules, and a list of what could not be said',
    },
  ],
  run: async (given, shell) =>
    (await import('../run/rule-convert.ts')).runRuleConvert(given, shell),
}

/** `deckwatch rule …`. */
export const rule: CommandGroup = {
  kind: 'group',
  name: 'rule',
  about: 'List, show, make, lint, test and convert rules.',
  commands: [list, show, create, lint, test, convert, schema],
}
