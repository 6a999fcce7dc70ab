import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { makeFolder } from '../testing/folder.ts'
import { eventLine, followed, Kept } from '../testing/followed.ts'
import { Lumberjack } from '../testing/lumberjack.ts'
import { StepClock } from '../testing/step-clock.ts'

const START_MS = Date.parse('2026-11-20T10:00:00Z')

const folders: { remove: () => void }[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove()
})

interface Stage {
  readonly clock: StepClock
  readonly path: string
  readonly log: Lumberjack
  readonly kept: Kept
  /** Writes the next events, a ms apart. */
  readonly write: (count: number) => void
  readonly written: () => string
}

const stage = (choice: { maxBytes: number; maxBackups?: number; compress?: boolean }): Stage => {
  const folder = makeFolder()
  folders.push(folder)
  const path = join(folder.path, 'audit.log')
  const clock = new StepClock(START_MS)
  const now = (): number => clock.elapsedMs()
  const { maxBytes, maxBackups = 0, compress = false } = choice
  const log = new Lumberjack({ path, maxBytes, maxBackups, compress, now })
  const lines: string[] = []
  return {
    clock,
    path,
    log,
    kept: new Kept(),
    write: (count) => {
      for (let at = 0; at < count; at += 1) {
        clock.advance(1)
        const line = eventLine(lines.length, clock.elapsedMs())
        lines.push(line)
        log.write(line)
      }
    },
    written: () => lines.join(''),
  }
}

describe('rotation by renaming (F9)', () => {
  test('one rotation, several within a pause, and none of it twice', async () => {
    const { clock, path, kept, write, written } = stage({ maxBytes: 2_000 })
    const log = followed({ path, clock, kept })
    for (const count of [1, 3, 12, 1, 40, 0, 200]) {
      write(count)
      await log.poll()
      expect(kept.text()).toBe(written())
    }
    expect(kept.gaps).toEqual([])
    await log.close()
  })
})
