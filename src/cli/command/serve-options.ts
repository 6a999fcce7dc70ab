import type { OptionDeclaration } from '../command.ts'

/** Where everything is kept. */
export const DATA_OPTION: OptionDeclaration = {
  name: '--data',
  value: 'DIR',
  about: 'The data directory: write-ahead log, keys, and the embedded store.',
}

/** Which ClickHouse keeps the events. */
export const STORE_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: '--store',
    value: 'URL',
    about: 'A ClickHouse instead of the embedded one: https://user@host:8443/database.',
  },
  {
    name: '--store-password-file',
    value: 'FILE',
    about: 'Holds the password of --store; else CLICKHOUSE_PASSWORD does.',
  },
  {
    name: '--store-cluster',
    value: 'NAME',
    about: 'Make replicated and distributed tables on this cluster of ClickHouse.',
  },
]

/** A configuration file. */
export const CONFIG_OPTION: OptionDeclaration = {
  name: '--config',
  value: 'FILE',
  about: 'A deckwatch.yaml: TLS, API servers and how they prove who they are, retention.',
}

/** What becomes of the evidence. */
export const EVIDENCE_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: '--anchor',
    value: 'FILE|URL',
    about: 'Write the heads of the chains of evidence here, or send them: outside of the data.',
  },
  {
    name: '--seal-key',
    value: 'FILE',
    about: 'Keep the originals of masked events too, sealed for this public key.',
  },
]

/** How findings are written as they come. */
export const FINDINGS_FORMAT: OptionDeclaration = {
  name: '--format',
  value: 'FORMAT',
  about: 'How to write findings. Default: text for a terminal, else ndjson.',
  choices: ['text', 'ndjson'],
}
