import { randomBytes } from 'node:crypto'
import { assert } from '../assert.ts'
import type { Clock } from '../clock.ts'
import { Fault } from '../fault.ts'
import { LIMIT } from '../limit.ts'
import { Wakers } from '../wakers.ts'
import { codeOf, saysNoRoom } from './byte-window.ts'
import { listDamage, markTold, setAside } from './damage.ts'
import { LogCursor } from './log-cursor.ts'
import { type LogFiles, systemFiles } from './log-files.ts'
import { MARKER_BYTES, segmentName } from './log-format.ts'
import { LogTail } from './log-tail.ts'
import { type Recovered, recover } from './recover.ts'
import type { MarkFile } from './release-mark.ts'
import { Reserve } from './reserve.ts'
import type { Segment } from './segment.ts'
import { broken, full, type Prepared, prepare, SegmentWriter } from './segment-writer.ts'
import type { LogDamage, LogRecord, NewRecord, WriteAheadLog } from './write-ahead-log.ts'

/** How a log is opened. */
export interface LogOptions {
  /** Its own folder; nobody else may have it open. */
  readonly folder: string
  /** Bytes on disk above which it is full. */
  readonly bytesMax: number
  readonly clock: Clock
  /** Bytes of a segment; `LIMIT.logSegmentBytes` when absent. */
  readonly segmentBytes?: number
  readonly files?: LogFiles
  readonly random?: (bytes: number) => Uint8Array
}

/**
 * Opens a log, or begins one: reads and checks all of it. Rejects with the Fault `log/version` when
 * a newer program wrote it, `log/full` when the disk has no room, `log/broken` when it cannot be
 * read.
 */
export const openLog = async (options: LogOptions): Promise<WriteAheadLog> => {
  const files = options.files ?? systemFiles
  const found = await recover(files, options.folder)
  const log = new Log({ random: randomBytes, ...options, files }, found)
  try {
    await log.begin()
  } catch (error) {
    await log.close()
    throw error
  }
  return log
}

type Options = LogOptions & Required<Pick<LogOptions, 'files' | 'random'>>

/** A record that waits for its sync. */
interface Waiting {
  readonly record: Prepared
  readonly resolve: (sequence: number) => void
  readonly reject: (fault: unknown) => void
}

class Log implements WriteAheadLog {
  readonly #options: Options
  readonly #mark: MarkFile
  readonly #segments: Segment[]
  readonly #tail = new LogTail()
  readonly #reserve: Reserve
  readonly #readers = new Wakers()
  #writer: SegmentWriter | undefined
  #begunMs = 0
  #queue: Waiting[] = []
  #queuedBytes = 0
  #isDraining = false
  #turn: Promise<unknown> = Promise.resolve()
  #next: number
  #fault: Fault | undefined
  #isClosed = false
  damage: readonly LogDamage[]

  constructor(options: Options, found: Recovered) {
    this.#options = options
    this.#mark = found.mark
    this.#segments = [...found.segments]
    this.#reserve = new Reserve(options.files, options.folder, options.random)
    this.#next = found.next
    this.damage = found.damage
  }

  /** Begins a segment of its own: nothing is ever appended to what was recovered. */
  async begin(): Promise<void> {
    try {
      await this.#roll()
      await this.#reserve.take()
    } catch (error) {
      throw this.#note(error)
    }
  }

  get firstSequence(): number {
    const first = this.#segments[0]?.name.first ?? this.#next
    return Math.max(this.#mark.mark.released, first)
  }

  get nextSequence(): number {
    return this.#next
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0)
  }

  async append(newRecord: NewRecord): Promise<number> {
    const record = prepare(newRecord)
    if (this.#fault !== undefined) throw this.#fault
    assert(!this.#isClosed, 'a closed log is appended to')
    const room = this.#options.bytesMax - (record.isUrgent ? 0 : this.#reserveBytes)
    if (this.bytes + this.#queuedBytes + record.length > room) {
      throw full(`it may have ${this.#options.bytesMax} bytes`)
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject })
      this.#queuedBytes += record.length
      if (!this.#isDraining) void this.#drain()
    })
  }

  async *follow(from: number, signal: AbortSignal): AsyncGenerator<LogRecord> {
    const cursor = this.#cursor()
    try {
      for (let next = from; !signal.aborted; ) {
        const end = this.#next
        const record = await this.#recordFrom(next, cursor)
        if (record !== undefined) {
          yield record
          next = record.sequence + 1
        } else if (this.#isClosed) return
        else if (this.#fault !== undefined) throw this.#fault
        else if (end === this.#next) await this.#readers.wait(signal)
      }
    } finally {
      await cursor.close()
    }
  }

  async *read(from: number): AsyncGenerator<LogRecord> {
    const cursor = this.#cursor()
    const end = this.#next
    try {
      for (let next = from; next < end; ) {
        const record = await this.#recordFrom(next, cursor)
        if (record === undefined || record.sequence >= end) return
        yield record
        next = record.sequence + 1
      }
    } finally {
      await cursor.close()
    }
  }

  release(before: number): Promise<void> {
    assert(before <= this.#next, 'records are released that do not exist')
    return this.#alone(async () => {
      if (this.#fault !== undefined) throw this.#fault
      if (before > this.#mark.mark.released) await this.#writeMark(before)
      this.#tail.release(before)
      await this.#rollReleased(before)
      await this.#removeReleased(before)
    })
  }

  advance(to: number, reason: string): Promise<void> {
    return this.#alone(async () => {
      if (this.#fault !== undefined) throw this.#fault
      if (to <= this.#next) return
      try {
        await this.#leaveOut(to, reason)
        this.#next = to
        await this.#roll()
      } catch (error) {
        throw this.#note(error)
      }
      await this.#writeMark(to)
      this.#tail.release(to)
      await this.#removeReleased(to)
    })
  }

  async damageTold(): Promise<void> {
    await markTold(this.#options.files, this.#options.folder)
    this.damage = []
  }

  async close(): Promise<void> {
    this.#isClosed = true
    while (this.#isDraining) await this.#turn
    await this.#alone(async () => {
      this.#readers.wake()
      await this.#writer?.close()
      await this.#mark.close()
    })
  }

  /** Writes what waits, group after group. Whoever comes during a sync goes with the next one. */
  async #drain(): Promise<void> {
    this.#isDraining = true
    try {
      // Whoever appends in the same turn goes along.
      await Promise.resolve()
      while (this.#queue.length > 0) {
        const group = this.#takeGroup()
        await this.#alone(() => this.#writeGroup(group))
        for (const { record } of group) this.#queuedBytes -= record.length
      }
    } finally {
      this.#isDraining = false
    }
  }

  #takeGroup(): readonly Waiting[] {
    let bytes = 0
    const end = this.#queue.findIndex(({ record }, index) => {
      bytes += record.length
      return index > 0 && bytes > LIMIT.logGroupBytesMax
    })
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end)
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const fault = await this.#tryGroup(group)
    if (fault === undefined) return
    const urgent = group.filter(({ record }) => record.isUrgent)
    const mayRetry = this.#fault === undefined && isFull(fault) && urgent.length > 0
    const left = mayRetry && (await this.#reserve.give()) ? await this.#tryGroup(urgent) : fault
    for (const waiting of group) {
      const isKept = left === undefined && waiting.record.isUrgent
      if (!isKept) waiting.reject(left ?? fault)
    }
  }

  /** Gives the fault when nothing of the group was kept. */
  async #tryGroup(group: readonly Waiting[]): Promise<unknown> {
    if (this.#fault !== undefined) return this.#fault
    const records = group.map(({ record }) => record)
    try {
      const writer = await this.#writerFor(records.reduce((sum, { length }) => sum + length, 0))
      const first = this.#next
      for (const record of await writer.append(records)) {
        if (record !== undefined) this.#tail.add(record)
      }
      this.#next += group.length
      for (const [index, { resolve }] of group.entries()) resolve(first + index)
    } catch (error) {
      return this.#note(error)
    }
    this.#readers.wake()
    return undefined
  }

  /** The segment that is open, or a new one when this one is full. */
  async #writerFor(bytes: number): Promise<SegmentWriter> {
    const writer = this.#writer
    assert(writer !== undefined, 'the log has begun')
    const { segment } = writer
    const isEmpty = segment.next === segment.name.first
    if (isEmpty || segment.bytes + bytes <= this.#segmentBytes) return writer
    return this.#roll()
  }

  async #roll(): Promise<SegmentWriter> {
    const { files, folder, random, clock } = this.#options
    const name = segmentName(this.#next, random(MARKER_BYTES))
    const writer = await SegmentWriter.create(files, folder, name)
    const old = this.#writer
    this.#writer = writer
    this.#segments.push(writer.segment)
    this.#begunMs = clock.elapsedMs()
    await old?.close()
    return writer
  }

  async #writeMark(before: number): Promise<void> {
    const segment = this.#writer?.segment
    const syncedFirst = segment?.name.first ?? 0
    const mark = { released: before, syncedFirst, syncedBytes: segment?.bytes ?? 0 }
    try {
      await this.#mark.write(mark)
    } catch (error) {
      throw this.#note(error)
    }
  }

  /** Says durably that there are no records from the next number up to another one. */
  async #leaveOut(toSequence: number, reason: string): Promise<void> {
    const { files, folder } = this.#options
    const segment = this.#writer?.segment
    assert(segment !== undefined, 'the log has begun')
    const at = { name: segment.name.name, fromByte: segment.bytes, toByte: segment.bytes }
    await setAside(files, folder, [], { ...at, reason, fromSequence: this.#next, toSequence })
    await files.syncFolder(folder)
    this.damage = await listDamage(files, folder)
  }

  /** A segment with released records ends early, so that they do not lie on disk for long. */
  async #rollReleased(before: number): Promise<void> {
    const segment = this.#writer?.segment
    if (segment === undefined || segment.name.first >= before) return
    const age = this.#options.clock.elapsedMs() - this.#begunMs
    if (before < this.#next && age < LIMIT.logReleasedMs) return
    try {
      await this.#roll()
    } catch (error) {
      if (!saysNoRoom(error)) throw this.#note(error)
      await this.#reserve.give()
    }
  }

  async #removeReleased(before: number): Promise<void> {
    const { files, folder } = this.#options
    const old = this.#segments.filter(
      (segment) => segment.next <= before && segment !== this.#writer?.segment,
    )
    if (old.length === 0) return
    try {
      for (const segment of old) {
        await files.remove(`${folder}/${segment.name.name}`)
        this.#segments.splice(this.#segments.indexOf(segment), 1)
      }
      await files.syncFolder(folder)
      await this.#reserve.take()
    } catch (error) {
      throw this.#note(error)
    }
  }

  #cursor(): LogCursor {
    const { files, folder } = this.#options
    return new LogCursor(files, folder, () => this.#segments)
  }

  async #recordFrom(from: number, cursor: LogCursor): Promise<LogRecord | undefined> {
    const wanted = Math.max(from, this.firstSequence)
    if (wanted >= this.#next) return undefined
    return this.#tail.get(wanted) ?? (await cursor.next(wanted))
  }

  /** Makes a fault of an error, and remembers the one after which nothing can be trusted. */
  #note(error: unknown): Fault {
    const fault = toFault(error)
    if (fault.code === 'log/broken') {
      this.#fault ??= fault
      this.#readers.wake()
    }
    return fault
  }

  get #segmentBytes(): number {
    const { segmentBytes = LIMIT.logSegmentBytes, bytesMax } = this.#options
    return Math.min(segmentBytes, bytesMax / 4)
  }

  get #reserveBytes(): number {
    return Math.min(LIMIT.logReserveBytes, this.#options.bytesMax / 4)
  }

  /** Runs when whatever writes to the folder has ended. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (codeOf(error) === undefined) throw error
  if (saysNoRoom(error)) return full('the disk has no room', error)
  return broken('the disk failed', error)
}

function isFull(fault: unknown): boolean {
  return fault instanceof Fault && fault.code === 'log/full'
}
