// B0 as a process of its own, for comparison with a whole `deckwatch hunt`: prints the milliseconds
// that the loop took, by the clock and of processor time (not the start of Node.js, not the reading
// of the file).
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parseLines } from './yardstick.ts'

const bytes = readFileSync(process.argv[2] ?? '')
const start = performance.now()
const before = process.cpuUsage()
const events = parseLines(bytes)
const { user, system } = process.cpuUsage(before)
const cpuMs = (user + system) / 1_000
console.log(JSON.stringify({ ms: performance.now() - start, cpuMs, events }))
