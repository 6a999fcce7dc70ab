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
