CREATE TABLE IF NOT EXISTS `events`
(
  `cluster` LowCardinality(String),
  `server` LowCardinality(String),
  `way` Enum8('webhook' = 1, 'file' = 2),
  `batch` UInt64,
  `place_key` String,
  `place_offset` UInt64,
  `place_index` UInt32,
  `arrived_at` DateTime64(6, 'UTC'),
  `received_at` DateTime64(6, 'UTC'),
  `audit_id` LowCardinality(Nullable(String)),
  `actor_name` LowCardinality(Nullable(String)),
  `object_resource` LowCardinality(Nullable(String)),
  `verb` LowCardinality(Nullable(String)),
  `object_namespace` LowCardinality(Nullable(String)),
  INDEX by_audit_id audit_id TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX by_actor actor_name TYPE set(64) GRANULARITY 4,
  INDEX by_batch batch TYPE minmax GRANULARITY 4
)
ENGINE = MergeTree()
PARTITION BY (cluster, toMonday(arrived_at))
PRIMARY KEY (cluster, toStartOfHour(received_at), object_resource, verb, object_namespace)
ORDER BY (cluster, toStartOfHour(received_at), object_resource, verb, object_namespace, received_at, place_key, place_offset, place_index)
TTL toDateTime(arrived_at) + INTERVAL 7 DAY RECOMPRESS CODEC(ZSTD(15))
SETTINGS allow_nullable_key = 1, index_granularity = 8192, default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'Every event of every log source, one row each; no row is ever changed.';

CREATE TABLE IF NOT EXISTS `findings`
(
  `id` String,
  `version` UInt64,
  `time` String,
  `received_at` DateTime64(6, 'UTC') DEFAULT ifNull(parseDateTime64BestEffortOrNull(time, 6, 'UTC'), toDateTime64(0, 6, 'UTC')),
  `told_at` DateTime64(6, 'UTC'),
  `rule_id` LowCardinality(String),
  `level` LowCardinality(String),
  `cluster` LowCardinality(String),
  `server` LowCardinality(String),
  `actor` String,
  `outcome` LowCardinality(String),
  `act` String,
  `withdrawn` Bool,
  `document` String
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY (cluster, toMonday(told_at))
ORDER BY (cluster, id)
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'What was told, by its id: a later version replaces an earlier one.';

CREATE TABLE IF NOT EXISTS `signals`
(
  `act` String,
  `cluster` LowCardinality(String),
  `time` DateTime64(6, 'UTC'),
  `rules` Array(LowCardinality(String)),
  `document` String,
  `stored_at` DateTime DEFAULT now(),
  INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree()
PARTITION BY toMonday(stored_at)
ORDER BY (cluster, act)
TTL stored_at + INTERVAL 35 DAY
SETTINGS default_compression_codec = 'ZSTD(3)', ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
COMMENT 'Acts that count for correlations: windows are rebuilt from them. Derived, and short.';

CREATE TABLE IF NOT EXISTS `gaps`
(
  `id` String,
  `cluster` LowCardinality(String),
  `server` LowCardinality(String),
  `way` LowCardinality(String),
  `kind` LowCardinality(String),
  `noticed_at` DateTime64(6, 'UTC'),
  `place` String,
  `from_byte` Nullable(UInt64),
  `to_byte` Nullable(UInt64),
  `from_time` Nullable(String),
  `to_time` Nullable(String),
  `events` Nullable(UInt64),
  `message` String
)
ENGINE = ReplacingMergeTree()
PARTITION BY (cluster, toMonday(noticed_at))
ORDER BY (cluster, server, way, id)
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'What was not ingested, as far as it is known.';

CREATE TABLE IF NOT EXISTS `issues`
(
  `code` LowCardinality(String),
  `message` String,
  `place` String,
  `count` UInt64,
  `noticed_at` DateTime64(6, 'UTC')
)
ENGINE = MergeTree()
PARTITION BY toMonday(noticed_at)
ORDER BY (code, noticed_at)
TTL toDateTime(noticed_at) + INTERVAL 90 DAY
SETTINGS default_compression_codec = 'ZSTD(3)', ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
COMMENT 'What was wrong with inputs. Derived, and short.';

CREATE TABLE IF NOT EXISTS `batches`
(
  `instance` LowCardinality(String),
  `number` UInt64,
  `first_sequence` UInt64,
  `last_sequence` UInt64,
  `events` UInt64,
  `judged` String,
  `committed_at` DateTime64(6, 'UTC')
)
ENGINE = MergeTree()
ORDER BY (instance, number)
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'Batches that are complete: the last row that is written of each.';

CREATE TABLE IF NOT EXISTS `links`
(
  `instance` LowCardinality(String),
  `cluster` LowCardinality(String),
  `server` LowCardinality(String),
  `way` LowCardinality(String),
  `number` UInt64,
  `batch` UInt64,
  `events` UInt64,
  `leaves` String,
  `arrived_to` DateTime64(6, 'UTC'),
  `reading` String,
  `previous` String,
  `link` String
)
ENGINE = MergeTree()
ORDER BY (instance, cluster, server, way, number)
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'The chain of evidence of each log source, a link for each batch; digests in hex.';

CREATE TABLE IF NOT EXISTS `holds`
(
  `id` String,
  `cluster` String,
  `held_from` DateTime64(6, 'UTC'),
  `held_to` DateTime64(6, 'UTC'),
  `reason` String,
  `by` String,
  `changed_at` DateTime64(6, 'UTC'),
  `released` Bool
)
ENGINE = ReplacingMergeTree(changed_at)
ORDER BY id
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'Legal holds: what retention must leave alone. The newest row of an id counts.';

CREATE TABLE IF NOT EXISTS `tombstones`
(
  `instance` LowCardinality(String),
  `cluster` LowCardinality(String),
  `server` LowCardinality(String),
  `way` LowCardinality(String),
  `document` String,
  `signature` String,
  `made_at` DateTime64(6, 'UTC')
)
ENGINE = MergeTree()
ORDER BY (instance, cluster, server, way, made_at)
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'What retention removed, signed: a row for each log source and partition.';

CREATE TABLE IF NOT EXISTS `migrations`
(
  `version` UInt32,
  `about` String,
  `applied_at` DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
)
ENGINE = MergeTree()
ORDER BY version
SETTINGS default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
COMMENT 'The versions of this schema that were put in force.';
