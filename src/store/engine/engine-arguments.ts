import type { EngineOptions } from './engine-options.ts'

/** How ClickHouse is set up within a small process, in the words of `clickhouse local`. */
export const engineArguments = ({ memoryBytes }: EngineOptions): readonly string[] => [
  `--max_server_memory_usage=${memoryBytes}`,
]
