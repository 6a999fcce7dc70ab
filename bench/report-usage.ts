// Loaded before a measured command: when it ends, writes its peak resident memory in MB and the
// processor time it took in milliseconds, all threads together.
import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const file = process.env.DECKWATCH_USAGE_FILE
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    const usage = { peakMb: maxRSS / 1_000, cpuMs: (userCPUTime + systemCPUTime) / 1_000 }
    writeFileSync(file, JSON.stringify(usage))
  })
}
