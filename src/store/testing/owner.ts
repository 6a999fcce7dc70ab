import { systemClock } from '../../base/clock.ts'
import { openEmbedded } from '../embedded.ts'

// A process that has a data directory until it is killed: `owner.ts FOLDER`.
const [, , folder = ''] = process.argv
const { store, pid } = await openEmbedded({ folder, clock: systemClock })
await store.command('CREATE TABLE IF NOT EXISTS kept (id UInt64) ENGINE = MergeTree ORDER BY id')
await store.insertRecords('kept', 'only', [{ id: 1 }])
process.stdout.write(`${pid()}\n`)
