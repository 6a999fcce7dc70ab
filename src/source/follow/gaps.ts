import type { SourceGap } from '../../model/delivery.ts'
import type { LastRead } from './reading-plan.ts'
import type { RotatedFile } from './rotated-files.ts'

/**
 * That files are missing between what was read last and the oldest one left, because rotation
 * deleted them. `next` is when that one begins.
 */
export const deletedGap = (last: LastRead, next: string | undefined): SourceGap => ({
  kind: 'retention',
  message: `${last.path} was deleted after byte ${last.offset} of it had been read: what came after, possibly whole files, was not read`,
  place: last.path,
  fromByte: last.offset,
  toByte: undefined,
  fromTime: last.lastTime,
  toTime: next,
  events: undefined,
})

/**
 * That something is missing between two files, though both are there. The event which made the API
 * server rotate is the first one of the next file, so it is never younger than the rotation.
 */
export const betweenGap = (last: LastRead, nextTime: string | undefined): SourceGap | undefined => {
  const { rotatedMs, lastTime } = last
  if (rotatedMs === undefined || lastTime === undefined || nextTime === undefined) return undefined
  const limitMs = rotatedMs + ROTATED_PRECISION_MS
  // Clocks that do not agree with the names say nothing.
  if (Date.parse(lastTime) > limitMs || Date.parse(nextTime) <= limitMs) return undefined
  return {
    kind: 'retention',
    message: `what was written after ${last.path} had been rotated and before ${nextTime} was deleted before it was read, or the clock of the API server was set`,
    place: last.path,
    fromByte: undefined,
    toByte: undefined,
    fromTime: lastTime,
    toTime: nextTime,
    events: undefined,
  }
}

/** That a file which was waiting to be read is gone. */
export const vanishedGap = (
  file: RotatedFile,
  from: number,
  next: string | undefined,
): SourceGap => ({
  kind: 'retention',
  message: `${file.path} was deleted before it was read`,
  place: file.path,
  fromByte: from,
  toByte: file.contentBytes,
  fromTime: file.firstTime,
  toTime: file.rotatedMs === undefined ? next : new Date(file.rotatedMs).toISOString(),
  events: undefined,
})

/** That a file was emptied in place, and begins anew. */
export const truncatedGap = (
  last: LastRead,
  from: number,
  next: string | undefined,
): SourceGap => ({
  kind: 'truncated-file',
  message: `${last.path} was emptied in place: what was written behind byte ${from} until then is lost`,
  place: last.path,
  fromByte: from,
  toByte: undefined,
  fromTime: last.lastTime,
  toTime: next,
  events: undefined,
})

/**
 * That a file is another from some place on than what was read of it, though it begins as before.
 * What is younger than what was read lies behind byte `news`.
 */
export const rewrittenGap = (
  last: LastRead,
  news: number,
  next: string | undefined,
): SourceGap => ({
  kind: 'truncated-file',
  message: `${last.path} was shortened or written over after byte ${last.offset} of it had been read: it is read on from byte ${news}, and what it held until then is lost`,
  place: last.path,
  fromByte: last.offset,
  toByte: undefined,
  fromTime: last.lastTime,
  toTime: next,
  events: undefined,
})

/** That a compressed file ends too early. */
export const damagedGap = (last: LastRead, why: string): SourceGap => ({
  kind: 'damaged-file',
  message: `${last.path} cannot be decompressed behind byte ${last.offset}: ${why}`,
  place: last.path,
  fromByte: last.offset,
  toByte: undefined,
  fromTime: last.lastTime,
  toTime: undefined,
  events: undefined,
})

/** That a line is too long to be read. */
export const oversizeGap = (last: LastRead, length: number): SourceGap => ({
  kind: 'oversize',
  message: `a line of ${length} bytes in ${last.path} is longer than what is read`,
  place: last.path,
  fromByte: last.offset,
  toByte: last.offset + length,
  fromTime: last.lastTime,
  toTime: undefined,
  events: 1,
})

/** A name tells the moment of rotation cut to whole ms. */
const ROTATED_PRECISION_MS = 1
