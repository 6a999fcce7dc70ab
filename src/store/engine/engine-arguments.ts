import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LIMIT } from '../../base/limit.ts'
import type { EngineOptions } from './engine-options.ts'

/**
 * Writes how ClickHouse is set up within a small process, and gives what it is started with, in the
 * words of `clickhouse local`.
 */
export const engineArguments = ({ folder, memoryBytes }: EngineOptions): readonly string[] => {
  const file = join(folder, 'config.xml')
  writeFileSync(file, `<clickhouse>\n${elements(CONFIGURATION)}</clickhouse>\n`, { mode: 0o600 })
  return [
    `--config-file=${file}`,
    `--max_server_memory_usage=${memoryBytes}`,
    `--max_query_size=${LIMIT.engineStatementBytesMax}`,
  ]
}

interface Settings {
  readonly [name: string]: number | Settings
}

// What docs/decisions/004-embedded-engine.md measured. Caches and pools fit one machine's audit log
// instead of a server of its own.
const CONFIGURATION: Settings = {
  mark_cache_size: 33_554_432,
  index_mark_cache_size: 8_388_608,
  primary_index_cache_size: 33_554_432,
  uncompressed_cache_size: 0,
  index_uncompressed_cache_size: 0,
  compiled_expression_cache_size: 8_388_608,
  query_condition_cache_size: 8_388_608,
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 1,
  max_table_size_to_drop: 0,
  max_partition_size_to_drop: 0,
  merge_tree: {
    // The write-ahead log lets go of a batch once it is inserted: then it must be on the disk.
    fsync_after_insert: 1,
    fsync_part_directory: 1,
    // A table of hundreds of columns needs files and buffers for each, unless its part is small and
    // compact. So a batch makes a compact part, and merging takes one column after the other: that
    // takes a third of the time, and fits into memory at all.
    min_bytes_for_wide_part: 67_108_864,
    vertical_merge_algorithm_min_rows_to_activate: 1,
    // Merging a row costs more than twice what inserting it does, whatever its part is merged with:
    // fewer and larger merges. Queries read some tens of small parts instead of some.
    min_parts_to_merge_at_once: 20,
    // Meant for pools of 16 and more; with 2 threads they would keep every merge small.
    number_of_free_entries_in_pool_to_lower_max_size_of_merge: 1,
    number_of_free_entries_in_pool_to_execute_mutation: 1,
    number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 1,
  },
}

const elements = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) =>
      typeof value === 'number'
        ? `<${name}>${value}</${name}>\n`
        : `<${name}>\n${elements(value)}</${name}>\n`,
    )
    .join('')
