import type { SegmentName } from './log-format.ts'

/** Bytes of a segment in which no record could be read. */
export interface Hole {
  readonly fromByte: number
  readonly toByte: number
  readonly reason: string
  /** Numbers of the records that may have been in it: not before this one, before that one. */
  readonly fromSequence: number
  readonly toSequence: number
}

/** A segment as it is known while the log is open. */
export interface Segment {
  readonly name: SegmentName
  /** Bytes up to which it holds records. */
  bytes: number
  /** Of the record that comes after its last one. */
  next: number
  /** In order. */
  readonly holes: readonly Hole[]
  /** Where some records begin, in order: a reader looks from the one before. */
  readonly marks: SegmentMark[]
}

/** Where a record begins. */
export interface SegmentMark {
  readonly sequence: number
  readonly position: number
}

/** Notes where a record begins, if the last note is far enough away. */
export const noteRecord = (marks: SegmentMark[], sequence: number, position: number): void => {
  const last = marks.at(-1)
  if (last === undefined || position - last.position >= MARK_EVERY_BYTES) {
    marks.push({ sequence, position })
  }
}

/** Where to look for a record: at it, or before it. */
export const markBefore = (marks: readonly SegmentMark[], sequence: number): number => {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle]?.sequence ?? 0) <= sequence) low = middle + 1
    else high = middle
  }
  return marks[low - 1]?.position ?? 0
}

const MARK_EVERY_BYTES = 1_048_576
