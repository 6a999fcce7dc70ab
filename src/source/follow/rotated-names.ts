import { basename, extname } from 'node:path'

/** A name that rotation gives. */
export interface RotatedName {
  readonly name: string
  /** Without what says that it is compressed: what both copies of one file share. */
  readonly stem: string
  /** When it was rotated, in ms since 1970, where its name says so to the ms. */
  readonly rotatedMs: number | undefined
}

/**
 * The names in a folder that are earlier parts of the log `live`, the oldest first: by the clock of
 * the API server where the name holds a time, so a clock set back can put them in another order.
 * Those of lumberjack (`audit-2026-11-20T22-01-40.626.log`; upstream: natefinch/lumberjack v2,
 * backupName) and of logrotate (`audit.log.1`, `audit.log-20261120`, `audit-20261120.log`), each
 * with `.gz` or `.zst` too. What is compressed otherwise cannot be read and is not listed.
 */
export const rotatedNames = (live: string, names: readonly string[]): readonly RotatedName[] => {
  const base = basename(live)
  return names
    .flatMap((name) => matched(base, name) ?? [])
    .sort((a, b) => a.kind - b.kind || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ name, stem, rotatedMs }) => ({ name, stem, rotatedMs }))
}

/** Whether lumberjack would give such a name to an earlier part of some log. */
export const isRotatedName = (name: string): boolean =>
  LUMBERJACK_ANYWHERE.test(name) || COMPRESSED.test(name)

const COMPRESSED = /\.(gz|zst|zstd)$/
const LUMBERJACK = /^-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/
const LUMBERJACK_ANYWHERE = /-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}(\.|$)/
const DATED = /^-(\d{8}(-\d{1,20})?)$/
const NUMBERED = /^\.(\d{1,9})$/

interface Matched extends RotatedName {
  readonly kind: number
  readonly key: string | number
}

function matched(base: string, name: string): Matched | undefined {
  const stem = name.replace(COMPRESSED, '')
  const about = { name, stem, rotatedMs: undefined }
  const middle = between(base, stem)
  const time = middle === undefined ? null : LUMBERJACK.exec(middle)
  if (middle !== undefined && time !== null) {
    const rotatedMs = Date.parse(`${time[1]}T${time[2]}:${time[3]}:${time[4]}Z`)
    return { ...about, rotatedMs, kind: 2, key: middle }
  }
  const behind = stem.startsWith(base) ? stem.slice(base.length) : undefined
  const dated = DATED.exec(middle ?? '') ?? DATED.exec(behind ?? '')
  if (dated !== null) return { ...about, kind: 1, key: dated[1] ?? '' }
  const numbered = NUMBERED.exec(behind ?? '')
  return numbered === null ? undefined : { ...about, kind: 0, key: -Number(numbered[1]) }
}

/** What stands between the stem of a log's name and its ending. */
function between(base: string, name: string): string | undefined {
  const ending = extname(base)
  const stem = base.slice(0, base.length - ending.length)
  const fits = name.startsWith(stem) && name.endsWith(ending)
  return fits && name.length > base.length
    ? name.slice(stem.length, -ending.length || undefined)
    : undefined
}
