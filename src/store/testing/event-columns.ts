import type { TableColumn } from '../schema/table.ts'

/** What the tables ask of the columns of events, and no more. */
export const FEW_EVENT_COLUMNS: readonly TableColumn[] = [
  ...['instance', 'cluster', 'server'].map((name) => ({ name, type: 'LowCardinality(String)' })),
  { name: 'way', type: "Enum8('webhook' = 1, 'file' = 2)" },
  { name: 'batch', type: 'UInt64' },
  { name: 'place_key', type: 'String' },
  { name: 'place_offset', type: 'UInt64' },
  { name: 'place_index', type: 'UInt32' },
  { name: 'arrived_at', type: "DateTime64(6, 'UTC')" },
  { name: 'received_at', type: "DateTime64(6, 'UTC')" },
  ...['audit_id', 'actor_name', 'object_resource', 'verb', 'object_namespace'].map((name) => ({
    name,
    type: 'LowCardinality(Nullable(String))',
  })),
]

/** The same, and what evidence is made of. */
export const EVIDENCE_EVENT_COLUMNS: readonly TableColumn[] = [
  ...FEW_EVENT_COLUMNS,
  { name: 'position', type: 'UInt32' },
  { name: 'place', type: 'String' },
  { name: 'masked_from', type: 'FixedString(32)' },
  { name: 'raw', type: 'String' },
]
