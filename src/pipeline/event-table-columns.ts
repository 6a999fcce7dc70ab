import type { Column } from '../base/native-block.ts'
import { eventColumns } from '../detect/columns.ts'
import type { Way } from '../model/delivery.ts'
import type { TableColumn } from '../store/schema/table.ts'
import { UNCARVED, UNCARVED_LENGTH } from './carve.ts'

/** Version of what `enrich` computes: rows of an older one are computed anew from their bytes. */
export const ENRICH_VERSION = 1

/** The numbers by which a way is stored. */
export const WAYS: Readonly<Record<Way, number>> = { webhook: 1, file: 2, import: 3 }

/**
 * The columns whose values the stages of one request share, and nothing else does: those of
 * `actKey`. Rows of one act stand together.
 */
export const ACT_COLUMNS: readonly string[] = [
  ...['cluster', 'received_at', 'audit_id', 'user_username', 'verb'],
  ...['request_uri', 'peer_asked'],
]

const TIME = "DateTime64(6, 'UTC')"

const OWN_COLUMNS: readonly TableColumn[] = [
  // Whose batch it is: several data directories may share a store.
  { name: 'instance', type: 'LowCardinality(String)' },
  { name: 'cluster', type: 'LowCardinality(String)' },
  { name: 'server', type: 'LowCardinality(String)' },
  { name: 'way', type: "Enum8('webhook' = 1, 'file' = 2, 'import' = 3)" },
  // The same content came by the other way: a hint, made when it arrived. `content` decides.
  { name: 'copy', type: 'Bool' },
  { name: 'arrived_at', type: TIME, codec: 'Delta(8), Default' },
  { name: 'place_file', type: 'LowCardinality(String)' },
  // The beginning of what `eventId` hashes: `["cluster","server","fingerprint"`.
  { name: 'place_key', type: 'LowCardinality(String)' },
  { name: 'place_offset', type: 'UInt64', codec: 'Delta(8), Default' },
  { name: 'place_index', type: 'UInt32', codec: 'Delta(4), Default' },
  { name: 'place_within', type: 'UInt32' },
  { name: 'batch', type: 'UInt64', codec: 'Delta(8), Default' },
  { name: 'position', type: 'UInt32', codec: 'Delta(4), Default' },
  // The bytes of the record, less what other columns hold of them: see carve.ts.
  {
    name: 'raw_rest',
    type: 'String',
    settings: 'min_compress_block_size = 1048576, max_compress_block_size = 1048576',
  },
  { name: 'raw_audit_id_at', type: 'UInt32' },
  { name: 'raw_uri_at', type: 'UInt32' },
  // SHA-256 before masking, of the few events in which something was masked; else zeros.
  { name: 'masked_from', type: 'FixedString(32)' },
  { name: 'sealed', type: 'String' },
  { name: 'request_path_cut', type: 'Bool' },
  { name: 'request_path_apart', type: 'Nullable(String)' },
  { name: 'enrich_version', type: 'UInt16' },
]

/** Facts that are an alias of others. */
const DERIVED = new Set(['request_path'])

/** Facts whose values hardly ever come again: a dictionary would only be in the way. */
const HARDLY_TWICE = new Set([
  ...['audit_id', 'request_uri', 'object_name', 'object_uid', 'object_resource_version'],
  ...['response_message', 'exec_command', 'exec_plain_command', 'stage_at', 'received_at'],
])

const FACT_COLUMNS: readonly TableColumn[] = eventColumns()
  .filter(({ name }) => !DERIVED.has(name))
  .map(({ name, type }) => {
    if (type.includes('DateTime64')) return { name, type, codec: 'Delta(8), Default' }
    return { name, type: HARDLY_TWICE.has(name) ? type : withDictionary(type) }
  })

/** The columns that a batch writes. */
export const BATCH_COLUMNS: readonly Column[] = [...OWN_COLUMNS, ...FACT_COLUMNS]

function withDictionary(type: string): string {
  return type.replace(/Nullable\(String\)|\bString\b/, (text) => `LowCardinality(${text})`)
}

/** What a line of a file has before the bytes that an item of a webhook body has after its `{`. */
const LINE_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'

/** SHA-256 of the bytes that both have. */
const DIGEST =
  `SHA256(if(startsWith(raw, '${LINE_HEAD}'), substring(raw, ${LINE_HEAD.length + 1}), ` +
  'substring(raw, 2)))'

const DIGEST_WITHIN = `SHA256(concat(lower(hex(${DIGEST})), '\\n', toString(place_within)))`

/**
 * What can be computed from the stored columns, exactly. Digests do not get smaller by compression,
 * and the audit id, the path and the bytes of an event would each be there twice.
 */
const ALIASES: readonly TableColumn[] = [
  { name: 'raw', type: 'String', alias: UNCARVED },
  {
    name: 'original',
    type: 'FixedString(32)',
    alias: "if(masked_from = toFixedString('', 32), SHA256(raw), masked_from)",
  },
  {
    // As `contentDigest` of detect/act.ts: equal for the line and the webhook item of an event.
    name: 'content',
    type: 'FixedString(16)',
    alias: `toFixedString(substring(if(place_within = 0, ${DIGEST}, ${DIGEST_WITHIN}), 1, 16), 16)`,
  },
  { name: 'place_length', type: 'UInt32', alias: UNCARVED_LENGTH },
  {
    name: 'place_fingerprint',
    type: 'String',
    alias: "JSONExtractString(concat(place_key, ']'), 3)",
  },
  {
    // As `eventPlace` of detect/act.ts.
    name: 'place',
    type: 'String',
    alias:
      "concat(place_key, ',', toString(place_offset), ',', toString(place_length), ',', " +
      "toString(place_index), ']')",
  },
  { name: 'event_id', type: 'FixedString(32)', alias: 'SHA256(place)' },
  {
    name: 'peer_asked',
    type: 'Nullable(String)',
    alias: "CAST(source_ips[-1], 'Nullable(String)')",
  },
  {
    name: 'request_path',
    type: 'Nullable(String)',
    alias:
      "if(request_path_cut, substring(request_uri, 1, position(concat(request_uri, '?'), '?') - 1), " +
      'request_path_apart)',
  },
]

/**
 * All columns of the table of events: where an event came from, its facts (`eventColumns()`), and
 * what can be computed from these.
 */
export const EVENT_TABLE_COLUMNS: readonly TableColumn[] = [
  ...OWN_COLUMNS,
  ...FACT_COLUMNS,
  ...ALIASES,
]
