import { Worker } from 'node:worker_threads'
import { Wakers } from '../base/wakers.ts'
import type { RuleSet } from '../detect/compile.ts'
import { CorrelationFeeds } from '../detect/feeds.ts'
import { Analyzer, type BlockJob, type BlockResult } from './analyze.ts'
import type { HuntOptions } from './hunt-options.ts'

/** Those who analyze blocks: worker threads, or the calling thread. */
export interface Crew {
  /** Resolves when there is room for another block; `done` is called with the result later. */
  take(job: BlockJob, done: OnDone): Promise<void>
  /** Waits for all blocks; for every rule the events of its kind, by rank of stage. */
  finish(): Promise<readonly Uint32Array[]>
  stop(): Promise<void>
}

/** Called with what a block said, and its bytes, which nobody reads any more. */
export type OnDone = (result: BlockResult, bytes: Uint8Array<ArrayBuffer>) => void

/** What a worker is told. */
export type CrewOrder =
  | { readonly kind: 'block'; readonly job: BlockJob }
  | { readonly kind: 'finish' }

/** What a worker answers: results in the order of the blocks, then what it counted. */
export type CrewAnswer =
  | {
      readonly kind: 'result'
      readonly result: BlockResult
      readonly bytes: Uint8Array<ArrayBuffer>
    }
  | { readonly kind: 'eligible'; readonly eligible: readonly Uint32Array[] }

/** Blocks that a worker may have at a time: one in work and one waiting. */
const BLOCKS_IN_HAND = 2

/**
 * Hires as many workers as the options say; with none, the calling thread does the work. Workers
 * compile the rules for themselves: functions do not travel.
 */
export const openCrew = (options: HuntOptions, rules: RuleSet): Crew =>
  options.threads === 0 ? hereCrew(analyzerFor(options, rules)) : new WorkerCrew(options)

/** The part of the options that judging needs, as a worker gets it. */
export const analyzerFor = (options: HuntOptions, { rules, correlations }: RuleSet): Analyzer =>
  new Analyzer({
    rules,
    feeds: new CorrelationFeeds(rules, correlations),
    enrich: { proxies: options.proxies, clusterRanges: options.clusterRanges },
    since: options.since,
    until: options.until,
    strict: options.strict,
  })

const hereCrew = (analyzer: Analyzer): Crew => ({
  take: async (job, done) => done(analyzer.analyze(job), job.bytes),
  finish: async () => analyzer.eligible(),
  stop: async () => {},
})

interface Hand {
  readonly worker: Worker
  readonly waiting: OnDone[]
  eligible: readonly Uint32Array[] | undefined
}

class WorkerCrew implements Crew {
  readonly #hands: readonly Hand[]
  #failure: Error | undefined
  readonly #changes = new Wakers()

  constructor(options: HuntOptions) {
    this.#hands = Array.from({ length: options.threads }, () => this.#hire(options))
  }

  async take(job: BlockJob, done: OnDone): Promise<void> {
    const hand = this.#leastBusy()
    hand.waiting.push(done)
    const order: CrewOrder = { kind: 'block', job }
    hand.worker.postMessage(order, [job.bytes.buffer])
    await this.#until(() => this.#leastBusy().waiting.length < BLOCKS_IN_HAND)
  }

  async finish(): Promise<readonly Uint32Array[]> {
    const order: CrewOrder = { kind: 'finish' }
    for (const { worker } of this.#hands) worker.postMessage(order)
    await this.#until(() => this.#hands.every((hand) => hand.eligible !== undefined))
    await this.stop()
    return added(this.#hands.map((hand) => hand.eligible ?? []))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#hands.map(({ worker }) => worker.terminate()))
  }

  #hire(options: HuntOptions): Hand {
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
    const worker = new Worker(new URL(file, import.meta.url), { workerData: options })
    const hand: Hand = { worker, waiting: [], eligible: undefined }
    worker.on('message', (answer: CrewAnswer) => {
      if (answer.kind === 'result') hand.waiting.shift()?.(answer.result, answer.bytes)
      else hand.eligible = answer.eligible
      this.#changes.wake()
    })
    worker.on('error', (error) => {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#changes.wake()
    })
    return hand
  }

  #leastBusy(): Hand {
    const [first, ...others] = this.#hands
    if (first === undefined) throw new Error('bug: a crew without hands')
    return others.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a), first)
  }

  #until(isTrue: () => boolean): Promise<void> {
    return this.#changes.until(() => {
      if (this.#failure !== undefined) throw this.#failure
      return isTrue()
    })
  }
}

const added = (counts: readonly (readonly Uint32Array[])[]): readonly Uint32Array[] => {
  const [first, ...others] = counts
  return (first ?? []).map((ranks, rule) =>
    ranks.map((count, rank) =>
      others.reduce((sum, other) => sum + (other[rule]?.[rank] ?? 0), count),
    ),
  )
}
