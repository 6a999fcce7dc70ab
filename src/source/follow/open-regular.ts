import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'

/** A file as it was opened, that there is none, or why it was not opened. */
export type Opened =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly stats: BigIntStats }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: string }

/**
 * Opens a regular file for reading. A symbolic link as the last part of the path is refused, not
 * followed: who can write into the folder of the log could have any file of this machine read and
 * shown. FIFOs, sockets and devices are refused before they are opened, for opening one can wait
 * for ever or do something; who swaps one in meanwhile gains nothing, since opening waits for none.
 */
export const openRegular = async (path: string): Promise<Opened> => {
  try {
    const seen = await lstat(path)
    if (seen.isSymbolicLink()) return refused('is a symbolic link: give the path it leads to')
    if (!seen.isFile()) return refused('is no regular file')
    const handle = await open(path, FLAGS)
    const stats = await handle.stat({ bigint: true })
    if (stats.isFile()) return { kind: 'file', handle, stats }
    await handle.close()
    return refused('is no regular file')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' }
    if (code === 'ELOOP') return refused('is a symbolic link: give the path it leads to')
    throw error // Permissions, too many open files, a broken disk: it may go on later.
  }
}

/** The code of an error that the operating system gave; undefined for any other. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined

/** What such a code means, for people. */
export const reasonOf = (code: string): string =>
  code === 'EACCES' || code === 'EPERM' ? 'may not be read: permission denied' : `gives ${code}`

/** Tells a file from every other one that exists, by whatever name. */
export const identityOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}`

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

const refused = (why: string): Opened => ({ kind: 'refused', why })
