import { Fault } from '../fault.ts'
import { codeOf, readFully, saysNoRoom, writeFully } from './byte-window.ts'
import { listDamage, setAside } from './damage.ts'
import type { LogFile, LogFiles } from './log-files.ts'
import { readSegmentName, SEGMENT_HEADER_BYTES, type SegmentName } from './log-format.ts'
import { MARK_NAME, MarkFile } from './release-mark.ts'
import type { Hole, Segment } from './segment.ts'
import { scanSegment } from './segment-scan.ts'
import { full } from './segment-writer.ts'
import type { LogDamage } from './write-ahead-log.ts'

/** What was found in the folder of a log. */
export interface Recovered {
  readonly segments: Segment[]
  readonly mark: MarkFile
  readonly next: number
  readonly damage: readonly LogDamage[]
}

/** Reads a log's folder: every record is checked, and what is wrong is set aside. */
export const recover = async (files: LogFiles, folder: string): Promise<Recovered> => {
  try {
    await files.makeFolder(folder)
    return await readFolder(files, folder)
  } catch (error) {
    if (error instanceof Fault) throw error
    if (saysNoRoom(error)) throw full('it cannot be opened', error)
    if (codeOf(error) === undefined) throw error
    throw new Fault('log/broken', `the write-ahead log in ${folder} cannot be read`, {
      cause: error,
    })
  }
}

async function readFolder(files: LogFiles, folder: string): Promise<Recovered> {
  const names = await files.list(folder)
  for (const name of names.filter((each) => each.endsWith('.new'))) {
    await files.remove(`${folder}/${name}`)
  }
  const mark = await MarkFile.open(files, folder, !names.includes(MARK_NAME))
  const listed = segmentNames(names)
  const released = mark.isKnown ? mark.mark.released : (listed[0]?.first ?? 1)
  // What was read may not be on disk: see `settle`.
  await mark.write({ ...mark.mark, released })
  const wanted = await removeReleased(files, folder, listed, released)
  const segments: Segment[] = []
  for (const [index, name] of wanted.entries()) {
    const isLast = index === wanted.length - 1
    segments.push(await readSegment(files, folder, { name, isLast, mark: mark.mark }))
  }
  for (const [index, segment] of segments.entries()) {
    segment.next = Math.min(segment.next, segments[index + 1]?.name.first ?? segment.next)
  }
  const before = mark.isKnown ? missingBefore(segments[0], released) : []
  for (const hole of [...before, ...allHoles(segments, released)]) {
    await setAside(files, folder, names, hole)
  }
  await files.syncFolder(folder)
  return {
    segments: await withoutEmpty(files, folder, segments),
    mark,
    next: Math.max(released, segments.at(-1)?.next ?? 1),
    damage: await listDamage(files, folder),
  }
}

function segmentNames(names: readonly string[]): SegmentName[] {
  return names
    .flatMap((name) => readSegmentName(name) ?? [])
    .sort((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1))
}

/** Ends a deletion that was interrupted. */
async function removeReleased(
  files: LogFiles,
  folder: string,
  names: readonly SegmentName[],
  released: number,
): Promise<readonly SegmentName[]> {
  const reached = names.findLast((name) => name.first <= released)?.first ?? 0
  for (const { name } of names.filter((each) => each.first < reached)) {
    await files.remove(`${folder}/${name}`)
  }
  return names.filter((each) => each.first >= reached)
}

async function readSegment(
  files: LogFiles,
  folder: string,
  { name, isLast, mark }: { name: SegmentName; isLast: boolean; mark: MarkFile['mark'] },
): Promise<Segment> {
  const file = await files.open(`${folder}/${name.name}`)
  try {
    const syncedBytes = name.first === mark.syncedFirst ? mark.syncedBytes : 0
    const segment = await scanSegment(file, { name, isLast, syncedBytes })
    if (isLast) await settle(file, segment.bytes)
    return segment
  } finally {
    await file.close()
  }
}

/**
 * Cuts a torn end and makes the rest durable. After a failed sync the system may show bytes that
 * are not on disk and take them for written: so they are written again, the same to the same place.
 */
async function settle(file: LogFile, bytes: number): Promise<void> {
  if ((await file.size()) > bytes) await file.truncate(bytes)
  for (let at = 0; at < bytes; at += COPY_BYTES) {
    const piece = await readFully(file, at, Math.min(COPY_BYTES, bytes - at))
    await writeFully(file, [piece], at)
  }
  await file.sync()
}

const COPY_BYTES = 1_048_576

function missingBefore(first: Segment | undefined, released: number): NamedHole[] {
  const toSequence = first?.name.first ?? 0
  if (first === undefined || toSequence <= released) return []
  const reason = 'a segment before it is missing'
  const at = { fromByte: 0, toByte: 0 }
  return [{ ...at, name: first.name.name, reason, fromSequence: released, toSequence }]
}

type NamedHole = Hole & { readonly name: string }

/** Holes within segments, and records that are missing between them. */
function allHoles(segments: readonly Segment[], released: number): NamedHole[] {
  return segments.flatMap((segment, index) => {
    const { name } = segment.name
    const inside = segment.holes.map((hole) => {
      return { ...hole, name, toSequence: Math.min(hole.toSequence, segment.next) }
    })
    const toSequence = segments[index + 1]?.name.first ?? segment.next
    const fromSequence = Math.max(segment.next, released)
    if (toSequence <= fromSequence) return inside
    const reason = 'records at its end are missing'
    const at = segment.bytes
    return [...inside, { name, fromByte: at, toByte: at, reason, fromSequence, toSequence }]
  })
}

/** A last segment without records would share its first number with the next one to be made. */
async function withoutEmpty(
  files: LogFiles,
  folder: string,
  segments: Segment[],
): Promise<Segment[]> {
  const last = segments.at(-1)
  if (last === undefined || last.bytes > SEGMENT_HEADER_BYTES || last.next > last.name.first) {
    return segments
  }
  await files.remove(`${folder}/${last.name.name}`)
  await files.syncFolder(folder)
  return segments.slice(0, -1)
}
