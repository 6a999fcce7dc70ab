import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { globBase, globMatches, isGlob } from '../base/glob.ts'
import type { Issue } from '../base/issue.ts'
import type { Source } from '../model/event.ts'

/** One file to read, or the standard input. An archive is one input; its members share it. */
export interface Input {
  /** As shown: relative when the user gave it so. `-` is the standard input. */
  readonly path: string
  /** Size on disk, compressed as it is; 0 for the standard input. */
  readonly bytes: number
  /** Whose log it is. Of an archive: the archive itself; each block names its member. */
  readonly source: Source
  /** SHA-256 of its first 64 KiB on disk, 32 hex digits: tells files apart, whatever their name. */
  readonly fingerprint: string
}

/** Names the API server of the files that `glob` matches: `--source cluster/server=GLOB`. */
export interface SourceName {
  readonly cluster: string
  readonly server: string
  readonly glob: string
}

/** What there is to read, and what was wrong with the paths. */
export interface Listing {
  readonly inputs: readonly Input[]
  readonly issues: readonly Issue[]
}

/**
 * The files behind the paths, folders, globs and `-` that a user gave, sorted by path. A file is
 * listed once, however often it is reached, and so is a rotated log that is there both plain and
 * compressed. Without a name from `names` (the first whose glob matches the path, or its end after
 * a slash), the cluster is the containing folder and the server the file's stem.
 */
export const listInputs = async (
  paths: readonly string[],
  names: readonly SourceName[],
): Promise<Listing> => {
  const walk = new Walk()
  for (const path of paths) await walk.given(path)
  const files = withoutRotatedTwice([...walk.files.values()].sort(byPath), walk.issues)
  const used = new Set<SourceName>()
  const inputs: Input[] = []
  for (const file of files) {
    const fingerprint = file.path === '-' ? 'stdin' : await fingerprintOf(file.path, walk.issues)
    if (fingerprint === undefined) continue
    const source = nameOf(file.path, names, used)
    inputs.push({ path: file.path, bytes: file.bytes, source, fingerprint })
  }
  for (const name of names.filter((one) => !used.has(one))) {
    const message = `--source ${name.cluster}/${name.server}=${name.glob} matches no input`
    walk.issues.push({ code: 'source/name-unused', message, at: {} })
  }
  return { inputs, issues: walk.issues }
}

/**
 * A file's name without what says how it is kept: compression, `.tar`, the kind of text, and the
 * time that rotation adds (`audit-2026-11-20T22-01-40.626.log.gz` is `audit`).
 */
export const stemOf = (path: string): string =>
  basename(path)
    .replace(/\.(gz|zst|zstd|tgz)$/, '')
    .replace(/\.tar$/, '')
    .replace(/\.(log|json|ndjson|jsonl|ya?ml|txt)$/, '')
    .replace(/-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}$/, '')

const COMPRESSED = /\.(gz|zst|zstd)$/
/** At most so much is added to what cannot be compressed: headers. */
const COMPRESSION_OVERHEAD_BYTES = 1_024
const FINGERPRINT_BYTES = 65_536

interface Found {
  readonly path: string
  readonly bytes: number
}

/** Finds files below paths. Keeps what it has seen, so that each file and folder is read once. */
class Walk {
  /** By real path. */
  readonly files = new Map<string, Found>()
  readonly issues: Issue[] = []

  async given(path: string): Promise<void> {
    if (path === '-') {
      this.files.set('-', { path, bytes: 0 })
      return
    }
    const about = await this.#stat(path, isGlob(path))
    if (about !== undefined) {
      const before = this.files.size + this.issues.length
      await this.#visit(path, about, [])
      if (before === this.files.size + this.issues.length) {
        this.#issue('source/empty-folder', 'no file here', path)
      }
    } else if (isGlob(path)) await this.#glob(path)
  }

  async #glob(glob: string): Promise<void> {
    const below = new Walk()
    const base = globBase(glob)
    const about = await below.#stat(base, true)
    if (about !== undefined) await below.#visit(base, about, [])
    let matched = 0
    for (const [real, file] of below.files) {
      if (!globMatches(glob, file.path)) continue
      matched += 1
      this.#add(real, file)
    }
    for (const issue of below.issues) {
      if (globMatches(glob, issue.at.file ?? '')) this.issues.push(issue)
    }
    if (matched === 0) this.#issue('source/missing', 'the glob matches no file', glob)
  }

  /** `above`: the real paths of the folders being walked, from the outermost. */
  async #visit(path: string, about: Stats, above: readonly string[]): Promise<void> {
    if (about.isFile()) {
      this.#add(await realpath(path), { path, bytes: about.size })
      return
    }
    if (!about.isDirectory()) {
      this.#issue('source/not-a-file', 'a FIFO, socket or device', path)
      return
    }
    const real = await realpath(path)
    if (above.includes(real)) {
      this.#issue('source/symlink-loop', 'leads to a folder above it', path)
      return
    }
    for (const name of await this.#names(path)) {
      const below = join(path, name)
      const found = await this.#stat(below, false)
      if (found !== undefined) await this.#visit(below, found, [...above, real])
    }
  }

  async #names(folder: string): Promise<readonly string[]> {
    try {
      return (await readdir(folder)).sort()
    } catch (error) {
      this.#issue('source/unreadable', reasonOf(error), folder)
      return []
    }
  }

  async #stat(path: string, mayBeMissing: boolean): Promise<Stats | undefined> {
    try {
      return await stat(path)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ELOOP') this.#issue('source/symlink-loop', 'a link to itself', path)
      else if (code !== 'ENOENT') this.#issue('source/unreadable', reasonOf(error), path)
      else if (!mayBeMissing) this.#issue('source/missing', 'no such file', path)
      return undefined
    }
  }

  #add(real: string, file: Found): void {
    const known = this.files.get(real)
    if (known === undefined) this.files.set(real, file)
    else if (known.path !== file.path) {
      this.#issue('source/given-twice', `the same file as ${known.path}`, file.path)
    }
  }

  #issue(code: string, message: string, file: string): void {
    this.issues.push({ code, message, at: { file } })
  }
}

const byPath = (a: Found, b: Found): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

/**
 * Rotation compresses `X.log` to `X.log.gz` and then removes it: a crash leaves both. What is
 * larger compressed than plain is no copy, but an older log whose name was used again.
 */
function withoutRotatedTwice(files: readonly Found[], issues: Issue[]): readonly Found[] {
  const sizes = new Map(files.map((file) => [file.path, file.bytes]))
  return files.filter((file) => {
    const plain = file.path.replace(COMPRESSED, '')
    const size = plain === file.path ? undefined : sizes.get(plain)
    if (size === undefined || file.bytes > size + COMPRESSION_OVERHEAD_BYTES) return true
    const at = { file: file.path }
    issues.push({ code: 'source/rotated-twice', message: `${plain} is read instead`, at })
    return false
  })
}

async function fingerprintOf(path: string, issues: Issue[]): Promise<string | undefined> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(FINGERPRINT_BYTES), 0)
      return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 32)
    } finally {
      await file.close()
    }
  } catch (error) {
    issues.push({ code: 'source/unreadable', message: reasonOf(error), at: { file: path } })
    return undefined
  }
}

function nameOf(path: string, names: readonly SourceName[], used: Set<SourceName>): Source {
  const named = names.find((name) => globMatches(name.glob, path) || endMatches(name.glob, path))
  if (named !== undefined) {
    used.add(named)
    return { cluster: named.cluster, server: named.server, file: path }
  }
  if (path === '-') return { cluster: 'stdin', server: 'stdin', file: path }
  return { cluster: basename(dirname(resolve(path))), server: stemOf(path), file: path }
}

function endMatches(glob: string, path: string): boolean {
  return !glob.startsWith('/') && globMatches(`**/${glob}`, path)
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined

const reasonOf = (error: unknown): string => codeOf(error) ?? String(error)
