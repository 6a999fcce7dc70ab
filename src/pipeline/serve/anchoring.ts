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
  readonly #file: string
  readonly #folder: DataFolder
  readonly #chains: Chains
  readonly #clock: Clock
  readonly #hooks: ServeHooks
  #writtenMs = Number.NEGATIVE_INFINITY
  #written = ''

  constructor(
    file: string | undefined,
    folder: DataFolder,
    chains: Chains,
    clock: Clock,
    hooks: ServeHooks,
  ) {
    this.#file = file ?? join(folder.path, 'anchor.ndjson')
    this.#folder = folder
    this.#chains = chains
    this.#clock = clock
    this.#hooks = hooks
    if (!resolve(this.#file).startsWith(resolve(folder.path) + sep)) return
    const why = 'who can change the data can change it too: give --anchor FILE on another disk'
    hooks.log('warn', `the anchor of the evidence lies in the data directory; ${why}`)
  }

  /** Writes the heads if they have moved, and not too often. */
  async write(isLast = false): Promise<void> {
    const nowMs = this.#clock.elapsedMs()
    const heads = this.#chains.heads()
    const text = JSON.stringify(heads)
    if (text === this.#written || (!isLast && nowMs - this.#writtenMs < ANCHOR_MS)) return
    this.#writtenMs = nowMs
    const { instance, evidenceKey } = this.#folder
    const at = timeText(this.#clock.nowUs())
    const line = anchorLine({ format: 'deckwatch-anchor-1', instance, at, heads }, evidenceKey)
    try {
      const file = await open(this.#file, 'a', FILE_MODE)
      try {
        await file.appendFile(line)
        await file.sync()
      } finally {
        await file.close()
      }
      this.#written = text
    } catch (error) {
      this.#hooks.log('error', `the anchor cannot be written: ${error}`, { file: this.#file })
    }
  }
}
