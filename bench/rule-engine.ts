import { performance } from 'node:perf_hooks'
import { NO, YES } from '../src/base/truth.ts'
import { decodeBlock } from '../src/decode/decode.ts'
import { type CompiledRule, compileRules } from '../src/detect/compile.ts'
import { RuleIndex } from '../src/detect/rule-index.ts'
import { enrich } from '../src/enrich/enrich.ts'
import { type AuditEvent, type Source, STAGE_RANK } from '../src/model/event.ts'
import { type Corpus, MIXED, makeCorpus } from './corpus.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import { type Comparison, compare, deviationOf, median } from './measure.ts'
import { makeRules, PLANTED_TAGS } from './rules.ts'
import { parseLines } from './yardstick.ts'

/** How much is measured. */
export interface RulesEffort {
  readonly corpusBytes: number
  readonly rounds: number
  /** The largest rule set: 10,000, or less in a short tier. */
  readonly rulesMax: number
}

/** The figures of the rule engine: rules alone, over events that are decoded already. */
export const measureRules = (effort: RulesEffort): readonly Measured[] => {
  const corpus = makeCorpus(MIXED, effort.corpusBytes)
  // First and alone, as in a hunt: code that was compiled for several rule sets fits none well.
  const alone = rulesAlone(corpus, effort)
  const few = new Engine(corpus, 10)
  const many = new Engine(corpus, 1_000)
  const most = new Engine(corpus, effort.rulesMax)
  return [
    alone,
    ofComparison(
      FIGURES.rulesScaling,
      compare({ yardstick: few.judging, subject: many.judging }, effort.rounds),
      '10 rules',
    ),
    ofComparison(
      FIGURES.rulesScalingMost,
      compare({ yardstick: many.judging, subject: most.judging }, effort.rounds),
      '1,000 rules',
    ),
    ofComparison(
      FIGURES.rulesEndToEnd,
      compare({ yardstick: few.decodingToo, subject: many.decodingToo }, effort.rounds),
      '10 rules',
    ),
    ...selectivity(many),
    loading(effort.rounds),
  ]
}

function rulesAlone(corpus: Corpus, { rounds }: RulesEffort): Measured {
  const subject = new Engine(corpus, 500).judging
  const found = compare({ yardstick: parsing(corpus), subject }, rounds)
  return ofComparison(FIGURES.rulesOnly, found, 'B0')
}

/** So often each round judges the corpus: it is small, so that its events stay in the cache. */
const REPEATS = 4

const SOURCE: Source = { cluster: 'bench', server: 'a', file: 'a.log' }

/** Made rules over a corpus. Each run checks that the planted acts were found, and nothing lost. */
class Engine {
  readonly #corpus: Corpus
  readonly #events: readonly AuditEvent[]
  readonly #rules: readonly CompiledRule[]
  readonly #index: RuleIndex
  readonly #planted: ReadonlyMap<number, number>

  constructor(corpus: Corpus, count: number) {
    this.#corpus = corpus
    this.#events = decoded(corpus)
    this.#rules = compiled(count)
    this.#index = new RuleIndex(this.#rules)
    this.#planted = plantedIn(corpus, this.#rules)
    this.#checkAgainstFullScan()
  }

  readonly judging = (): number => {
    let said = 0
    for (let round = 0; round < REPEATS; round += 1) said += this.#judge(this.#events)
    return said
  }

  readonly decodingToo = (): number => {
    let said = 0
    for (let round = 0; round < REPEATS; round += 1) said += this.#judge(decoded(this.#corpus))
    return said
  }

  /** For each event the share of the rules that were asked. */
  asked(): readonly number[] {
    return this.#events.map((event) => {
      const bucket = this.#index.bucketOf(event)
      const { length } = this.#index.candidates(bucket, enrich(event)).rules
      return length / this.#rules.length
    })
  }

  #judge(events: readonly AuditEvent[]): number {
    const index = this.#index
    const matches = new Map([...this.#planted.keys()].map((rule) => [rule, 0]))
    let said = 0
    for (const event of events) {
      const bucket = index.bucketFor(event)
      // As in a hunt, where a request is judged by its last stage.
      if (bucket.rules.length === 0 || STAGE_RANK[event.stage] < STAGE_RANK.Panic) continue
      index.judge(bucket, enrich(event), (rule, truth) => {
        said += 1
        if (truth === YES && matches.has(rule)) matches.set(rule, (matches.get(rule) ?? 0) + 1)
      })
    }
    for (const [rule, count] of this.#planted) {
      if (matches.get(rule) !== count) throw new Error(`rule ${rule} found ${matches.get(rule)}`)
    }
    return said
  }

  /** The index says what asking every rule says: on some events, for that takes long. */
  #checkAgainstFullScan(): void {
    const every = Math.ceil((this.#events.length * this.#rules.length) / CHECKS_MAX)
    for (let at = 0; at < this.#events.length; at += every) {
      const event = this.#events[at]
      if (event === undefined) continue
      const facts = enrich(event)
      const truths = this.#rules.map(({ test }) => test(facts))
      this.#index.judge(this.#index.bucketOf(event), facts, (rule, truth) => {
        if (truths[rule] !== truth) throw new Error(`rule ${rule} says ${truth} by the index`)
        truths[rule] = NO
      })
      const lost = truths.findIndex((truth) => truth !== NO)
      if (lost >= 0) throw new Error(`the index lost what rule ${lost} says`)
    }
  }
}

const CHECKS_MAX = 400_000

function compiled(count: number): readonly CompiledRule[] {
  const { rules, issues } = compileRules(makeRules(count))
  const [issue] = issues
  if (rules.length !== count) throw new Error(`a made rule is refused: ${issue?.message}`)
  return rules
}

function plantedIn(corpus: Corpus, rules: readonly CompiledRule[]): ReadonlyMap<number, number> {
  return new Map(
    (['B01', 'C01'] as const).map((act) => {
      const at = rules.findIndex(({ ref }) => ref.detection === PLANTED_TAGS[act])
      return [at, corpus.planted[act]]
    }),
  )
}

/** With their bodies parsed. */
function decoded({ bytes, events }: Corpus): readonly AuditEvent[] {
  const all: AuditEvent[] = []
  const sink = {
    event: (event: AuditEvent): void => {
      all.push(event)
    },
    issue: (): void => {},
    shape: (): void => {},
  }
  decodeBlock(bytes, 0, SOURCE, { strict: false }, sink)
  if (all.length !== events) throw new Error(`decoded ${all.length} events, not ${events}`)
  return all
}

function parsing({ bytes }: Corpus): () => number {
  return () => {
    let events = 0
    for (let round = 0; round < REPEATS; round += 1) events += parseLines(bytes)
    return events
  }
}

function ofComparison(figure: Figure, found: Comparison, yardstick: string): Measured {
  return {
    figure,
    value: found.timeRatio,
    deviation: found.deviation,
    rounds: found.rounds,
    refused: found.refused,
    note: `${yardstick} ${found.yardstickMs.toFixed(0)} ms, drift ${(found.drift * 100).toFixed(1)} %`,
  }
}

function selectivity(engine: Engine): readonly Measured[] {
  const shares = [...engine.asked()].sort((a, b) => a - b).map((share) => share * 100)
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const late = shares[Math.floor(shares.length * 0.95)] ?? 0
  const common = { deviation: 0, rounds: 1, refused: false, note: 'of 1,000 rules; no time in it' }
  return [
    { figure: FIGURES.selectivity, value: mean, ...common },
    { figure: FIGURES.selectivityLate, value: late, ...common },
  ]
}

/** From the text of 1,000 rules to an index that is ready. */
function loading(rounds: number): Measured {
  const files = makeRules(1_000)
  const once = (): number => {
    const start = performance.now()
    const { rules } = compileRules(files)
    new RuleIndex(rules)
    if (rules.length !== files.length) throw new Error('a made rule is refused')
    return performance.now() - start
  }
  const first = once()
  const times = Array.from({ length: rounds }, once)
  return {
    figure: FIGURES.loading,
    value: median(times),
    deviation: deviationOf(times),
    rounds,
    refused: false,
    note: `the first time ${first.toFixed(0)} ms`,
  }
}
