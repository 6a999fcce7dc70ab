import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../base/fault.ts'

/** A data directory that is ours until it is released. */
export interface FolderLock {
  release(): void
}

/**
 * Takes a data directory for this process, or throws the Fault `store/locked` naming who has it.
 * The lock of a process that is gone is taken over; one whose number another process has by now is
 * told by when that began.
 */
export const lockFolder = (folder: string): FolderLock => {
  const path = join(folder, 'lock')
  const mine = describe(process.pid)
  for (let tries = 0; !take(path, mine); tries += 1) {
    const owner = read(path)
    if (owner === undefined) continue
    if (isAlive(owner) || tries >= TRIES) throw locked(folder, owner)
    setAside(path, owner)
  }
  return {
    release: () => {
      if (read(path) === mine) rmSync(path, { force: true })
    },
  }
}

const TRIES = 10

const take = (path: string, mine: string): boolean => {
  try {
    writeFileSync(path, mine, { flag: 'wx', mode: 0o600 })
    // While it was empty another may have taken it for that of a dead owner, and set it aside.
    return read(path) === mine
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw new Fault('store/folder', `cannot write ${path}`, { cause: error })
  }
}

// Two may find the same dead owner. Whoever renames second has the new owner's lock in his hand and
// puts it back.
const setAside = (path: string, owner: string): void => {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  if (read(aside) === owner) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** `pid start-of-the-process boot-of-the-machine`, the last two where the system tells them. */
const describe = (pid: number): string => `${pid} ${startedAt(pid)} ${boot()}`

const isAlive = (owner: string): boolean => {
  const pid = Number.parseInt(owner, 10)
  // A lock that was never written whole: its owner ended in the middle of it.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  return runs(pid) && owner === describe(pid)
}

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

// Upstream: proc(5), /proc/pid/stat. The name in parentheses may itself have some.
const startedAt = (pid: number): string => {
  const stat = readSystem(`/proc/${pid}/stat`)
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // One that has ended keeps its number until its parent asks how; in a container perhaps for ever.
  return /[ZX]/.test(state) ? 'ended' : (fields[18] ?? '')
}

const boot = (): string => readSystem('/proc/sys/kernel/random/boot_id').trim()

const readSystem = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not Linux, or nobody's process: then the number alone must do.
    return ''
  }
}

const locked = (folder: string, owner: string): Fault =>
  new Fault(
    'store/locked',
    `the data directory ${folder} belongs to the process ${Number.parseInt(owner, 10)}, which runs`,
  )

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
