import { assert } from '../base/assert.ts'
import { type Column, NativeBlock } from '../base/native-block.ts'
import { FixedColumn, IntegerColumn, TextColumn } from '../base/native-column.ts'
import { eventColumns } from '../detect/columns.ts'
import { EventColumns } from '../detect/event-columns.ts'
import type { Way } from '../model/delivery.ts'
import type { Source } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import type { TableColumn } from '../store/schema/table.ts'
import type { Rows } from '../store/store.ts'

/** What is stored of an event besides its facts. */
export interface StoredEvent {
  readonly way: Way
  /** When the delivery arrived, in µs since 1970. */
  readonly arrivedUs: number
  /** Of the file, or the SHA-256 of the body: what `eventId` takes. */
  readonly fingerprint: string
  /** The same content came by the other way of this API server: a hint, `content` decides. */
  readonly copy: boolean
  /** The bytes of the event, or of the record that holds it, with its secrets masked. */
  readonly raw: Uint8Array
  /** SHA-256 of these bytes before anything was masked, 64 hex digits; absent: nothing was. */
  readonly original?: string
  /** What was masked, sealed for the holder of a key; absent: nothing was, or there is no key. */
  readonly sealed?: string
}

/** Versions of what `enrich` computes: rows of an older one are computed anew from their bytes. */
export const ENRICH_VERSION = 1

/** The columns of the table of events, in the order in which a batch writes those it inserts. */
export const eventTable = (): readonly TableColumn[] => [...OWN, ...eventColumns()]

/** The events of a batch as rows of the table, until they are taken. Its memory is reused. */
export class EventBatch {
  readonly #block = new NativeBlock(INSERTED)
  readonly #facts = new EventColumns(this.#block)
  readonly #own = new OwnColumns(this.#block)
  #count = 0
  #rawBytes = 0

  /** Rows so far. */
  get count(): number {
    return this.#count
  }

  /** Bytes of events so far: about what the rows take. */
  get bytes(): number {
    return this.#rawBytes
  }

  /** Appends an event: its facts, and where it came from. */
  add(facts: Facts, stored: StoredEvent): void {
    this.#own.add(facts, stored)
    this.#facts.add(this.#count, facts)
    this.#count += 1
    this.#rawBytes += stored.raw.length
  }

  /**
   * The rows of the batch of that number, in memory of their own that may go to another thread; the
   * next event begins a new batch. `firstPosition` numbers the rows of a batch taken in pieces.
   */
  take(batch: number, firstPosition = 0): Rows {
    const count = this.#count
    this.#own.number(batch, firstPosition, count)
    this.#count = 0
    this.#rawBytes = 0
    return { blocks: count === 0 ? [] : [this.#block.take(count)], count }
  }
}

/**
 * The columns besides those of `eventColumns()` (and besides aliases, which nobody inserts).
 * Digests that can be computed from what is stored are aliases: no compression makes them smaller.
 */
const OWN: readonly TableColumn[] = [
  { name: 'cluster', type: 'LowCardinality(String)' },
  { name: 'server', type: 'LowCardinality(String)' },
  { name: 'way', type: "Enum8('webhook' = 1, 'file' = 2, 'import' = 3)" },
  { name: 'copy', type: 'Bool' },
  { name: 'arrived_at', type: "DateTime64(6, 'UTC')", codec: 'Delta(8), ZSTD(3)' },
  { name: 'place_file', type: 'LowCardinality(String)' },
  { name: 'place_key', type: 'LowCardinality(String)' },
  { name: 'place_offset', type: 'UInt64', codec: 'Delta(8), ZSTD(3)' },
  { name: 'place_index', type: 'UInt32', codec: 'Delta(4), ZSTD(3)' },
  { name: 'place_within', type: 'UInt32', codec: 'ZSTD(1)' },
  { name: 'batch', type: 'UInt64', codec: 'Delta(8), ZSTD(1)' },
  { name: 'position', type: 'UInt32', codec: 'Delta(4), ZSTD(3)' },
  { name: 'raw', type: 'String', codec: 'ZSTD(3)' },
  { name: 'masked_from', type: 'FixedString(32)', codec: 'ZSTD(1)' },
  { name: 'sealed', type: 'String', codec: 'ZSTD(1)' },
  { name: 'enrich_version', type: 'UInt16', codec: 'ZSTD(1)' },
]

const INSERTED: readonly Column[] = [...OWN, ...eventColumns()]

/** Writes the columns of `OWN`. */
class OwnColumns {
  readonly #cluster: TextColumn
  readonly #server: TextColumn
  readonly #way: IntegerColumn
  readonly #copy: IntegerColumn
  readonly #arrivedAt: IntegerColumn
  readonly #file: TextColumn
  readonly #key: TextColumn
  readonly #offset: IntegerColumn
  readonly #index: IntegerColumn
  readonly #within: IntegerColumn
  readonly #batch: IntegerColumn
  readonly #position: IntegerColumn
  readonly #raw: TextColumn
  readonly #maskedFrom: FixedColumn
  readonly #sealed: TextColumn
  readonly #enrichVersion: IntegerColumn
  #lastKey = { source: undefined as Source | undefined, fingerprint: '', text: '' }

  constructor(block: NativeBlock) {
    this.#cluster = textColumn(block, 'cluster')
    this.#server = textColumn(block, 'server')
    this.#way = integerColumn(block, 'way')
    this.#copy = integerColumn(block, 'copy')
    this.#arrivedAt = integerColumn(block, 'arrived_at')
    this.#file = textColumn(block, 'place_file')
    this.#key = textColumn(block, 'place_key')
    this.#offset = integerColumn(block, 'place_offset')
    this.#index = integerColumn(block, 'place_index')
    this.#within = integerColumn(block, 'place_within')
    this.#batch = integerColumn(block, 'batch')
    this.#position = integerColumn(block, 'position')
    this.#raw = textColumn(block, 'raw')
    this.#maskedFrom = fixedColumn(block, 'masked_from')
    this.#sealed = textColumn(block, 'sealed')
    this.#enrichVersion = integerColumn(block, 'enrich_version')
  }

  add({ event }: Facts, stored: StoredEvent): void {
    const { source, offset, index, within } = event.origin
    const row = this.#raw.rows
    this.#cluster.push(source.cluster)
    this.#server.push(source.server)
    this.#way.push(WAYS[stored.way])
    this.#copy.push(stored.copy ? 1 : 0)
    this.#arrivedAt.push(stored.arrivedUs)
    this.#file.push(source.file)
    this.#key.push(this.#keyOf(source, stored.fingerprint))
    this.#offset.push(offset)
    this.#index.push(index)
    this.#within.push(within ?? 0)
    this.#raw.pushBytes(stored.raw)
    if (stored.original !== undefined) {
      this.#maskedFrom.pad(row)
      this.#maskedFrom.pushHex(stored.original)
    }
    if (stored.sealed !== undefined) {
      this.#sealed.pad(row)
      this.#sealed.push(stored.sealed)
    }
    this.#enrichVersion.push(ENRICH_VERSION)
  }

  /** Numbers the rows within their batch. */
  number(batch: number, firstPosition: number, count: number): void {
    for (let row = 0; row < count; row += 1) {
      this.#batch.push(batch)
      this.#position.push(firstPosition + row)
    }
  }

  /** What `eventId` hashes before the place: of all events of a delivery the same. */
  #keyOf(source: Source, fingerprint: string): string {
    const last = this.#lastKey
    if (last.source === source && last.fingerprint === fingerprint) return last.text
    const text = JSON.stringify([source.cluster, source.server, fingerprint]).slice(0, -1)
    this.#lastKey = { source, fingerprint, text }
    return text
  }
}

const WAYS: Readonly<Record<Way, number>> = { webhook: 1, file: 2, import: 3 }

const textColumn = (block: NativeBlock, name: string): TextColumn => {
  const column = block.column(name)
  assert(column instanceof TextColumn, `${name} is no text`)
  return column
}

const integerColumn = (block: NativeBlock, name: string): IntegerColumn => {
  const column = block.column(name)
  assert(column instanceof IntegerColumn, `${name} is no number`)
  return column
}

const fixedColumn = (block: NativeBlock, name: string): FixedColumn => {
  const column = block.column(name)
  assert(column instanceof FixedColumn, `${name} is no digest`)
  return column
}
