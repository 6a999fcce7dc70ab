import type { Command } from '../command.ts'
import {
  LISTS_OPTION,
  LOG_OPTIONS,
  LOGS_ARGUMENT,
  NO_COLOR_OPTION,
  PEER_OPTIONS,
  RULES_OPTION,
} from './common.ts'
import {
  CONFIG_OPTION,
  DATA_OPTION,
  EVIDENCE_OPTIONS,
  FINDINGS_FORMAT,
  STORE_OPTIONS,
} from './serve-options.ts'

/** `deckwatch replay PATH…`. */
export const replay: Command = {
  kind: 'command',
  name: 'replay',
  about: 'Put older logs into the store, or send recorded ones to a receiver as if they were live.',
  arguments: [LOGS_ARGUMENT],
  options: [
    CONFIG_OPTION,
    DATA_OPTION,
    ...STORE_OPTIONS,
    ...EVIDENCE_OPTIONS,
    FINDINGS_FORMAT,
    {
      name: '--to',
      value: 'URL',
      about:
        'Send the events to this receiver, as their API servers would. Nothing is stored here.',
    },
    {
      name: '--speed',
      value: 'N',
      about: 'With --to: so many times faster than recorded; 0 is as fast as they are taken.',
      default: '1',
    },
    {
      name: '--as-now',
      about: 'With --to: move all times, so that the last event happens when it is sent.',
    },
    ...LOG_OPTIONS,
    RULES_OPTION,
    LISTS_OPTION,
    ...PEER_OPTIONS,
    NO_COLOR_OPTION,
  ],
  examples: [
    {
      command: 'deckwatch replay /backup/audit --data /var/lib/deckwatch',
      about: 'years of history into the store; a part that is there already is passed over',
    },
    {
      command: 'deckwatch replay demo/shop-cluster --to http://127.0.0.1:8443 --speed 20',
      about: 'a recording as live traffic',
    },
  ],
  run: async (given, shell) => (await import('../run/replay.ts')).runReplay(given, shell),
}
