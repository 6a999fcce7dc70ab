import type { Progress } from '../pipeline/hunt-options.ts'
import { bytes, count, counted } from './output/words.ts'
import type { Shell } from './shell.ts'

/** The line on stderr that says how far a hunt is. It is there on a terminal only. */
export interface ProgressLine {
  show(progress: Progress): void
  /** Takes the line away, before other text is written or at the end. */
  clear(): void
}

/** A progress line that is drawn at most ten times a second. */
export const openProgress = (shell: Shell, now: () => number): ProgressLine => {
  if (!shell.errors.terminal) return { show: () => {}, clear: () => {} }
  let drawn = -REDRAW_MS
  let visible = false
  const write = (text: string): void => {
    // A line that is lost or late does no harm: nothing waits for it.
    void shell.errors.write(text)
  }
  return {
    show: (progress) => {
      if (now() - drawn < REDRAW_MS) return
      drawn = now()
      visible = true
      write(`${ERASE}${progressText(progress).slice(0, (shell.errors.columns ?? 80) - 1)}`)
    },
    clear: () => {
      if (visible) write(ERASE)
      visible = false
    },
  }
}

/** `42 % of 1.2 GB · 1,204,331 events · 17 findings` */
export const progressText = (progress: Progress): string => {
  const { bytesTotal, events, findings } = progress
  const share =
    bytesTotal === undefined || bytesTotal === 0
      ? bytes(progress.bytes)
      : `${Math.floor((100 * progress.bytes) / bytesTotal)} % of ${bytes(bytesTotal)}`
  return `${share} · ${count(events)} events · ${counted(findings, 'finding')}`
}

const REDRAW_MS = 100
const ERASE = '\r\u001b[2K'
