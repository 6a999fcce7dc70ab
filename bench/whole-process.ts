import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { bareLoop, build, canPin, MAIN, pinned, ROOT, type Time, writeRules } from './built.ts'
import { eachChunk, MIXED, type Planted } from './corpus.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { deviationOf, median } from './measure.ts'
import { PLANTED_TAGS } from './rules.ts'

/** How much is measured. */
export interface HuntEffort {
  readonly bytes: number
  readonly rounds: number
  /**
   * Of a small corpus much of the time would be the start and the warm-up of each thread. The time
   * of a hunt in so many bytes is left out, and these bytes are not counted.
   */
  readonly bytesAside: number
}

/**
 * Whole hunts of a file on disk, as processes, each next to B0 as a process: on one core, on two,
 * and what two workers gain over one.
 */
export const measureHunts = (effort: HuntEffort): readonly Measured[] => {
  build()
  const folder = mkdtempSync(join(tmpdir(), 'deckwatch-bench-'))
  try {
    const corpus = writeHuntCorpus(folder, effort)
    const rules = writeRules(folder)
    return [...oneCore(corpus, rules, effort.rounds), ...twoCores(corpus, effort.rounds)]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The time until the built command has done next to nothing. */
export const measureStart = (rounds: number): readonly Measured[] => {
  build()
  const rule = join(ROOT, 'content/rules/execution/pod-exec.yaml')
  return [
    startOf(FIGURES.help, [MAIN, '--help'], rounds),
    startOf(FIGURES.ruleTest, [MAIN, 'rule', 'test', rule], rounds),
  ]
}

interface File {
  readonly path: string
  readonly events: number
  readonly planted: Planted
}

interface HuntCorpus extends File {
  /** Its time is subtracted. */
  readonly aside: File | undefined
  /** The events whose time is left. */
  readonly counted: number
}

interface Run extends Time {
  readonly peakMb: number
}

function writeCorpus(path: string, bytes: number): File {
  const file = openSync(path, 'w')
  const made = eachChunk(MIXED, bytes, 1, (chunk) => writeSync(file, chunk))
  closeSync(file)
  return { path, ...made }
}

function writeHuntCorpus(folder: string, { bytes, bytesAside }: HuntEffort): HuntCorpus {
  const aside = bytesAside === 0 ? undefined : writeCorpus(join(folder, 'aside.log'), bytesAside)
  const whole = writeCorpus(join(folder, 'audit.log'), bytes + bytesAside)
  return { ...whole, aside, counted: whole.events - (aside?.events ?? 0) }
}

function oneCore(corpus: HuntCorpus, rules: string, rounds: number): readonly Measured[] {
  if (!canPin()) return []
  const pairs = repeat(rounds, () => ({ b0: bare(corpus), hunt: hunt(corpus, 0, '0') }))
  const many = repeat(rounds, () => ({ b0: bare(corpus), hunt: hunt(corpus, 0, '0', rules) }))
  return [
    toMeasured(FIGURES.huntOneCore, pairs, corpus),
    toMeasured(FIGURES.huntManyRules, many, corpus),
  ]
}

/** Below this gain of two bare loops the machine does not have two cores to itself. */
const CALM_GAIN_MIN = 1.9

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
  const busy = possible < CALM_GAIN_MIN
  const note = `two B0 at once gain ${possible.toFixed(2)} ×`
  const whole = toMeasured(FIGURES.huntTwoCores, pairs, corpus)
  return [
    { ...whole, refused: whole.refused || busy },
    { ...measured(FIGURES.scaling, gains, note), refused: busy },
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
  const speed = corpus.counted / median(pairs.map(({ hunt }) => hunt.ms))
  const b0 = corpus.counted / median(pairs.map(({ b0: { ms } }) => ms))
  const start = corpus.aside === undefined ? '' : ', start left out'
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

/** B0 on the first core: the loop alone, of the events that count. */
function bare(corpus: HuntCorpus): Time {
  const { ms, cpuMs } = bareLoop(corpus)
  const share = corpus.counted / corpus.events
  return { ms: ms * share, cpuMs: cpuMs * share }
}

/**
 * What two processes of B0 at once gain over one after the other: 2 on two cores of their own, less
 * where cores share what they need.
 */
function gainOfMachine(corpus: HuntCorpus): number {
  const alone = (bare(corpus).ms * corpus.events) / corpus.counted
  const script = join(ROOT, 'bench/yardstick-process.ts')
  const one = `"${process.execPath}" "${script}" "${corpus.path}"`
  const both = spawnSync('sh', ['-c', `${one} & ${one} & wait`], { encoding: 'utf8' })
  const times = both.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).ms)
  return times.reduce((sum, ms) => sum + alone / ms, 0)
}

/** A hunt: whole, or less what is to be left out. */
function hunt(corpus: HuntCorpus, threads: number, core?: string, rules?: string): Run {
  const whole = huntOnce(corpus, threads, core, rules)
  if (corpus.aside === undefined) return whole
  const aside = huntOnce(corpus.aside, threads, core, rules)
  return { ...whole, ms: whole.ms - aside.ms, cpuMs: whole.cpuMs - aside.cpuMs }
}

/** One hunt, and whether it found what was planted: made rules find it too. */
function huntOnce(corpus: File, threads: number, core?: string, rules?: string): Run {
  const usage = `${corpus.path}.usage`
  const command = [
    ...[process.execPath, '--import', join(ROOT, 'bench/report-usage.ts'), MAIN],
    ...['hunt', corpus.path, '--format', 'ndjson', '--threads', String(threads)],
    ...(rules === undefined ? [] : ['--rules', rules]),
  ]
  const start = performance.now()
  const done = spawnSync(...pinned(command, core), {
    encoding: 'utf8',
    env: { ...process.env, DECKWATCH_USAGE_FILE: usage },
    maxBuffer: 1 << 30,
  })
  const ms = performance.now() - start
  if (done.status !== 1) throw new Error(`hunt failed (${done.status}): ${done.stderr}`)
  const { B01, C01 } = corpus.planted
  const made = { [PLANTED_TAGS.B01]: B01, [PLANTED_TAGS.C01]: C01 }
  const expected = { B01, C01, ...(rules === undefined ? {} : made) }
  for (const [detection, count] of Object.entries(expected)) {
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
