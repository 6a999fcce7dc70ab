import type { Command } from '../command.ts'
import {
  formatOption,
  LISTS_OPTION,
  LOG_OPTIONS,
  LOGS_ARGUMENT,
  NO_COLOR_OPTION,
  PEER_OPTIONS,
  RULES_OPTION,
  STRICT_OPTION,
  THREADS_OPTION,
} from './common.ts'

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical']

/** `deckwatch hunt PATH…`. */
export const hunt: Command = {
  kind: 'command',
  name: 'hunt',
  about: 'Find attacks in audit logs, with a reason for each, and list what could not be judged.',
  arguments: [LOGS_ARGUMENT],
  options: [
    formatOption('How to write the result.', [
      'text',
      'ndjson',
      'json',
      'csv',
      'html',
      'sarif',
      'timesketch',
    ]),
    { name: '--output', value: 'FILE', about: 'Write the result to a file.' },
    { name: '--since', value: 'TIME', about: 'Only from this moment on: 2026-11-20 or RFC 3339.' },
    { name: '--until', value: 'TIME', about: 'Only before this moment.' },
    RULES_OPTION,
    LISTS_OPTION,
    { name: '--level', value: 'LEVEL', about: 'Show this level and worse.', choices: LEVELS },
    { name: '--actor', value: 'GLOB', about: 'Show what such an actor did.' },
    { name: '--namespace', value: 'GLOB', about: 'Show what happened in such a namespace.' },
    { name: '--ignore', value: 'FILE', about: 'Set findings aside: rule, reason, expires (YAML).' },
    { name: '--baseline', value: 'FILE', about: 'Show only what an earlier ndjson or json lacks.' },
    {
      name: '--fail-on',
      value: 'LEVEL',
      about: 'Exit with 1 only for findings of this level and worse.',
      choices: LEVELS,
    },
    { name: '--summary', value: 'FILE', about: 'Write the totals to a file as JSON.' },
    { name: '--hash', about: 'Compute the SHA-256 of every input.' },
    ...LOG_OPTIONS,
    ...PEER_OPTIONS,
    STRICT_OPTION,
    THREADS_OPTION,
    NO_COLOR_OPTION,
  ],
  examples: [
    { command: 'deckwatch hunt ./logs', about: 'what happened, and what could not be judged' },
    {
      command: 'deckwatch hunt ./logs --format html --output report.html',
      about: 'one page to hand on',
    },
    { command: 'zcat audit.log.gz | deckwatch hunt -', about: 'from a pipe' },
    {
      command: 'deckwatch hunt ./logs --format ndjson --level high',
      about: 'findings for a machine, high and critical',
    },
    {
      command: "deckwatch hunt a.log b.log --source 'prod/master-1=a*'",
      about: 'name the API server behind a file',
    },
    {
      command: 'deckwatch hunt ./logs --baseline yesterday.ndjson --fail-on medium',
      about: 'what is new, for a scheduled job',
    },
  ],
  run: async (given, shell) => (await import('../run/hunt.ts')).runHunt(given, shell),
}
