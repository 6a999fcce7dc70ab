import { assert } from '../base/assert.ts'
import { NativeBlock } from '../base/native-block.ts'
import { FixedColumn, IntegerColumn, NullableColumn, TextColumn } from '../base/native-column.ts'
import { EventColumns, type PutField } from '../detect/event-columns.ts'
import type { Way } from '../model/delivery.ts'
import type { AuditEvent, Source } from '../model/event.ts'
import type { Facts } from '../model/facts.ts'
import type { Rows } from '../store/store.ts'
import { carve } from './carve.ts'
import { BATCH_COLUMNS, ENRICH_VERSION, WAYS } from './event-table-columns.ts'

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
  readonly sealed?: Uint8Array
}

/** The names of the columns that a batch inserts, in their order. */
export const INSERTED_COLUMNS: readonly string[] = BATCH_COLUMNS.map(({ name }) => name)

/** The events of a batch as rows of the table, until they are taken. Its memory is reused. */
export class EventBatch {
  readonly #block = new NativeBlock(BATCH_COLUMNS)
  readonly #facts = new EventColumns(this.#block, { 'request.path': pathWriter(this.#block) })
  readonly #own: OwnColumns
  #count = 0
  #rawBytes = 0

  /** `instance` names the data directory whose batches these are. */
  constructor(instance = '') {
    this.#own = new OwnColumns(this.#block, instance)
  }

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

/** Writes the columns of `OWN_COLUMNS`. */
class OwnColumns {
  readonly #name: string
  readonly #instance: TextColumn
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
  readonly #rawRest: TextColumn
  readonly #auditIdAt: IntegerColumn
  readonly #uriAt: IntegerColumn
  readonly #maskedFrom: FixedColumn
  readonly #sealed: TextColumn
  readonly #enrichVersion: IntegerColumn
  #lastKey = { source: undefined as Source | undefined, fingerprint: '', text: '' }

  constructor(block: NativeBlock, instance: string) {
    this.#name = instance
    this.#instance = textColumn(block, 'instance')
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
    this.#rawRest = textColumn(block, 'raw_rest')
    this.#auditIdAt = integerColumn(block, 'raw_audit_id_at')
    this.#uriAt = integerColumn(block, 'raw_uri_at')
    this.#maskedFrom = fixedColumn(block, 'masked_from')
    this.#sealed = textColumn(block, 'sealed')
    this.#enrichVersion = integerColumn(block, 'enrich_version')
  }

  add({ event }: Facts, stored: StoredEvent): void {
    const { source, offset, length, index, within } = event.origin
    assert(stored.raw.length === length, 'the bytes of an event are those of its place')
    const row = this.#way.rows
    this.#instance.push(this.#name)
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
    this.#putRaw(stored.raw, event)
    if (stored.original !== undefined) {
      this.#maskedFrom.pad(row)
      this.#maskedFrom.pushHex(stored.original)
    }
    if (stored.sealed !== undefined) {
      this.#sealed.pad(row)
      this.#sealed.pushBytes(stored.sealed)
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

  #putRaw(raw: Uint8Array, { auditID, requestURI }: AuditEvent): void {
    const { pieces, auditIdAt, uriAt } = carve(raw, auditID, requestURI)
    this.#rawRest.pushBytes(...pieces)
    this.#auditIdAt.push(auditIdAt)
    this.#uriAt.push(uriAt)
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

/** Where the path is the beginning of the URI, as it nearly always is, it is not stored again. */
const pathWriter = (block: NativeBlock): PutField => {
  const cut = integerColumn(block, 'request_path_cut')
  const apart = block.column('request_path_apart')
  assert(apart instanceof NullableColumn, 'a path can be NULL')
  const { values } = apart
  assert(values instanceof TextColumn, 'a path is a text')
  return (row, value, { event }) => {
    const isCut = event.requestURI !== undefined && value === pathIn(event.requestURI)
    if (isCut) {
      cut.pad(row)
      cut.push(1)
    } else if (typeof value === 'string') {
      apart.pad(row)
      apart.present()
      values.push(value)
    }
    return true
  }
}

/** The same as the alias `request_path` says. */
const pathIn = (uri: string): string => {
  const mark = uri.indexOf('?')
  return mark < 0 ? uri : uri.slice(0, mark)
}

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
