// B0 as a process of its own, for comparison with a whole `deckwatch hunt`: prints the milliseconds
// that the loop took (not the start of Node.js, not the reading of the file).
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parseLines } from './yardstick.ts'

const bytes = readFileSync(process.argv[2] ?? '')
const start = performance.now()
const events = parseLines(bytes)
console.log(JSON.stringify({ ms: performance.now() - start, events }))
