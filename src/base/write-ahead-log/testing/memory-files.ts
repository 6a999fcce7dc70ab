import type { LogFile, LogFiles } from '../log-files.ts'

/** What a test makes a call fail with; `short` writes or reads less than it was asked for. */
export type Failure = 'EIO' | 'ENOSPC' | 'EINTR' | 'short'

/** Which calls can be made to fail. */
export type Call =
  | 'makeFolder'
  | 'list'
  | 'create'
  | 'open'
  | 'rename'
  | 'remove'
  | 'syncFolder'
  | 'read'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'size'
  | 'close'

const SECTOR_BYTES = 512

/**
 * A file system in memory that forgets what was not synced: names and contents as a disk would have
 * them after a loss of power, with every sector that was not synced either there or not.
 */
export class MemoryFiles implements LogFiles {
  #live = new Map<string, Content>()
  #durable = new Map<string, Content>()
  /** Of all contents; writes above it fail with ENOSPC. */
  quota: number = Number.POSITIVE_INFINITY
  calls = 0
  readonly counts: Map<Call, number> = new Map()
  /** Asked before each call: what it fails with. */
  failure: (call: Call, number: number) => Failure | undefined = () => undefined

  /** The contents as a new process sees them. */
  get contents(): ReadonlyMap<string, Content> {
    return this.#live
  }

  get used(): number {
    return [...this.#live.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  /** A loss of power. Whether an unsynced sector or name survives is asked of `survives`. */
  crash(survives: () => boolean): void {
    const names = new Map(this.#durable)
    for (const name of new Set([...this.#live.keys(), ...this.#durable.keys()])) {
      if (this.#live.get(name) === this.#durable.get(name) || !survives()) continue
      const content = this.#live.get(name)
      if (content === undefined) names.delete(name)
      else names.set(name, content)
    }
    for (const content of new Set(names.values())) content.crash(survives)
    this.#live = names
    this.#durable = new Map(names)
  }

  async makeFolder(): Promise<void> {
    this.count('makeFolder')
  }

  async list(folder: string): Promise<readonly string[]> {
    this.count('list')
    return [...this.#live.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1))
  }

  async create(path: string): Promise<LogFile> {
    this.count('create')
    const content = new Content()
    this.#live.set(path, content)
    return new MemoryFile(this, content)
  }

  async open(path: string): Promise<LogFile> {
    this.count('open')
    const content = this.#live.get(path)
    if (content === undefined) throw systemError('ENOENT')
    return new MemoryFile(this, content)
  }

  async rename(from: string, to: string): Promise<void> {
    this.count('rename')
    const content = this.#live.get(from)
    if (content === undefined) throw systemError('ENOENT')
    this.#live.delete(from)
    this.#live.set(to, content)
  }

  async remove(path: string): Promise<void> {
    this.count('remove')
    this.#live.delete(path)
  }

  async syncFolder(): Promise<void> {
    this.count('syncFolder')
    this.#durable = new Map(this.#live)
  }

  /** Counts a call and lets it fail; true when it is to do less than asked for. */
  count(call: Call): boolean {
    this.calls += 1
    this.counts.set(call, (this.counts.get(call) ?? 0) + 1)
    const failure = this.failure(call, this.calls)
    if (failure !== undefined && failure !== 'short') throw systemError(failure)
    return failure === 'short'
  }
}

/** The bytes of a file: as a reader sees them, and as they are on disk. */
export class Content {
  bytes: Buffer = Buffer.alloc(0)
  #durable: Buffer = Buffer.alloc(0)
  readonly #dirty = new Set<number>()

  write(piece: Uint8Array, position: number): void {
    const end = position + piece.length
    if (end > this.bytes.length) this.bytes = resized(this.bytes, end)
    this.bytes.set(piece, position)
    const first = Math.floor(position / SECTOR_BYTES)
    for (let sector = first; sector * SECTOR_BYTES < end; sector += 1) this.#dirty.add(sector)
  }

  sync(): void {
    this.#durable = resized(this.#durable, this.bytes.length)
    for (const sector of this.#dirty) this.#keep(sector)
    this.#dirty.clear()
  }

  /** What a system does after a sync that failed: it shows the bytes, and will never write them. */
  failSync(): void {
    this.#dirty.clear()
  }

  crash(survives: () => boolean): void {
    if (survives()) this.#durable = resized(this.#durable, this.bytes.length)
    for (const sector of this.#dirty) {
      if (survives()) this.#keep(sector)
    }
    this.#dirty.clear()
    this.bytes = Buffer.from(this.#durable)
  }

  #keep(sector: number): void {
    const start = sector * SECTOR_BYTES
    this.bytes.copy(this.#durable, start, start, start + SECTOR_BYTES)
  }
}

function resized(bytes: Buffer, length: number): Buffer {
  const after = Buffer.alloc(length)
  bytes.copy(after)
  return after
}

class MemoryFile implements LogFile {
  readonly #files: MemoryFiles
  readonly #content: Content

  constructor(files: MemoryFiles, content: Content) {
    this.#files = files
    this.#content = content
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const isShort = this.#files.count('read')
    const length = isShort ? Math.ceil(into.length / 2) : into.length
    const bytes = this.#content.bytes.subarray(position, position + length)
    into.set(bytes)
    return bytes.length
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<number> {
    const isShort = this.#files.count('write')
    const all = Buffer.concat(pieces)
    const growth = Math.max(0, position + all.length - this.#content.bytes.length)
    const room = all.length - Math.max(0, this.#files.used + growth - this.#files.quota)
    const length = Math.min(room, isShort ? all.length >> 1 : all.length)
    if (length <= 0) throw systemError('ENOSPC')
    this.#content.write(all.subarray(0, length), position)
    return length
  }

  async sync(): Promise<void> {
    try {
      this.#files.count('sync')
    } catch (error) {
      this.#content.failSync()
      throw error
    }
    this.#content.sync()
  }

  async truncate(length: number): Promise<void> {
    this.#files.count('truncate')
    this.#content.bytes = Buffer.from(this.#content.bytes.subarray(0, length))
  }

  async size(): Promise<number> {
    this.#files.count('size')
    return this.#content.bytes.length
  }

  async close(): Promise<void> {
    this.#files.count('close')
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made to fail`), { code })
}
