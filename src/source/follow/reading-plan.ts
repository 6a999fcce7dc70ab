import { LIMIT } from '../../base/limit.ts'
import type { SourceGap } from '../../model/delivery.ts'
import type { ReadMarks } from './read-marks.ts'
import type { OpenFile } from './reading-file.ts'
import type { RotatedFile } from './rotated-files.ts'

/** What is to be read, or told, next. */
export type Step =
  | { readonly kind: 'gap'; readonly gap: SourceGap }
  | { readonly kind: 'rotated'; readonly file: RotatedFile; readonly held: OpenFile | undefined }
  | { readonly kind: 'live'; readonly file: OpenFile }

/** The file that was read last, and where reading it stopped. */
export interface LastRead {
  readonly path: string
  readonly fingerprint: string
  readonly offset: number
  /** Of the last event read, RFC 3339. */
  readonly lastTime: string | undefined
  /** When it was rotated, in ms since 1970, once its name says so. */
  readonly rotatedMs: number | undefined
  /** The last bytes read, as far as they are known. */
  readonly tail: Uint8Array | undefined
}

/** Rotated files that hold something not read yet. */
export const unreadOf = (
  rotated: readonly RotatedFile[],
  marks: ReadMarks,
): readonly RotatedFile[] =>
  rotated.filter(({ fingerprint, contentBytes }) => {
    const mark = marks.get(fingerprint)
    return mark === undefined || !(mark.done || mark.offset === contentBytes)
  })

/**
 * Those of them that come before the live file. It was opened first, and may have been rotated
 * since: then what was rotated after it comes later.
 */
export const beforeLive = (
  rotated: readonly RotatedFile[],
  live: OpenFile | undefined,
): readonly RotatedFile[] => {
  const at = rotated.findIndex(({ fingerprint }) => fingerprint === live?.fingerprint)
  return at < 0 ? rotated : rotated.slice(0, at)
}

/** What there is to do. */
export interface Plan {
  /** What is missing before all of it. */
  readonly missing: SourceGap | undefined
  /** What was lost when the live file was emptied, behind the content it had. */
  readonly emptied: { readonly after: string; readonly gap: SourceGap } | undefined
  readonly unread: readonly RotatedFile[]
  readonly live: OpenFile | undefined
}

/**
 * The steps in order. Of more than `LIMIT.rotatedFilesQueued` files the oldest, and then it is
 * planned again.
 */
export const stepsOf = ({ missing, emptied, unread, live }: Plan): Step[] => {
  const steps: Step[] = missing === undefined ? [] : [{ kind: 'gap', gap: missing }]
  const hasCopy = unread.some(({ fingerprint }) => fingerprint === emptied?.after)
  if (emptied !== undefined && !hasCopy) steps.push({ kind: 'gap', gap: emptied.gap })
  for (const file of unread.slice(0, LIMIT.rotatedFilesQueued)) {
    steps.push({ kind: 'rotated', file, held: undefined })
    if (file.fingerprint === emptied?.after) steps.push({ kind: 'gap', gap: emptied.gap })
  }
  if (live !== undefined && unread.length <= LIMIT.rotatedFilesQueued) {
    steps.push({ kind: 'live', file: live })
  }
  return steps
}
