import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { bufferOf } from '../../base/slice.ts'
import { fingerprintedPart, fingerprintOf } from '../fingerprint.ts'
import type { Compression } from '../inflate.ts'
import { headOf } from './content.ts'
import { firstEventTime } from './event-time.ts'
import { readAt } from './line-reader.ts'
import { identityOf, openRegular } from './open-regular.ts'

/** A file that is open and known by its content. */
export interface OpenFile {
  readonly path: string
  readonly handle: FileHandle
  readonly identity: string
  readonly fingerprint: string
  /** What the fingerprint is made of. */
  readonly head: Uint8Array
  readonly compression: Compression
  readonly firstTime: string | undefined
  /** When it was made, in ms since 1970; 0 where the file system does not say. */
  readonly madeMs: number
}

/** A file that is open, or why it is not: `empty` has no whole line yet. */
export type OpenedFile =
  | { readonly kind: 'file'; readonly file: OpenFile }
  | { readonly kind: 'missing' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'refused'; readonly why: string }

/** Opens a file and looks at its beginning. What does not grow any more has `ended`. */
export const openKnown = async (path: string, ended: boolean): Promise<OpenedFile> => {
  const opened = await openRegular(path)
  if (opened.kind !== 'file') return opened
  const { handle, stats } = opened
  let file: OpenFile | undefined
  try {
    file = await known(path, handle, stats, ended)
  } finally {
    if (file === undefined) await handle.close()
  }
  return file === undefined ? { kind: 'empty' } : { kind: 'file', file }
}

/** Whether the file still begins with what it was known by. */
export const beginsAsBefore = async ({ handle, head }: OpenFile): Promise<boolean> => {
  const now = await readAt(handle, 0, head.length)
  return now.equals(head)
}

/** Where the last whole line ends. */
export const endOfLines = async (handle: FileHandle): Promise<number> => {
  let { size } = await handle.stat()
  while (size > 0) {
    const from = Math.max(0, size - BACKWARDS_BYTES)
    const newline = (await readAt(handle, from, size - from)).lastIndexOf(NEWLINE)
    if (newline >= 0) return from + newline + 1
    size = from
  }
  return 0
}

const NEWLINE = 0x0a
const BACKWARDS_BYTES = 65_536

async function known(
  path: string,
  handle: FileHandle,
  stats: BigIntStats,
  ended: boolean,
): Promise<OpenFile | undefined> {
  const { bytes, compression, ...begin } = await headOf(handle)
  const isEnd = ended && begin.ended
  const fingerprint = fingerprintOf(bytes, isEnd)
  const head = fingerprintedPart(bytes, isEnd)
  if (fingerprint === undefined || head === undefined) return undefined
  const firstTime = firstEventTime(bufferOf(head))
  const [identity, madeMs] = [identityOf(stats), Number(stats.birthtimeNs) / 1e6]
  return { path, handle, identity, fingerprint, head, compression, firstTime, madeMs }
}
