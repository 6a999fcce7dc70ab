import { basename, dirname } from 'node:path'
import type { FilePosition, LogSource } from '../../model/delivery.ts'
import type { OpenFile } from './reading-file.ts'
import type { RotatedFile } from './rotated-files.ts'
import { rotatedNames } from './rotated-names.ts'

/** A log, and what lies there of it when following begins. */
export interface FoundLog {
  readonly path: string
  readonly source: LogSource
  readonly rotated: readonly RotatedFile[]
  readonly live: OpenFile | undefined
}

/** What earlier runs and imports kept of a log. */
export interface KeptBefore {
  /** By fingerprint: whichever way they came, nothing below is handed on again. */
  readonly offsets: ReadonlyMap<string, number>
  /** Where following it stopped; undefined if it never was followed. */
  readonly stopped: FilePosition | undefined
  /** Rotated files that were read before the first one that is known, or were not wanted. */
  readonly passed: readonly RotatedFile[]
}

/**
 * What is known of a log from the positions of its API server: by what its files hold, or by their
 * names where they are gone.
 */
export const keptBefore = (log: FoundLog, positions: readonly FilePosition[]): KeptBefore => {
  const here = new Set([...log.rotated, log.live].map((file) => file?.fingerprint))
  const mine = positions.filter(
    ({ source, fingerprint, path }) =>
      source.cluster === log.source.cluster &&
      source.server === log.source.server &&
      (here.has(fingerprint) || isNameOf(log.path, path)),
  )
  const offsets = new Map<string, number>()
  for (const { fingerprint, offset } of mine) {
    offsets.set(fingerprint, Math.max(offset, offsets.get(fingerprint) ?? 0))
  }
  const followed = mine.filter(({ source }) => source.way === log.source.way)
  const stopped = followed.at(-1)
  const passed = stopped === undefined ? [] : passedOf(log, followed, stopped)
  return { offsets, stopped, passed }
}

const isNameOf = (live: string, path: string): boolean =>
  dirname(path) === dirname(live) &&
  (basename(path) === basename(live) || rotatedNames(live, [basename(path)]).length > 0)

/** Where nothing that was followed is left, what was rotated before reading stopped is passed. */
function passedOf(
  { rotated, live }: FoundLog,
  followed: readonly FilePosition[],
  { lastTime }: FilePosition,
): readonly RotatedFile[] {
  const known = new Set(followed.map(({ fingerprint }) => fingerprint))
  const first = rotated.findIndex(({ fingerprint }) => known.has(fingerprint))
  if (first >= 0) return rotated.slice(0, first)
  if (live !== undefined && known.has(live.fingerprint)) return rotated
  const stoppedMs = lastTime === undefined ? 0 : Date.parse(lastTime)
  return rotated.filter(({ rotatedMs }) => rotatedMs !== undefined && rotatedMs < stoppedMs)
}
