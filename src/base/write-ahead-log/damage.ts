import { readFully, writeFully } from './byte-window.ts'
import type { LogFiles } from './log-files.ts'
import type { Hole } from './segment.ts'
import type { LogDamage } from './write-ahead-log.ts'

/**
 * Copies the bytes of a hole into a file of their own: a line of JSON that says what they are, and
 * then the bytes. Done once, however often the segment is read.
 */
export const setAside = async (
  files: LogFiles,
  folder: string,
  names: readonly string[],
  hole: Hole & { readonly name: string },
): Promise<void> => {
  const name = `${hole.name}.${hole.fromByte}-${hole.toByte}${ENDING}`
  if (names.includes(name) || names.includes(name + TOLD)) return
  const { name: segment, fromByte, toByte, reason, fromSequence, toSequence } = hole
  const damage: LogDamage = { segment, fromByte, toByte, reason, fromSequence, toSequence }
  const source = await files.open(`${folder}/${segment}`)
  const file = await files.create(`${folder}/${name}.new`)
  try {
    let end = await writeFully(file, [Buffer.from(`${JSON.stringify(damage)}\n`)], 0)
    for (let at = fromByte; at < toByte; at += COPY_BYTES) {
      const piece = await readFully(source, at, Math.min(COPY_BYTES, toByte - at))
      if (piece.length === 0) break
      end = await writeFully(file, [piece], end)
    }
    await file.sync()
  } finally {
    await file.close()
    await source.close()
  }
  await files.rename(`${folder}/${name}.new`, `${folder}/${name}`)
}

/** All that lies aside and was not told yet, in the order of the log. */
export const listDamage = async (
  files: LogFiles,
  folder: string,
): Promise<readonly LogDamage[]> => {
  const damage: LogDamage[] = []
  for (const name of (await files.list(folder)).filter((each) => each.endsWith(ENDING))) {
    const file = await files.open(`${folder}/${name}`)
    try {
      damage.push(readDamage(name, await readFully(file, 0, LINE_BYTES)))
    } finally {
      await file.close()
    }
  }
  return damage.sort((a, b) => a.fromSequence - b.fromSequence || a.fromByte - b.fromByte)
}

/** Renames what lies aside, so that it is not listed again. */
export const markTold = async (files: LogFiles, folder: string): Promise<void> => {
  for (const name of (await files.list(folder)).filter((each) => each.endsWith(ENDING))) {
    await files.rename(`${folder}/${name}`, `${folder}/${name}${TOLD}`)
  }
  await files.syncFolder(folder)
}

const ENDING = '.damaged'
const TOLD = '.told'
const COPY_BYTES = 1_048_576
const LINE_BYTES = 4_096

/** The line was synced before the file got its name. If the disk damaged it too, that is said. */
function readDamage(name: string, bytes: Buffer): LogDamage {
  const unknown = { fromByte: 0, toByte: 0, fromSequence: 0, toSequence: 0 }
  try {
    const line: unknown = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf(10)))
    // What `setAside` wrote: no one else writes in this folder.
    return { ...unknown, ...(line as LogDamage) }
  } catch (error) {
    return { ...unknown, segment: name, reason: `what lies aside cannot be read: ${error}` }
  }
}
