import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { zstdCompressSync } from 'node:zlib'
import { bareLoop, MAIN } from './built.ts'
import { type Corpus, MIXED, makeCorpus } from './corpus.ts'
import { FIGURES, type Measured } from './figure.ts'
import { deviationOf, isRestless, median } from './measure.ts'

/** How much is imported, and how often. */
export interface ImportEffort {
  readonly importBytes: number
  readonly imports: number
}

/** B6: a compressed log into a new store, as a process, less the time of a log of a tenth. */
export const importing = (
  folder: string,
  rules: string,
  { importBytes, imports }: ImportEffort,
): readonly Measured[] => {
  const whole = makeCorpus(MIXED, importBytes)
  const part = makeCorpus(MIXED, importBytes / 10)
  const counted = (whole.events - part.events) / whole.events
  const log = { path: join(folder, 'import.log'), events: whole.events }
  writeFileSync(log.path, whole.bytes)
  const pairs = Array.from({ length: imports }, () => {
    const b0 = bareLoop(log).ms * counted
    return { b0, ms: importOnce(folder, rules, whole) - importOnce(folder, rules, part) }
  })
  const ratios = pairs.map(({ b0, ms }) => b0 / ms)
  const speed = (whole.bytes.length * counted) / median(pairs.map(({ ms }) => ms)) / 1_000
  return [
    {
      ...{ figure: FIGURES.imported, value: median(ratios), deviation: deviationOf(ratios) },
      ...{ rounds: imports, refused: isRestless(pairs.map(({ b0 }) => b0)) },
      note: `${speed.toFixed(0)} MB/s; 500 rules; start left out`,
    },
  ]
}

/** In ms, with its start. */
function importOnce(folder: string, rules: string, corpus: Corpus): number {
  const logs = join(folder, 'logs')
  const data = join(folder, 'import')
  mkdirSync(logs)
  const file = join(logs, 'audit.log.zst')
  writeFileSync(file, zstdCompressSync(corpus.bytes))
  const start = performance.now()
  const done = spawnSync(
    process.execPath,
    [MAIN, 'replay', file, '--data', data, '--format', 'ndjson', '--rules', rules],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  )
  const ms = performance.now() - start
  rmSync(logs, { recursive: true })
  rmSync(data, { recursive: true })
  if (done.status !== 1) throw new Error(`replay failed (${done.status}): ${done.stderr}`)
  if (!done.stderr.includes(`stored ${corpus.events.toLocaleString('en')} events`)) {
    throw new Error(`not ${corpus.events} events: ${done.stderr}`)
  }
  for (const [detection, count] of Object.entries(corpus.planted)) {
    const found = done.stdout.match(new RegExp(`"detection":"${detection}".*"state":"new"`, 'g'))
    const told = found?.length ?? 0
    if (told !== count) throw new Error(`told ${told} of ${detection}, not ${count}`)
  }
  return ms
}
