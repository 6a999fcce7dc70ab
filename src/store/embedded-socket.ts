import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where a Unix socket may be, and how to take away what was made for it. */
export interface SocketPlace {
  readonly path: string
  remove(): void
}

/** The place of the engine's socket: in its folder, or in a private short one when that is long. */
export const socketPath = (folder: string): SocketPlace => {
  const path = join(resolve(folder), 'engine.sock')
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) {
    return { path, remove: () => rmSync(path, { force: true }) }
  }
  const short = mkdtempSync(join(tmpdir(), 'deckwatch-'))
  return {
    path: join(short, 'engine.sock'),
    remove: () => rmSync(short, { recursive: true, force: true }),
  }
}

// Systems allow 104 or 108 bytes, the last of them a NUL.
const PATH_BYTES_MAX = 100
