/**
 * Where a test may ask this process to die, as `kill -9` would, to prove that nothing is lost:
 * `DECKWATCH_FAILPOINT=before-insert:3` dies when it comes there for the third time.
 */
export type Failpoint = 'after-sync' | 'before-insert' | 'after-insert' | 'before-release'

const [wanted, count = '1'] = (process.env.DECKWATCH_FAILPOINT ?? '').split(':')
let left = Number(count)

/** Dies here when a test asked for it; else it costs one comparison. */
export const failpoint = (name: Failpoint): void => {
  if (wanted !== name) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}
