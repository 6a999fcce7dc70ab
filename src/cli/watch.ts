import { stat, watch } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { escapeTerminal } from '../base/escape-text.ts'
import { Wakers } from '../base/wakers.ts'
import { CommandError, EXIT, type Shell } from './shell.ts'

/**
 * Runs something now, and again whenever a file of the paths has changed, until the user
 * interrupts. What fails is said, and the next change may mend it. Gives the last exit code.
 */
export const runOnChange = async (
  paths: readonly string[],
  shell: Shell,
  run: () => Promise<number>,
): Promise<number> => {
  const changes = new Changes()
  const watching = await Promise.all(paths.map((path) => follow(path, changes, shell.signal)))
  let exit = await attempt(run, shell)
  for (;;) {
    const changed = await changes.next(shell.signal)
    if (changed === undefined) break
    await shell.output.write(`\nchanged: ${escapeTerminal(changed)}\n\n`)
    exit = await attempt(run, shell)
  }
  await Promise.all(watching.map((one) => one.done))
  return exit
}

/** An editor writes a file in several steps; they are one change. */
const SETTLED_MS = 150

/** What has changed since it was last asked. */
class Changes {
  readonly #names = new Set<string>()
  readonly #wakers = new Wakers()

  add(name: string): void {
    this.#names.add(name)
    this.#wakers.wake()
  }

  /** Waits for a change and for it to settle; undefined when the signal aborts. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    while (this.#names.size === 0) {
      if (signal.aborted) return undefined
      await this.#wakers.wait(signal)
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
    const names = [...this.#names].sort().join(', ')
    this.#names.clear()
    return signal.aborted ? undefined : names
  }
}

/** A file is watched in its folder: many editors put a new file in its place. */
async function follow(
  path: string,
  changes: Changes,
  signal: AbortSignal,
): Promise<{ readonly done: Promise<void> }> {
  const isFolder = (await stat(path)).isDirectory()
  const wanted = isFolder ? undefined : basename(path).replace(/(\.cases)?\.ya?ml$/, '')
  const events = watch(isFolder ? path : dirname(path), { recursive: isFolder, signal })
  const listen = async (): Promise<void> => {
    try {
      for await (const { filename } of events) {
        const isWanted = wanted === undefined || filename?.startsWith(wanted) === true
        if (filename !== null && isWanted && RELEVANT.test(filename)) changes.add(filename)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
  return { done: listen() }
}

const RELEVANT = /\.(ya?ml|txt)$/

async function attempt(run: () => Promise<number>, shell: Shell): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    await shell.errors.write(`${error.message}: ${error.remedy}\n`)
    return EXIT.badInput
  }
}
