import { performance } from 'node:perf_hooks'

/** Two workloads over the same input: the yardstick and what is measured. */
export interface Pair {
  /** A: the yardstick. Returns what it counted, so that nothing is optimised away. */
  readonly yardstick: () => number
  /** B. Throws when it found other than it must: speed never comes from doing less. */
  readonly subject: () => number
  /** How many times B does its work in one go; its time is divided by that. */
  readonly repeats?: number
  /** Milliseconds to measure by; those of the wall's clock if unsaid. */
  readonly clock?: () => number
}

/**
 * Milliseconds that this process had of its processors: for work of one thread that makes no
 * garbage, which other work on the machine would interrupt.
 */
export const processorMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

/** What came of measuring a pair. */
export interface Comparison {
  /** Median time of B over median time of A. */
  readonly timeRatio: number
  /** Median absolute deviation of the ratio of each round. */
  readonly deviation: number
  readonly rounds: number
  /** How far the medians of the two halves of A are apart, as a share. */
  readonly drift: number
  /** The machine was too restless for the figure to be quoted. */
  readonly refused: boolean
  /** The yardstick's median, in milliseconds. */
  readonly yardstickMs: number
}

/** The halves of A may differ by so much. */
const DRIFT_MAX = 0.08

/** A hunt is long: what counts is the speed once the code has been compiled. */
const WARM_UP_MS = 1_500

/** So many times a restless measurement is tried again. */
const ATTEMPTS = 3

/**
 * Measures A-B-A-B in one process, with a warm-up and a garbage collection between. A restless
 * measurement is tried again; when all were restless the last is returned, marked as refused.
 */
export const compare = (pair: Pair, rounds: number): Comparison => {
  warmUp(pair)
  let last = compareOnce(pair, rounds)
  for (let attempt = 1; attempt < ATTEMPTS && last.refused; attempt += 1) {
    last = compareOnce(pair, rounds)
  }
  return last
}

/** The middle of a list of numbers. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** How far the medians of two halves of the same measurements are apart, as a share. */
export const driftOf = (values: readonly number[]): number => {
  const half = values.length >> 1
  return Math.abs(median(values.slice(0, half)) / median(values.slice(-half)) - 1)
}

/** Whether measurements drift so much that nothing is to be concluded from them. */
export const isRestless = (values: readonly number[]): boolean => driftOf(values) > DRIFT_MAX

/** The median distance from the median: how far apart single measurements are. */
export const deviationOf = (values: readonly number[]): number => {
  const middle = median(values)
  return median(values.map((value) => Math.abs(value - middle)))
}

function warmUp({ yardstick, subject }: Pair): void {
  const start = performance.now()
  do {
    yardstick()
    subject()
  } while (performance.now() - start < WARM_UP_MS)
}

function compareOnce(pair: Pair, rounds: number): Comparison {
  const a: number[] = []
  const b: number[] = []
  const clock = pair.clock ?? (() => performance.now())
  for (let round = 0; round < rounds; round += 1) {
    a.push(timeOf(pair.yardstick, clock))
    b.push(timeOf(pair.subject, clock) / (pair.repeats ?? 1))
  }
  return {
    timeRatio: median(b) / median(a),
    deviation: deviationOf(b.map((time, round) => time / (a[round] ?? time))),
    rounds,
    drift: driftOf(a),
    refused: isRestless(a),
    yardstickMs: median(a),
  }
}

function timeOf(work: () => number, clock: () => number): number {
  globalThis.gc?.()
  const start = clock()
  work()
  return clock() - start
}
