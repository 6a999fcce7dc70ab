CREATE TABLE IF NOT EXISTS `events`
(
  `instance` LowCardinality(String),
  `cluster` LowCardinality(String),
  `server` LowCardinality(String),
  `way` Enum8('webhook' = 1, 'file' = 2, 'import' = 3),
  `copy` Bool,
  `arrived_at` DateTime64(6, 'UTC') CODEC(Delta(8), Default),
  `place_file` LowCardinality(String),
  `place_key` LowCardinality(String),
  `place_offset` UInt64 CODEC(Delta(8), Default),
  `place_index` UInt32 CODEC(Delta(4), Default),
  `place_within` UInt32,
  `batch` UInt64 CODEC(Delta(8), Default),
  `position` UInt32 CODEC(Delta(4), Default),
  `raw_rest` String SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576),
  `raw_audit_id_at` UInt32,
  `raw_uri_at` UInt32,
  `masked_from` FixedString(32),
  `sealed` String,
  `request_path_cut` Bool,
  `request_path_apart` Nullable(String),
  `enrich_version` UInt16,
  `unknown_fields` Array(LowCardinality(String)),
  `null_fields` Array(LowCardinality(String)),
  `pod_containers_unknown_fields` Array(Array(LowCardinality(String))),
  `pod_containers_null_fields` Array(Array(LowCardinality(String))),
  `pod_volumes_unknown_fields` Array(Array(LowCardinality(String))),
  `pod_volumes_null_fields` Array(Array(LowCardinality(String))),
  `grant_rules_unknown_fields` Array(Array(LowCardinality(String))),
  `grant_rules_null_fields` Array(Array(LowCardinality(String))),
  `binding_subjects_unknown_fields` Array(Array(LowCardinality(String))),
  `binding_subjects_null_fields` Array(Array(LowCardinality(String))),
  `level` LowCardinality(Nullable(String)),
  `stage` LowCardinality(Nullable(String)),
  `audit_id` Nullable(String),
  `request_uri` Nullable(String),
  `verb` LowCardinality(Nullable(String)),
  `user_username` LowCardinality(Nullable(String)),
  `user_uid` LowCardinality(Nullable(String)),
  `user_groups` Array(LowCardinality(Nullable(String))),
  `impersonated_username` LowCardinality(Nullable(String)),
  `impersonated_uid` LowCardinality(Nullable(String)),
  `impersonated_groups` Array(LowCardinality(Nullable(String))),
  `impersonation_constraint` LowCardinality(Nullable(String)),
  `source_ips` Array(LowCardinality(Nullable(String))),
  `user_agent` LowCardinality(Nullable(String)),
  `object_resource` LowCardinality(Nullable(String)),
  `object_namespace` LowCardinality(Nullable(String)),
  `object_name` Nullable(String),
  `object_uid` Nullable(String),
  `object_api_group` LowCardinality(Nullable(String)),
  `object_api_version` LowCardinality(Nullable(String)),
  `object_resource_version` Nullable(String),
  `object_subresource` LowCardinality(Nullable(String)),
  `response_code` Nullable(Float64),
  `response_status` LowCardinality(Nullable(String)),
  `response_reason` LowCardinality(Nullable(String)),
  `response_message` Nullable(String),
  `received_at` DateTime64(6, 'UTC') CODEC(Delta(8), Default),
  `stage_at` Nullable(DateTime64(6, 'UTC')) CODEC(Delta(8), Default),
  `actor_name` LowCardinality(Nullable(String)),
  `actor_kind` LowCardinality(Nullable(String)),
  `actor_groups` Array(LowCardinality(Nullable(String))),
  `actor_namespace` LowCardinality(Nullable(String)),
  `actor_service_account` LowCardinality(Nullable(String)),
  `actor_builtin` Nullable(Bool),
  `actor_impersonated` Nullable(Bool),
  `peer_address` LowCardinality(Nullable(String)),
  `peer_class` LowCardinality(Nullable(String)),
  `peer_claimed` Array(LowCardinality(Nullable(String))),
  `outcome` LowCardinality(Nullable(String)),
  `request_resource` LowCardinality(Nullable(String)),
  `request_api_group` LowCardinality(Nullable(String)),
  `request_scope` LowCardinality(Nullable(String)),
  `request_write` Nullable(Bool),
  `request_dry_run` Nullable(Bool),
  `request_long_running` Nullable(Bool),
  `request_path_signs` Array(LowCardinality(Nullable(String))),
  `client_kind` LowCardinality(Nullable(String)),
  `client_tool` LowCardinality(Nullable(String)),
  `exec_command` Nullable(String),
  `exec_arguments` Array(LowCardinality(Nullable(String))),
  `exec_container` LowCardinality(Nullable(String)),
  `exec_stdin` Nullable(Bool),
  `exec_tty` Nullable(Bool),
  `exec_plain_command` Nullable(String),
  `exec_tool` LowCardinality(Nullable(String)),
  `exec_hosts` Array(LowCardinality(Nullable(String))),
  `exec_remote_hosts` Array(LowCardinality(Nullable(String))),
  `exec_session` LowCardinality(Nullable(String)),
  `exec_duration_seconds` Nullable(Float64),
  `pod_host_network` Nullable(Bool),
  `pod_host_pid` Nullable(Bool),
  `pod_host_ipc` Nullable(Bool),
  `pod_share_process_namespace` Nullable(Bool),
  `pod_service_account_name` LowCardinality(Nullable(String)),
  `pod_node_name` LowCardinality(Nullable(String)),
  `pod_tolerations` Array(LowCardinality(Nullable(String))),
  `pod_node_selectors` Array(LowCardinality(Nullable(String))),
  `pod_unconfined` Array(LowCardinality(Nullable(String))),
  `pod_owned` Nullable(Bool),
  `pod_owner_kinds` Array(LowCardinality(Nullable(String))),
  `pod_mirror` Nullable(Bool),
  `pod_raised_by_admission` Nullable(Bool),
  `pod_containers_kind` Array(LowCardinality(Nullable(String))),
  `pod_containers_name` Array(LowCardinality(Nullable(String))),
  `pod_containers_image` Array(LowCardinality(Nullable(String))),
  `pod_containers_command` Array(Array(LowCardinality(Nullable(String)))),
  `pod_containers_args` Array(Array(LowCardinality(Nullable(String)))),
  `pod_containers_command_line` Array(LowCardinality(Nullable(String))),
  `pod_containers_hook_commands` Array(Array(LowCardinality(Nullable(String)))),
  `pod_containers_hook_hosts` Array(Array(LowCardinality(Nullable(String)))),
  `pod_containers_by_admission` Array(Nullable(Bool)),
  `pod_containers_target_container` Array(LowCardinality(Nullable(String))),
  `pod_containers_privileged` Array(Nullable(Bool)),
  `pod_containers_allow_privilege_escalation` Array(Nullable(Bool)),
  `pod_containers_run_as_user` Array(Nullable(Float64)),
  `pod_containers_run_as_non_root` Array(Nullable(Bool)),
  `pod_containers_capabilities_added` Array(Array(LowCardinality(Nullable(String)))),
  `pod_containers_capabilities_dropped` Array(Array(LowCardinality(Nullable(String)))),
  `pod_containers_proc_mount` Array(LowCardinality(Nullable(String))),
  `pod_containers_seccomp_profile` Array(LowCardinality(Nullable(String))),
  `pod_containers_host_ports` Array(Array(Nullable(Float64))),
  `pod_containers_volume_mounts` Array(Array(LowCardinality(Nullable(String)))),
  `pod_volumes_name` Array(LowCardinality(Nullable(String))),
  `pod_volumes_type` Array(LowCardinality(Nullable(String))),
  `pod_volumes_host_path` Array(LowCardinality(Nullable(String))),
  `pod_volumes_driver` Array(LowCardinality(Nullable(String))),
  `pod_volumes_writable` Array(Nullable(Bool)),
  `grant_rules_verbs` Array(Array(LowCardinality(Nullable(String)))),
  `grant_rules_api_groups` Array(Array(LowCardinality(Nullable(String)))),
  `grant_rules_resources` Array(Array(LowCardinality(Nullable(String)))),
  `grant_rules_resource_names` Array(Array(LowCardinality(Nullable(String)))),
  `grant_rules_non_resource_u_r_ls` Array(Array(LowCardinality(Nullable(String)))),
  `grant_aggregated` Nullable(Bool),
  `grant_aggregates_to` Array(LowCardinality(Nullable(String))),
  `binding_role_kind` LowCardinality(Nullable(String)),
  `binding_role_name` LowCardinality(Nullable(String)),
  `binding_subjects_kind` Array(LowCardinality(Nullable(String))),
  `binding_subjects_name` Array(LowCardinality(Nullable(String))),
  `binding_subjects_namespace` Array(LowCardinality(Nullable(String))),
  `csr_signer_name` LowCardinality(Nullable(String)),
  `csr_usages` Array(LowCardinality(Nullable(String))),
  `csr_common_name` LowCardinality(Nullable(String)),
  `csr_organizations` Array(LowCardinality(Nullable(String))),
  `csr_requester` LowCardinality(Nullable(String)),
  `csr_conditions` Array(LowCardinality(Nullable(String))),
  `service_type` LowCardinality(Nullable(String)),
  `service_node_ports` Array(Nullable(Float64)),
  `service_external_ips` Array(LowCardinality(Nullable(String))),
  `service_ingress` Array(LowCardinality(Nullable(String))),
  `route_plain_hosts` Array(LowCardinality(Nullable(String))),
  `persistent_volume_type` LowCardinality(Nullable(String)),
  `persistent_volume_path` LowCardinality(Nullable(String)),
  `persistent_volume_driver` LowCardinality(Nullable(String)),
  `namespace_pod_security` Array(LowCardinality(Nullable(String))),
  `namespace_pod_security_loosened` Nullable(Bool),
  `kubelet_call` LowCardinality(Nullable(String)),
  `kubelet_path` LowCardinality(Nullable(String)),
  `token_audiences` Array(LowCardinality(Nullable(String))),
  `token_foreign_audiences` Array(LowCardinality(Nullable(String))),
  `token_expiration_seconds` Nullable(Float64),
  `token_bound` Nullable(Bool),
  `token_bound_kind` LowCardinality(Nullable(String)),
  `secret_type` LowCardinality(Nullable(String)),
  `secret_service_account_name` LowCardinality(Nullable(String)),
  `secret_name_signs` Array(LowCardinality(Nullable(String))),
  `webhook_failed_open` Array(LowCardinality(Nullable(String))),
  `spoof_audit_id` Nullable(Bool),
  `spoof_forwarded` Array(LowCardinality(Nullable(String))),
  `spoof_signals` Array(LowCardinality(Nullable(String))),
  `raw` String ALIAS if(raw_audit_id_at = 0, if(raw_uri_at = 0, raw_rest, concat(substring(raw_rest, 1, raw_uri_at), ifNull(request_uri, ''), substring(raw_rest, raw_uri_at + 1))), concat(substring(if(raw_uri_at = 0, raw_rest, concat(substring(raw_rest, 1, raw_uri_at), ifNull(request_uri, ''), substring(raw_rest, raw_uri_at + 1))), 1, raw_audit_id_at), ifNull(audit_id, ''), substring(if(raw_uri_at = 0, raw_rest, concat(substring(raw_rest, 1, raw_uri_at), ifNull(request_uri, ''), substring(raw_rest, raw_uri_at + 1))), raw_audit_id_at + 1))),
  `original` FixedString(32) ALIAS if(masked_from = toFixedString('', 32), SHA256(raw), masked_from),
  `content` FixedString(16) ALIAS toFixedString(substring(if(place_within = 0, SHA256(if(startsWith(raw, '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'), substring(raw, 48), substring(raw, 2))), SHA256(concat(lower(hex(SHA256(if(startsWith(raw, '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'), substring(raw, 48), substring(raw, 2))))), '\n', toString(place_within)))), 1, 16), 16),
  `place_length` UInt32 ALIAS toUInt32(length(raw_rest) + if(raw_audit_id_at = 0, 0, length(ifNull(audit_id, ''))) + if(raw_uri_at = 0, 0, length(ifNull(request_uri, '')))),
  `place_fingerprint` String ALIAS JSONExtractString(concat(place_key, ']'), 3),
  `place` String ALIAS concat(place_key, ',', toString(place_offset), ',', toString(place_length), ',', toString(place_index), ']'),
  `event_id` FixedString(32) ALIAS SHA256(place),
  `peer_asked` Nullable(String) ALIAS CAST(source_ips[-1], 'Nullable(String)'),
  `request_path` Nullable(String) ALIAS if(request_path_cut, substring(request_uri, 1, position(concat(request_uri, '?'), '?') - 1), request_path_apart),
  INDEX by_audit_id audit_id TYPE bloom_filter(0.01) GRANULARITY 4,
  INDEX by_actor actor_name TYPE set(64) GRANULARITY 4,
  INDEX by_batch batch TYPE minmax GRANULARITY 4
)
ENGINE = MergeTree()
PARTITION BY (cluster, toMonday(arrived_at))
PRIMARY KEY (cluster, toStartOfHour(received_at), object_resource, verb, object_namespace)
ORDER BY (cluster, toStartOfHour(received_at), object_resource, verb, object_namespace, received_at, place_key, place_offset, place_index)
TTL toDateTime(arrived_at) + INTERVAL 7 DAY RECOMPRESS CODEC(ZSTD(15))
SETTINGS allow_nullable_key = 1, index_granularity = 8192, merge_with_recompression_ttl_timeout = 900, default_compression_codec = 'ZSTD(3)', non_replicated_deduplication_window = 10000
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
