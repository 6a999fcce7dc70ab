import { open } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { timeText } from '../../detect/time.ts'
import { anchorLine } from '../../store/evidence/anchor.ts'
import type { Chains } from '../../store/evidence/chain.ts'
import type { DataFolder } from './data-folder.ts'
import type { ServeHooks } from './running.ts'

/** Between two lines of the anchor, in ms. */
const ANCHOR_MS = 10_000
const FILE_MODE = 0o600

/**
 * Writes the heads of the chains of evidence to a file, best on another disk or machine: whoever
 * cuts off the end of what is stored, or puts back an older copy of it, cannot change that too.
 */
export class Anchoring {
  readonly #target: string
  readonly #folder: DataFolder
  readonly #chains: Chains
  readonly #clock: Clock
  readonly #hooks: ServeHooks
  #writtenMs = Number.NEGATIVE_INFINITY
  #written = ''
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false
  #isFailing = false

  /** `target` is a file, or an `http(s)://` address that takes a line with each POST. */
  constructor(
    target: string | undefined,
    folder: DataFolder,
    chains: Chains,
    clock: Clock,
    hooks: ServeHooks,
  ) {
    this.#target = target ?? join(folder.path, 'anchor.ndjson')
    this.#folder = folder
    this.#chains = chains
    this.#clock = clock
    this.#hooks = hooks
    const isInside = resolve(this.#target).startsWith(resolve(folder.path) + sep)
    if (isAddress(this.#target) || !isInside) return
    const why = 'who can change the data can change it too: give --anchor FILE on another disk'
    hooks.log('info', `the anchor of the evidence lies in the data directory; ${why}`)
  }

  /** Begins to write the heads if they have moved, and not too often. Nothing waits for it. */
  begin(): void {
    if (this.#isWriting || this.#clock.elapsedMs() - this.#writtenMs < ANCHOR_MS) return
    this.#write()
  }

  /** Writes the heads if they have moved, and resolves when that is done or has failed. */
  async finish(): Promise<void> {
    await this.#writing
    this.#write()
    await this.#writing
  }

  #write(): void {
    const heads = this.#chains.heads()
    const text = JSON.stringify(heads)
    if (text === this.#written) return
    this.#writtenMs = this.#clock.elapsedMs()
    const { instance, evidenceKey } = this.#folder
    const at = timeText(this.#clock.nowUs())
    const line = anchorLine({ format: 'deckwatch-anchor-1', instance, at, heads }, evidenceKey)
    this.#isWriting = true
    this.#writing = this.#put(line, text).finally(() => {
      this.#isWriting = false
    })
  }

  async #put(line: string, text: string): Promise<void> {
    try {
      await (isAddress(this.#target) ? post(this.#target, line) : append(this.#target, line))
      this.#written = text
      this.#isFailing = false
    } catch (error) {
      if (!(error instanceof Error)) throw error
      // Once, and not every ten seconds of an outage.
      if (this.#isFailing) return
      this.#isFailing = true
      const where = { anchor: this.#target }
      this.#hooks.log('error', `the anchor cannot be written: ${error.message}`, where)
    }
  }
}

const isAddress = (target: string): boolean => /^https?:\/\//.test(target)

const append = async (path: string, line: string): Promise<void> => {
  const file = await open(path, 'a', FILE_MODE)
  try {
    await file.appendFile(line)
    await file.sync()
  } finally {
    await file.close()
  }
}

const POST_MS_MAX = 10_000

const post = async (url: string, line: string): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: line,
    redirect: 'error',
    signal: AbortSignal.timeout(POST_MS_MAX),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`${new URL(url).origin} answers ${response.status}`)
}
