import { describe, expect, it } from 'vitest'
import { addColumn, columnText, createTable, dropPartition } from './ddl.ts'
import type { Table } from './table.ts'

const TABLE: Table = {
  name: 't',
  about: "it's",
  columns: [
    { name: 'a', type: 'UInt8', codec: 'Delta(1), ZSTD(1)' },
    { name: 'b', type: 'UInt8', alias: 'a + 1' },
  ],
  latestBy: 'a',
  orderBy: 'a',
  shardBy: 'a',
}

describe('the statements for a table', () => {
  it('make one table on one node', () => {
    expect(createTable(TABLE, { kind: 'single' })).toEqual([
      'CREATE TABLE IF NOT EXISTS `t`\n(\n  `a` UInt8 CODEC(Delta(1), ZSTD(1)),\n' +
        '  `b` UInt8 ALIAS a + 1\n)\nENGINE = ReplacingMergeTree(a)\nORDER BY a\n' +
        "SETTINGS non_replicated_deduplication_window = 10000\nCOMMENT 'it\\'s'",
    ])
  })

  it('make a replicated one and one before it on every node of a cluster', () => {
    const [local, distributed] = createTable(TABLE, { kind: 'cluster', name: 'c`', database: 'd' })
    expect(local).toContain('CREATE TABLE IF NOT EXISTS `d`.`t_local` ON CLUSTER `c\\``')
    expect(local).toContain(
      "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/d/t_local', '{replica}', a)",
    )
    expect(local).toContain('SETTINGS replicated_deduplication_window = 10000')
    expect(distributed).toBe(
      'CREATE TABLE IF NOT EXISTS `d`.`t` ON CLUSTER `c\\`` AS `d`.`t_local`\n' +
        "ENGINE = Distributed('c`', 'd', 't_local', a)",
    )
  })

  it('add a column to the rows first, and then to what stands before them', () => {
    const column = { name: 'c', type: 'String' }
    expect(addColumn('t', column, { kind: 'single' })).toEqual([
      'ALTER TABLE `t` ADD COLUMN IF NOT EXISTS `c` String',
    ])
    expect(addColumn('t', column, { kind: 'cluster', name: 'c', database: 'd' })).toEqual([
      'ALTER TABLE `d`.`t_local` ON CLUSTER `c` ADD COLUMN IF NOT EXISTS `c` String',
      'ALTER TABLE `d`.`t` ON CLUSTER `c` ADD COLUMN IF NOT EXISTS `c` String',
    ])
  })

  it('drop a partition where the rows are, in a database that is named', () => {
    const key = ["c'd", '2026-11-16']
    expect(dropPartition('t', key, { kind: 'single' })).toBe(
      "ALTER TABLE `t` DROP PARTITION ('c\\'d', '2026-11-16')",
    )
    expect(dropPartition('t', key, { kind: 'cluster', name: 'c', database: 'd' })).toBe(
      "ALTER TABLE `d`.`t_local` ON CLUSTER `c` DROP PARTITION ('c\\'d', '2026-11-16')",
    )
  })

  it('say of a column all that is said of it', () => {
    const column = { name: 'c', type: 'String', default: "''", codec: 'NONE', settings: 'x = 1' }
    expect(columnText(column)).toBe("`c` String DEFAULT '' CODEC(NONE) SETTINGS (x = 1)")
  })
})
