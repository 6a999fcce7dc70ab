import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { eachChunk, MIXED, type Planted } from './corpus.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { deviationOf, median } from './measure.ts'

/** How much is measured. */
export interface HuntEffort {
  readonly bytes: number
  readonly rounds: number
  /** Of a small corpus the start of the process would be most of the time: leave it out. */
  readonly withoutStart: boolean
}

/**
 * Whole hunts of a file on disk, as processes, each next to B0 as a process: on one core, on two,
 * and what two workers gain over one.
 */
export const measureHunts = (effort: HuntEffort): readonly Measured[] => {
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-bench-'))
  try {
    const small = effort.withoutStart ? writeCorpus(join(folder, 'small.log'), 1) : undefined
    const corpus = { ...writeCorpus(join(folder, 'audit.log'), effort.bytes), small }
    return [...oneCore(corpus, effort.rounds), ...twoCores(corpus, effort.rounds)]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The time until the built command has done next to nothing. */
export const measureStart = (rounds: number): readonly Measured[] => {
  const built = spawnSync(process.execPath, [join(ROOT, 'tidy/build.ts')], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the build failed')
  const main = join(ROOT, 'dist/main.js')
  const rule = join(ROOT, 'content/rules/execution/pod-exec.yaml')
  return [
    startOf(FIGURES.help, [main, '--help'], rounds),
    startOf(FIGURES.ruleTest, [main, 'rule', 'test', rule], rounds),
  ]
}

interface File {
  readonly path: string
  readonly events: number
  readonly planted: Planted
}

interface HuntCorpus extends File {
  /** Hunted in to know the time of the start, when that is to be left out. */
  readonly small: File | undefined
}

/** What B0 or a hunt took, by the clock and of processor time. */
interface Time {
  readonly ms: number
  readonly cpuMs: number
}

interface Run extends Time {
  readonly peakMb: number
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function writeCorpus(path: string, bytes: number): File {
  const file = openSync(path, 'w')
  const made = eachChunk(MIXED, bytes, 1, (chunk) => writeSync(file, chunk))
  closeSync(file)
  return { path, ...made }
}

function oneCore(corpus: HuntCorpus, rounds: number): readonly Measured[] {
  if (!canPin()) return []
  const pairs = repeat(rounds, () => ({ b0: bare(corpus), hunt: hunt(corpus, 0, '0') }))
  return [toMeasured(FIGURES.huntOneCore, pairs, corpus)]
}

function twoCores(corpus: HuntCorpus, rounds: number): readonly Measured[] {
  if (availableParallelism() < 2) return []
  const pairs = repeat(rounds, () => ({
    b0: bare(corpus),
    hunt: hunt(corpus, 2),
    one: hunt(corpus, 1),
    machine: gainOfMachine(corpus),
  }))
  const gains = pairs.map(({ hunt, one }) => one.ms / hunt.ms)
  const possible = median(pairs.map(({ machine }) => machine))
  const peaks = pairs.map(({ hunt }) => hunt.peakMb)
  return [
    toMeasured(FIGURES.huntTwoCores, pairs, corpus),
    measured(FIGURES.scaling, gains, `two B0 at once gain ${possible.toFixed(2)} ×`),
    measured(FIGURES.memory, peaks, `of a file of ${Math.round(corpus.events / 1_000)} k events`),
  ]
}

function repeat<T>(rounds: number, once: () => T): readonly T[] {
  once()
  return Array.from({ length: rounds }, once)
}

interface HuntPair {
  readonly b0: Time
  readonly hunt: Run
}

function toMeasured(figure: Figure, pairs: readonly HuntPair[], corpus: HuntCorpus): Measured {
  const ratios = pairs.map(({ b0, hunt }) => b0.ms / hunt.ms)
  const byCpu = median(pairs.map(({ b0, hunt }) => b0.cpuMs / hunt.cpuMs))
  const speed = corpus.events / median(pairs.map(({ hunt }) => hunt.ms))
  const b0 = corpus.events / median(pairs.map(({ b0: { ms } }) => ms))
  const start = corpus.small === undefined ? '' : ', start left out'
  const speeds = `${speed.toFixed(0)} k events/s; B0 ${b0.toFixed(0)} k`
  const note = `${speeds}; by processor time ${byCpu.toFixed(2)}${start}`
  const halves = pairs.map(({ b0: { ms } }) => ms)
  const half = halves.length >> 1
  const drift = Math.abs(median(halves.slice(0, half)) / median(halves.slice(-half)) - 1)
  return { ...measured(figure, ratios, note), refused: drift > 0.08 }
}

function measured(figure: Figure, values: readonly number[], note: string): Measured {
  return {
    figure,
    value: median(values),
    deviation: deviationOf(values),
    rounds: values.length,
    refused: false,
    note,
  }
}

/** B0 on the first core: the loop alone. */
function bare(corpus: File): Time {
  const script = join(ROOT, 'bench/yardstick-process.ts')
  const done = spawnSync(...pinned([process.execPath, script, corpus.path], '0'), {
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`B0 failed: ${done.stderr}`)
  const { events, ...time } = JSON.parse(done.stdout)
  if (events !== corpus.events) throw new Error(`B0 read ${events} events, not ${corpus.events}`)
  return time
}

/**
 * What two processes of B0 at once gain over one after the other: 2 on two cores of their own, less
 * where cores share what they need.
 */
function gainOfMachine(corpus: File): number {
  const alone = bare(corpus).ms
  const script = join(ROOT, 'bench/yardstick-process.ts')
  const one = `"${process.execPath}" "${script}" "${corpus.path}"`
  const both = spawnSync('sh', ['-c', `${one} & ${one} & wait`], { encoding: 'utf8' })
  const times = both.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).ms)
  return times.reduce((sum, ms) => sum + alone / ms, 0)
}

/** A hunt: whole, or less its start. */
function hunt(corpus: HuntCorpus, threads: number, core?: string): Run {
  const whole = huntOnce(corpus, threads, core)
  if (corpus.small === undefined) return whole
  const start = huntOnce(corpus.small, threads, core)
  return { ...whole, ms: whole.ms - start.ms, cpuMs: whole.cpuMs - start.cpuMs }
}

/** One hunt, and whether it found what was planted. */
function huntOnce(corpus: File, threads: number, core?: string): Run {
  const usage = `${corpus.path}.usage`
  const command = [
    ...[
      process.execPath,
      '--import',
      join(ROOT, 'bench/report-usage.ts'),
      join(ROOT, 'src/main.ts'),
    ],
    ...['hunt', corpus.path, '--format', 'ndjson', '--threads', String(threads)],
  ]
  const start = performance.now()
  const done = spawnSync(...pinned(command, core), {
    encoding: 'utf8',
    env: { ...process.env, DECKWATCH_USAGE_FILE: usage },
    maxBuffer: 1 << 30,
  })
  const ms = performance.now() - start
  if (done.status !== 1) throw new Error(`hunt failed (${done.status}): ${done.stderr}`)
  for (const [detection, count] of Object.entries(corpus.planted)) {
    const found = done.stdout.split(`"detection":"${detection}"`).length - 1
    if (found !== count) throw new Error(`hunt found ${found} of ${detection}, not ${count}`)
  }
  return { ms, ...JSON.parse(readFileSync(usage, 'utf8')) }
}

function startOf(figure: Figure, command: readonly string[], rounds: number): Measured {
  const times = repeat(rounds, () => timeOf(command, 0))
  const bare = median(repeat(rounds, () => timeOf(['-e', '0'], 0)))
  return measured(figure, times, `Node.js alone ${bare.toFixed(0)} ms`)
}

function timeOf(command: readonly string[], status: number): number {
  const start = performance.now()
  const done = spawnSync(process.execPath, [...command], { encoding: 'utf8' })
  const ms = performance.now() - start
  if (done.status !== status) throw new Error(`${command.join(' ')}: ${done.stderr}`)
  return ms
}

function pinned(command: readonly string[], core: string | undefined): [string, string[]] {
  const whole = core === undefined || !canPin() ? command : ['taskset', '-c', core, ...command]
  const [program, ...rest] = whole
  return [program ?? '', rest]
}

/** Linux only; elsewhere one-core figures are left out. */
function canPin(): boolean {
  return spawnSync('taskset', ['--version']).status === 0
}
