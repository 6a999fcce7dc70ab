import { LIMIT } from '../limit.ts'
import type { LogRecord } from './write-ahead-log.ts'

/** The records written last, in bounded memory. */
export class LogTail {
  readonly #records = new Map<number, LogRecord>()
  #bytes = 0

  add(record: LogRecord): void {
    this.#records.set(record.sequence, record)
    this.#bytes += sizeOf(record)
    for (const [sequence, oldest] of this.#records) {
      if (this.#bytes <= LIMIT.logTailBytesMax) break
      this.#drop(sequence, oldest)
    }
  }

  /** A copy of a record: what a reader does with its body is the reader's own. */
  get(sequence: number): LogRecord | undefined {
    const record = this.#records.get(sequence)
    return record === undefined ? undefined : { ...record, body: record.body.slice() }
  }

  /** Forgets the records before a number. */
  release(before: number): void {
    for (const [sequence, record] of this.#records) {
      if (sequence >= before) break
      this.#drop(sequence, record)
    }
  }

  get bytes(): number {
    return this.#bytes
  }

  #drop(sequence: number, record: LogRecord): void {
    this.#records.delete(sequence)
    this.#bytes -= sizeOf(record)
  }
}

const RECORD_BYTES = 200

function sizeOf({ head, body }: LogRecord): number {
  return RECORD_BYTES + head.length + body.length
}
