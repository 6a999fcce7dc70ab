import type { Clock } from '../../clock.ts'
import type { LogRecord, NewRecord, WriteAheadLog } from '../write-ahead-log.ts'

/** A clock that stands still until it is told otherwise. */
export class StoppedClock implements Clock {
  ms = 0
  nowUs = (): number => this.ms * 1000
  elapsedMs = (): number => this.ms
  sleep = (): Promise<void> => Promise.resolve()
}

/** A record with a text as its body. */
export const textRecord = (body: string): NewRecord => {
  return { kind: 1, head: '{}', body: [Buffer.from(body)] }
}

/** Every durable record. */
export const readAll = async (log: WriteAheadLog, from = 0): Promise<LogRecord[]> => {
  const records: LogRecord[] = []
  for await (const record of log.read(from)) records.push(record)
  return records
}

/** The bodies by number. */
export const readBodies = async (log: WriteAheadLog): Promise<Map<number, string>> =>
  new Map((await readAll(log)).map(({ sequence, body }) => [sequence, textOf(body)]))

/** Bytes as text. */
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** The code that a promise rejects with, or `kept`. */
export const outcomeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'kept'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `bug: ${error}`
  }
}
