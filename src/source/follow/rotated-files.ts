import type { BigIntStats } from 'node:fs'
import { type FileHandle, lstat, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fingerprintOf } from '../fingerprint.ts'
import { headOf } from './content.ts'
import { firstEventTime } from './event-time.ts'
import { readAt } from './line-reader.ts'
import { identityOf, openRegular, reasonOf, systemCode } from './open-regular.ts'
import { type RotatedName, rotatedNames } from './rotated-names.ts'

/** An earlier part of a followed log. */
export interface RotatedFile {
  readonly path: string
  readonly fingerprint: string
  readonly identity: string
  /** As it lies on disk. */
  readonly bytes: number
  /** Of its content; undefined where only decompressing tells. */
  readonly contentBytes: number | undefined
  /** When it was rotated, where its name says so. */
  readonly rotatedMs: number | undefined
  /** Of its first event, RFC 3339. */
  readonly firstTime: string | undefined
  /** When a plain file was made, in ms since 1970; 0 where that is not known. */
  readonly madeMs: number
}

/** Lists what rotation has made of a log. Remembers what it knows of a file while it is there. */
export class RotatedFiles {
  readonly #live: string
  #known = new Map<string, RotatedFile>()
  #problem: string | undefined

  constructor(live: string) {
    this.#live = live
  }

  /** Which of them may not be read, when they were listed last. */
  get problem(): string | undefined {
    return this.#problem
  }

  /**
   * The rotated files, the oldest first. Of one that is there plain and compressed, the plain one:
   * the other may still be being written. What cannot be read, or holds no line yet, is left out
   * until it can: `nowMs` tells a line that will never end from one being copied.
   */
  async list(nowMs: number): Promise<readonly RotatedFile[]> {
    for (let tries = 1; ; tries += 1) {
      const files = await this.#listOnce(nowMs)
      // A plain file that went while we looked has left its compressed form, which was passed over.
      if (files !== undefined || tries === LIST_TRIES) return [...this.#known.values()]
    }
  }

  /** Undefined when a file that the folder named is not there any more. */
  async #listOnce(nowMs: number): Promise<Map<string, RotatedFile> | undefined> {
    const folder = dirname(this.#live)
    const names = rotatedNames(this.#live, await namesIn(folder))
    const plain = new Set(names.filter(({ name, stem }) => name === stem).map(({ stem }) => stem))
    const known = new Map<string, RotatedFile>()
    let isWhole = true
    this.#problem = undefined
    for (const name of names) {
      if (name.name !== name.stem && plain.has(name.stem)) continue
      const path = join(folder, name.name)
      const key = await keyOf(path)
      const found = key === undefined ? 'gone' : await this.#found(key, path, name, nowMs)
      if (found === 'gone') isWhole = false
      else if (key !== undefined && found !== 'unknown') known.set(key, found)
    }
    this.#known = known
    return isWhole ? known : undefined
  }

  async #found(
    key: string,
    path: string,
    name: RotatedName,
    nowMs: number,
  ): Promise<RotatedFile | 'gone' | 'unknown'> {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    try {
      const opened = await openRegular(path)
      if (opened.kind !== 'file') return opened.kind === 'missing' ? 'gone' : 'unknown'
      try {
        return (await described(path, name, opened.handle, opened.stats, nowMs)) ?? 'unknown'
      } finally {
        await opened.handle.close()
      }
    } catch (error) {
      const code = systemCode(error)
      if (code !== 'EACCES' && code !== 'EPERM') throw error
      this.#problem = `${path} ${reasonOf(code)}`
      return 'unknown'
    }
  }
}

/** Rotation happens now and then, and compressing takes a moment: it does not go on for ever. */
const LIST_TRIES = 5

/** A line that does not end is taken for a whole one when its file has not changed for so long. */
const UNFINISHED_MS = 10_000

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (!isGone(error)) throw error
    return []
  }
}

/** Names the content as well as can be without reading it: inode numbers are used again. */
async function keyOf(path: string): Promise<string | undefined> {
  try {
    const stats = await lstat(path, { bigint: true })
    return `${path}\n${identityOf(stats)}\n${stats.size}\n${stats.mtimeNs}`
  } catch (error) {
    if (!isGone(error)) throw error
    return undefined // Rotation has renamed or deleted it meanwhile.
  }
}

function isGone(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

async function described(
  path: string,
  { rotatedMs }: RotatedName,
  handle: FileHandle,
  stats: BigIntStats,
  nowMs: number,
): Promise<RotatedFile | undefined> {
  const head = await headOf(handle)
  const settled = nowMs - Number(stats.mtimeMs) > UNFINISHED_MS
  const fingerprint = fingerprintOf(head.bytes, head.ended && settled)
  if (fingerprint === undefined) return undefined
  const isPlain = head.compression === 'none'
  const bytes = Number(stats.size)
  const isGzip = head.compression === 'gzip' && bytes > GZIP_LENGTH_BYTES
  return {
    path,
    fingerprint,
    identity: identityOf(stats),
    bytes,
    contentBytes: isPlain ? bytes : isGzip ? await gzipLength(handle, bytes) : undefined,
    rotatedMs,
    firstTime: firstEventTime(head.bytes),
    madeMs: isPlain ? Number(stats.birthtimeNs) / 1e6 : 0,
  }
}

const GZIP_LENGTH_BYTES = 4

/**
 * What the end of a gzip file says of its length. Rotation writes one member of less than 4 GiB; of
 * any other file this is wrong, and then at worst it is decompressed to find nothing new.
 */
async function gzipLength(handle: FileHandle, bytes: number): Promise<number> {
  const trailer = await readAt(handle, bytes - GZIP_LENGTH_BYTES, GZIP_LENGTH_BYTES)
  return trailer.length === GZIP_LENGTH_BYTES ? trailer.readUInt32LE(0) : 0
}
