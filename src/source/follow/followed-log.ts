import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { Clock } from '../../base/clock.ts'
import { LIMIT } from '../../base/limit.ts'
import type { FilePosition, LogSource, SourceGap } from '../../model/delivery.ts'
import { CatchUp } from './catch-up.ts'
import { firstEventTime } from './event-time.ts'
import { FileReader, isReadUntil, startOfNews } from './file-reader.ts'
import {
  betweenGap,
  damagedGap,
  deletedGap,
  rewrittenGap,
  truncatedGap,
  vanishedGap,
} from './gaps.ts'
import type { HandingOn } from './handing-on.ts'
import { readAt } from './line-reader.ts'
import { identityOf, reasonOf, systemCode } from './open-regular.ts'
import { ReadMarks } from './read-marks.ts'
import { endOfLines, type OpenFile, openKnown } from './reading-file.ts'
import { beforeLive, type LastRead, type Step, stepsOf, unreadOf } from './reading-plan.ts'
import { keptBefore } from './resuming.ts'
import { type RotatedFile, RotatedFiles } from './rotated-files.ts'

/** A log to follow: one file, and what rotation makes of it. */
export interface FollowedLogOptions {
  readonly path: string
  readonly source: LogSource
  /** Where to begin when nothing of it was kept before. */
  readonly from: 'start' | 'end'
  /** Up to where files were kept, in the order in which they were. */
  readonly positions: readonly FilePosition[]
  readonly chunkBytes: number
  readonly handingOn: HandingOn
  readonly clock: Clock
}

/**
 * Follows one log across rotation. It reads a file to its end, then those that rotation made
 * meanwhile, in order, and then the new one. A file is known by its content, so it is read once
 * under whatever name it comes.
 */
export class FollowedLog {
  readonly #options: FollowedLogOptions
  readonly #rotated: RotatedFiles
  readonly #marks = new ReadMarks()
  readonly #catchUp = new CatchUp()
  #begun = false
  #queue: Step[] = []
  #reader: FileReader | undefined
  /** What is being read, unless it is the live file. */
  #rotatedNow: RotatedFile | undefined
  #last: LastRead | undefined
  /** The live file as it was before it was emptied in place. */
  #emptied: LastRead | undefined
  #damagedSinceMs: number | undefined
  #tryAgainMs = Number.NEGATIVE_INFINITY
  #problem: string | undefined
  #passedBytes = 0

  constructor(options: FollowedLogOptions) {
    this.#options = options
    this.#rotated = new RotatedFiles(options.path)
  }

  /** Why something of it cannot be read at the moment. */
  get problem(): string | undefined {
    const problem = this.#problem ?? this.#rotated.problem
    if (problem !== undefined || this.#begun) return problem
    // What is written from now on would be passed over with what is there, if that is asked for.
    return `${this.#options.path} has not been looked at yet`
  }

  get catchUp(): CatchUp {
    return this.#catchUp
  }

  /** Reads all that there is. Rejects when it is to stop, or when nothing can be kept any more. */
  async poll(): Promise<void> {
    this.#problem = undefined
    try {
      this.#begun ||= await this.#begin()
      if (!this.#begun) return
      while (await this.#step()) await this.#measure()
      await this.#measure()
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      this.#problem = `${this.#options.path} ${reasonOf(code)}`
    }
  }

  async close(): Promise<void> {
    await this.#reader?.close()
    this.#reader = undefined
    for (const step of this.#queue.splice(0)) await openIn(step)?.handle.close()
  }

  /** Does the next thing; false when there is nothing to do until something happens. */
  async #step(): Promise<boolean> {
    const reader = this.#reader
    if (this.#options.clock.elapsedMs() < this.#tryAgainMs) {
      this.#problem = 'a compressed file ends too early; it may still be being written'
      return false
    }
    if (reader === undefined) return await this.#next()
    const from = reader.offset
    const outcome = await reader.step()
    this.#passed(reader, from)
    if (outcome === 'more') return true
    if (outcome === 'changed') return await this.#changed(reader)
    if (outcome === 'damaged') return await this.#damaged(reader)
    if (!reader.live) await this.#finish(reader)
    else if (await this.#isRotated(reader)) reader.live = false
    else return false
    return true
  }

  #passed(reader: FileReader, from: number): void {
    const { offset } = reader
    this.#passedBytes += Math.max(0, offset - from)
    this.#marks.set(reader.file.fingerprint, { offset, done: false })
  }

  /**
   * Whether another file stands where the live one was. Until something was written to it, the old
   * one may still be the one that is written to.
   */
  async #isRotated(reader: FileReader): Promise<boolean> {
    const { path } = this.#options
    const now = await statsOf(path)
    if (now === undefined || identityOf(now) === reader.file.identity) return false
    if (!now.isFile()) {
      this.#problem = `${path} is no regular file any more`
      return false
    }
    return now.size > 0n
  }

  async #finish(reader: FileReader): Promise<void> {
    this.#marks.set(reader.file.fingerprint, { offset: reader.offset, done: true })
    this.#last = { ...reader.last(), rotatedMs: this.#rotatedNow?.rotatedMs }
    this.#reader = undefined
    this.#damagedSinceMs = undefined
    await reader.close()
  }

  async #next(): Promise<boolean> {
    const step = this.#queue.shift()
    if (step === undefined) return await this.#plan()
    try {
      this.#rotatedNow = step.kind === 'rotated' ? step.file : undefined
      if (step.kind === 'gap') await this.#options.handingOn.gap(step.gap)
      else if (step.kind === 'live') await this.#start(step.file, true)
      else await this.#startRotated(step.file, step.held)
      return true
    } catch (error) {
      if (this.#reader === undefined) this.#queue.unshift(step)
      throw error
    }
  }

  /** Looks what there is to read, from what was rotated to the live file. */
  async #plan(): Promise<boolean> {
    // The live file first: whatever was rotated before it was made is then listed for certain.
    const opened = await this.#openLive()
    const live = typeof opened === 'string' ? undefined : opened
    const rotated = await this.#rotated.list(this.#nowMs())
    const unread = unreadOf(beforeLive(rotated, live), this.#marks)
    const nextTime = (unread[0] ?? live)?.firstTime
    const missing = this.#missing(rotated, live, nextTime)
    if (missing !== undefined && unread.length === 0 && live === undefined) return false
    if (missing !== undefined) this.#last = undefined
    const emptied = this.#emptiedGap(unread, live)
    this.#emptied = undefined
    this.#queue = stepsOf({ missing, emptied, unread, live })
    await this.#hold(live)
    if (this.#queue.length > 0) this.#problem = undefined
    return this.#queue.length > 0
  }

  /** Opens the files that rotation would delete next, so that it cannot take them away. */
  async #hold(live: OpenFile | undefined): Promise<void> {
    const isNext = this.#queue.some((step) => step.kind === 'live')
    if (!isNext) await live?.handle.close()
    let held = 0
    for (const [at, step] of this.#queue.entries()) {
      if (step.kind !== 'rotated' || held === LIMIT.rotatedFilesHeld) continue
      const { path, fingerprint } = step.file
      this.#queue[at] = { ...step, held: await openWith(path, fingerprint) }
      held += 1
    }
  }

  /** `absent`: there is none, or no line in it. `refused`: what is there cannot be read. */
  async #openLive(): Promise<OpenFile | 'absent' | 'refused'> {
    const { path } = this.#options
    const opened = await openKnown(path, false)
    if (opened.kind === 'file' && opened.file.compression === 'none') return opened.file
    if (opened.kind === 'empty') return 'absent'
    if (opened.kind === 'missing') {
      this.#problem = `there is no file ${path}`
      return 'absent'
    }
    if (opened.kind === 'file') await opened.file.handle.close()
    const why = opened.kind === 'file' ? 'is compressed: it can only be imported' : opened.why
    this.#problem = `${path} ${why}`
    return 'refused'
  }

  /** What is missing if the file read last is nowhere any more; notes if it is only a copy. */
  #missing(
    rotated: readonly RotatedFile[],
    live: OpenFile | undefined,
    nextTime: string | undefined,
  ): SourceGap | undefined {
    const last = this.#last
    if (last === undefined || live?.fingerprint === last.fingerprint) return undefined
    const now = rotated.find(({ fingerprint }) => fingerprint === last.fingerprint)
    if (now === undefined) return deletedGap(last, nextTime)
    // Rotation makes the new file after the old one: a younger old one is a copy of what was in it.
    const liveMs = live?.madeMs ?? 0
    const isCopy = last.tail === undefined && liveMs > 0 && liveMs < now.madeMs
    if (isCopy) this.#emptied = last
    this.#last = isCopy ? undefined : { ...last, rotatedMs: now.rotatedMs }
    return undefined
  }

  #emptiedGap(
    unread: readonly RotatedFile[],
    live: OpenFile | undefined,
  ): { readonly after: string; readonly gap: SourceGap } | undefined {
    const emptied = this.#emptied
    if (emptied === undefined) return undefined
    const at = unread.findIndex(({ fingerprint }) => fingerprint === emptied.fingerprint)
    const next = unread[at + 1] ?? live
    const nextTime = next?.firstTime ?? new Date(this.#nowMs()).toISOString()
    const from = unread[at]?.contentBytes ?? emptied.offset
    return { after: emptied.fingerprint, gap: truncatedGap(emptied, from, nextTime) }
  }

  async #startRotated(file: RotatedFile, held: OpenFile | undefined): Promise<void> {
    const open = held ?? (await this.#openAgain(file))
    if (open !== undefined) return await this.#start(open, false)
    const { path, fingerprint, rotatedMs } = file
    const offset = this.#marks.get(fingerprint)?.offset ?? 0
    const nextTime = this.#queue.map(firstTimeIn).find((time) => time !== undefined)
    await this.#options.handingOn.gap(vanishedGap(file, offset, nextTime))
    this.#marks.set(fingerprint, { offset, done: true })
    this.#passedBytes += (file.contentBytes ?? file.bytes) - offset
    this.#last = { path, fingerprint, offset, lastTime: undefined, rotatedMs, tail: undefined }
  }

  /** By its name, or by whatever name its content has now. */
  async #openAgain({ path, fingerprint }: RotatedFile): Promise<OpenFile | undefined> {
    const same = await openWith(path, fingerprint)
    if (same !== undefined) return same
    const files = await this.#rotated.list(this.#nowMs())
    const renamed = files.find((file) => file.fingerprint === fingerprint)
    return renamed && (await openWith(renamed.path, fingerprint))
  }

  async #start(file: OpenFile, live: boolean): Promise<void> {
    const { chunkBytes, handingOn } = this.#options
    const last = this.#last
    const isOther = last !== undefined && last.fingerprint !== file.fingerprint
    const offset = this.#marks.get(file.fingerprint)?.offset ?? 0
    const before = isOther ? undefined : last
    const lastTime = before?.lastTime
    const reader = new FileReader({ file, offset, lastTime, live, chunkBytes, handingOn })
    this.#reader = reader
    const between = isOther ? betweenGap(last, file.firstTime) : undefined
    if (between !== undefined) await handingOn.gap(between)
    if (await isReadUntil(file, { offset, tail: before?.tail, lastTime })) return
    await this.#goOnBehind(reader)
  }

  /** Goes on in a file that is no longer what was read of it, though it begins as before. */
  async #goOnBehind(reader: FileReader): Promise<void> {
    const { file } = reader
    const last = reader.last()
    const news = await startOfNews(file, last.offset, last.lastTime)
    const nextTime = firstEventTime(await readAt(file.handle, news, LIMIT.fingerprintBytes))
    await reader.skipTo(news, rewrittenGap(last, news, nextTime))
    this.#marks.set(file.fingerprint, { offset: news, done: false })
  }

  /** The live file is shorter than what was read of it, or begins otherwise. */
  async #changed(reader: FileReader): Promise<boolean> {
    if (await reader.beginsAsBefore()) {
      await this.#goOnBehind(reader)
      return true
    }
    this.#emptied = reader.last()
    this.#last = undefined
    this.#reader = undefined
    await reader.close()
    return true
  }

  /** A compressed file that ends too early may still be being written: it is tried again. */
  async #damaged(reader: FileReader): Promise<boolean> {
    const nowMs = this.#options.clock.elapsedMs()
    this.#damagedSinceMs ??= nowMs
    if (nowMs - this.#damagedSinceMs >= DAMAGED_MS) {
      await this.#options.handingOn.gap(damagedGap(reader.last(), reader.fault ?? 'damaged'))
      await this.#finish(reader)
      return true
    }
    const file = this.#rotatedNow
    this.#tryAgainMs = nowMs + TRY_AGAIN_MS
    this.#last = reader.last()
    this.#reader = undefined
    if (file !== undefined) this.#queue.unshift({ kind: 'rotated', file, held: undefined })
    await reader.close()
    return true
  }

  /** Notes how much lies unread, for the status. */
  async #measure(): Promise<void> {
    const { clock, path } = this.#options
    const atMs = clock.elapsedMs()
    const measured = this.#catchUp.last
    if (measured !== undefined && atMs - measured.atMs < MEASURE_MS) return
    const rotated = await this.#rotated.list(this.#nowMs())
    const liveBytes = Number((await statsOf(path))?.size ?? 0n)
    const readBytes = this.#reader?.live === true ? this.#reader.offset : 0
    const reading = this.#reader?.file.fingerprint
    const others = rotated.filter(({ fingerprint }) => fingerprint !== reading)
    const unread = unreadOf(others, this.#marks).map(
      (file) => sizeOf(file) - (this.#marks.get(file.fingerprint)?.offset ?? 0),
    )
    this.#catchUp.add({
      atMs,
      passedBytes: this.#passedBytes,
      lagBytes: Math.max(0, liveBytes - readBytes) + sum(unread),
      retainedBytes: liveBytes + sum(rotated.map(sizeOf)),
      rotated: rotated.length,
    })
  }

  /** Finds out what was read before; false while that cannot be told. */
  async #begin(): Promise<boolean> {
    const { from, positions } = this.#options
    const opened = await this.#openLive()
    if (opened === 'refused') return false
    const live = opened === 'absent' ? undefined : opened
    try {
      const rotated = await this.#rotated.list(this.#nowMs())
      const before = keptBefore({ ...this.#options, rotated, live }, positions)
      for (const [fingerprint, offset] of before.offsets) {
        this.#marks.set(fingerprint, { offset, done: false })
      }
      for (const file of before.passed) this.#pass(file)
      const { stopped } = before
      if (stopped !== undefined) {
        const { path, fingerprint, offset, lastTime } = stopped
        this.#last = { path, fingerprint, offset, lastTime, rotatedMs: undefined, tail: undefined }
      } else if (from === 'end') await this.#beginAtEnd(rotated, live)
      return true
    } finally {
      await live?.handle.close()
    }
  }

  async #beginAtEnd(rotated: readonly RotatedFile[], live: OpenFile | undefined): Promise<void> {
    for (const file of rotated) this.#pass(file)
    if (live === undefined) return
    const { path, fingerprint, handle } = live
    const offset = await endOfLines(handle)
    // A delivery of nothing: from now on there is a position, and the next run begins here too.
    const nothing = { bytes: new Uint8Array(), lastTime: undefined }
    await this.#options.handingOn.lines({ path, fingerprint, offset, ...nothing })
    this.#marks.set(fingerprint, { offset, done: false })
  }

  /** Passes a file over that is not wanted. */
  #pass({ fingerprint, contentBytes }: RotatedFile): void {
    this.#marks.set(fingerprint, { offset: contentBytes ?? 0, done: true })
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock.nowUs() / 1000)
  }
}

const MEASURE_MS = 1_000
/** A compressed file that stays damaged for so long is given up. */
const DAMAGED_MS = 30_000
const TRY_AGAIN_MS = 5_000

const openIn = (step: Step): OpenFile | undefined =>
  step.kind === 'live' ? step.file : step.kind === 'rotated' ? step.held : undefined

const firstTimeIn = (step: Step): string | undefined =>
  step.kind === 'gap' ? undefined : step.file.firstTime

const sizeOf = ({ bytes, contentBytes }: RotatedFile): number => contentBytes ?? bytes

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

async function openWith(path: string, fingerprint: string): Promise<OpenFile | undefined> {
  const opened = await openKnown(path, true)
  if (opened.kind !== 'file') return undefined
  if (opened.file.fingerprint === fingerprint) return opened.file
  await opened.file.handle.close()
  return undefined
}

async function statsOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    return undefined
  }
}
