import type { Table, TableColumn } from './table.ts'

/** Every table of the store. What events have in their columns is the business of others. */
export const storeTables = (eventColumns: readonly TableColumn[]): readonly Table[] => [
  eventsTable(eventColumns),
  ...OTHER_TABLES,
]

const TIME = "DateTime64(6, 'UTC')"

const CLUSTER_SHARD = 'cityHash64(cluster)'

/** Small tables about the store itself lie on its first shard. */
const ONE_SHARD = '0'

const PLAIN = { default_compression_codec: "'ZSTD(3)'" }

const eventsTable = (columns: readonly TableColumn[]): Table => ({
  name: 'events',
  about: 'Every event of every log source, one row each; no row is ever changed.',
  columns,
  indices: [
    'by_audit_id audit_id TYPE bloom_filter(0.01) GRANULARITY 4',
    'by_actor actor_name TYPE set(64) GRANULARITY 4',
    'by_batch batch TYPE minmax GRANULARITY 4',
  ],
  // By arrival, which is our own clock: an event may claim any time at all, and a log full of
  // invented years must not make a partition of each.
  partitionBy: '(cluster, toMonday(arrived_at))',
  // What is alike stands together: that makes the table small, and hunts by resource and verb
  // fast. The place keeps the order of rows the same wherever they are merged.
  orderBy:
    '(cluster, toStartOfHour(received_at), object_resource, verb, object_namespace, ' +
    'received_at, place_key, place_offset, place_index)',
  primaryKey: '(cluster, toStartOfHour(received_at), object_resource, verb, object_namespace)',
  ttl: ['toDateTime(arrived_at) + INTERVAL 7 DAY RECOMPRESS CODEC(ZSTD(15))'],
  settings: {
    allow_nullable_key: 1,
    index_granularity: 8192,
    // One part of a partition is compressed anew every so many seconds; by itself every 4 hours.
    merge_with_recompression_ttl_timeout: 900,
    default_compression_codec: "'ZSTD(3)'",
  },
  shardBy: CLUSTER_SHARD,
})

/** (A table of data: exempt from the file size limit.) */
const OTHER_TABLES: readonly Table[] = [
  {
    name: 'findings',
    about: 'What was told, by its id: a later version replaces an earlier one.',
    columns: [
      { name: 'id', type: 'String' },
      { name: 'version', type: 'UInt64' },
      // As the finding says it, which may be no time at all.
      { name: 'time', type: 'String' },
      { name: 'received_at', type: TIME, default: timeIn('time') },
      { name: 'told_at', type: TIME },
      { name: 'rule_id', type: 'LowCardinality(String)' },
      { name: 'level', type: 'LowCardinality(String)' },
      { name: 'cluster', type: 'LowCardinality(String)' },
      { name: 'server', type: 'LowCardinality(String)' },
      { name: 'actor', type: 'String' },
      { name: 'outcome', type: 'LowCardinality(String)' },
      { name: 'act', type: 'String' },
      { name: 'withdrawn', type: 'Bool' },
      { name: 'document', type: 'String' },
    ],
    latestBy: 'version',
    partitionBy: '(cluster, toMonday(told_at))',
    orderBy: '(cluster, id)',
    settings: PLAIN,
    shardBy: CLUSTER_SHARD,
  },
  {
    name: 'signals',
    about: 'Acts that count for correlations: windows are rebuilt from them. Derived, and short.',
    columns: [
      { name: 'act', type: 'String' },
      { name: 'cluster', type: 'LowCardinality(String)' },
      { name: 'time', type: TIME },
      { name: 'rules', type: 'Array(LowCardinality(String))' },
      { name: 'document', type: 'String' },
      { name: 'stored_at', type: 'DateTime', default: 'now()' },
    ],
    indices: ['by_time time TYPE minmax GRANULARITY 1'],
    latestBy: '',
    partitionBy: 'toMonday(stored_at)',
    orderBy: '(cluster, act)',
    ttl: ['stored_at + INTERVAL 35 DAY'],
    settings: { ...PLAIN, ttl_only_drop_parts: 1 },
    shardBy: CLUSTER_SHARD,
  },
  {
    name: 'gaps',
    about: 'What was not ingested, as far as it is known.',
    columns: [
      { name: 'id', type: 'String' },
      { name: 'cluster', type: 'LowCardinality(String)' },
      { name: 'server', type: 'LowCardinality(String)' },
      { name: 'way', type: 'LowCardinality(String)' },
      { name: 'kind', type: 'LowCardinality(String)' },
      { name: 'noticed_at', type: TIME },
      { name: 'place', type: 'String' },
      { name: 'from_byte', type: 'Nullable(UInt64)' },
      { name: 'to_byte', type: 'Nullable(UInt64)' },
      // As the events beside the gap say it.
      { name: 'from_time', type: 'Nullable(String)' },
      { name: 'to_time', type: 'Nullable(String)' },
      { name: 'events', type: 'Nullable(UInt64)' },
      { name: 'message', type: 'String' },
    ],
    latestBy: '',
    partitionBy: '(cluster, toMonday(noticed_at))',
    orderBy: '(cluster, server, way, id)',
    settings: PLAIN,
    shardBy: CLUSTER_SHARD,
  },
  {
    name: 'issues',
    about: 'What was wrong with inputs. Derived, and short.',
    columns: [
      { name: 'code', type: 'LowCardinality(String)' },
      { name: 'message', type: 'String' },
      { name: 'place', type: 'String' },
      { name: 'count', type: 'UInt64' },
      { name: 'noticed_at', type: TIME },
    ],
    partitionBy: 'toMonday(noticed_at)',
    orderBy: '(code, noticed_at)',
    ttl: ['toDateTime(noticed_at) + INTERVAL 90 DAY'],
    settings: { ...PLAIN, ttl_only_drop_parts: 1 },
    shardBy: ONE_SHARD,
  },
  {
    name: 'batches',
    about: 'Batches that are complete: the last row that is written of each.',
    columns: [
      { name: 'instance', type: 'LowCardinality(String)' },
      { name: 'number', type: 'UInt64' },
      { name: 'first_sequence', type: 'UInt64' },
      { name: 'last_sequence', type: 'UInt64' },
      { name: 'events', type: 'UInt64' },
      // Up to when the windows of each cluster were judged, as JSON.
      { name: 'judged', type: 'String' },
      { name: 'committed_at', type: TIME },
    ],
    orderBy: '(instance, number)',
    settings: PLAIN,
    shardBy: ONE_SHARD,
  },
  {
    name: 'links',
    about: 'The chain of evidence of each log source, a link for each batch; digests in hex.',
    columns: [
      { name: 'instance', type: 'LowCardinality(String)' },
      { name: 'cluster', type: 'LowCardinality(String)' },
      { name: 'server', type: 'LowCardinality(String)' },
      { name: 'way', type: 'LowCardinality(String)' },
      { name: 'number', type: 'UInt64' },
      { name: 'batch', type: 'UInt64' },
      { name: 'events', type: 'UInt64' },
      { name: 'leaves', type: 'String' },
      { name: 'arrived_to', type: TIME },
      { name: 'reading', type: 'String' },
      { name: 'previous', type: 'String' },
      { name: 'link', type: 'String' },
    ],
    orderBy: '(instance, cluster, server, way, number)',
    settings: PLAIN,
    shardBy: CLUSTER_SHARD,
  },
  {
    name: 'holds',
    about: 'Legal holds: what retention must leave alone. The newest row of an id counts.',
    columns: [
      { name: 'id', type: 'String' },
      { name: 'cluster', type: 'String' },
      // Of arrival; the end is not in it.
      { name: 'held_from', type: TIME },
      { name: 'held_to', type: TIME },
      { name: 'reason', type: 'String' },
      { name: 'by', type: 'String' },
      { name: 'changed_at', type: TIME },
      { name: 'released', type: 'Bool' },
    ],
    latestBy: 'changed_at',
    orderBy: 'id',
    settings: PLAIN,
    shardBy: ONE_SHARD,
  },
  {
    name: 'tombstones',
    about: 'What retention removed, signed: a row for each log source and partition.',
    columns: [
      { name: 'instance', type: 'LowCardinality(String)' },
      { name: 'cluster', type: 'LowCardinality(String)' },
      { name: 'server', type: 'LowCardinality(String)' },
      { name: 'way', type: 'LowCardinality(String)' },
      { name: 'document', type: 'String' },
      { name: 'signature', type: 'String' },
      { name: 'made_at', type: TIME },
    ],
    orderBy: '(instance, cluster, server, way, made_at)',
    settings: PLAIN,
    shardBy: CLUSTER_SHARD,
  },
  {
    name: 'migrations',
    about: 'The versions of this schema that were put in force.',
    columns: [
      { name: 'version', type: 'UInt32' },
      { name: 'about', type: 'String' },
      { name: 'applied_at', type: TIME, default: "now64(6, 'UTC')" },
    ],
    orderBy: 'version',
    settings: PLAIN,
    shardBy: ONE_SHARD,
  },
]

/** The time that a text says; 1970 for none. */
function timeIn(column: string): string {
  return `ifNull(parseDateTime64BestEffortOrNull(${column}, 6, 'UTC'), toDateTime64(0, 6, 'UTC'))`
}
