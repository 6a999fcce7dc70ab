import { isDeepStrictEqual } from 'node:util'
import { decodeBlock } from '../src/decode/decode.ts'
import { ruleMatches } from '../src/kubernetes/audit-policy/evaluate.ts'
import { policyRequestOf } from '../src/kubernetes/audit-policy/event-request.ts'
import type { AuditPolicy, PolicyRequest } from '../src/kubernetes/audit-policy/policy.ts'
import {
  compilePolicy,
  type PolicyEvaluator,
} from '../src/kubernetes/audit-policy/policy-evaluator.ts'
import {
  type RequestColumns,
  RequestColumnsBuilder,
} from '../src/kubernetes/audit-policy/request-columns.ts'
import { simulateColumns } from '../src/kubernetes/audit-policy/simulate-columns.ts'
import type { AuditEvent, Source } from '../src/model/event.ts'
import { type Corpus, META, makeCorpus } from './corpus.ts'
import { FIGURES, type Figure, type Measured } from './figure.ts'
import {
  type Comparison,
  compare,
  deviationOf,
  isRestless,
  median,
  processorMs,
} from './measure.ts'
import { fewRules, manyRules } from './policies.ts'
import { type GoPeer, openGoPeer } from './policy-peer.ts'
import { parseLines } from './yardstick.ts'

/** How much is measured: the tier of CI, or the one that is quoted. */
export interface PolicyEffort {
  readonly corpusBytes: number
  readonly rounds: number
  /** Rows of the columns on which a new policy is tried. */
  readonly rows: number
  /** Whether to measure the API server's own evaluator too, where Go and its modules are. */
  readonly peer: boolean
}

/** The figures of audit policies. */
export const measurePolicies = (effort: PolicyEffort): readonly Measured[] => {
  const corpus = makeCorpus(META, effort.corpusBytes)
  const requests = requestsOf(corpus)
  const { rounds } = effort
  return [
    againstLinear(FIGURES.policyFew, fewRules(), requests, rounds),
    againstLinear(FIGURES.policyMany, manyRules(), requests, rounds),
    ...(effort.peer ? againstGo(requests) : []),
    whatIf(corpus, requests, effort),
  ]
}

const SOURCE: Source = { cluster: 'bench', server: 'a', file: 'a.log' }

/** A request and the bytes of its event. */
interface Asked {
  readonly request: PolicyRequest
  readonly bytes: number
}

const requestsOf = ({ bytes, events }: Corpus): readonly Asked[] => {
  const asked: Asked[] = []
  const sink = {
    event: (event: AuditEvent): void => {
      asked.push({ request: policyRequestOf(event).request, bytes: event.origin.length })
    },
    issue: (): void => {},
    shape: (): void => {},
  }
  decodeBlock(bytes, 0, SOURCE, { strict: false }, sink)
  return asked.length === events ? asked : failed(`${asked.length} events, not ${events}`)
}

const failed = (why: string): never => {
  throw new Error(why)
}

type RuleFor = (request: PolicyRequest) => number

/** The literal transliteration: one rule after the other, as the API server does it. */
const linearly =
  ({ rules }: AuditPolicy): RuleFor =>
  (request) =>
    rules.findIndex((rule) => ruleMatches(rule, request))

/** Evaluates all requests; gives the sum of what decides, so that both must find the same. */
const asking = (ruleFor: RuleFor, asked: readonly Asked[]): (() => number) => {
  return () => {
    let sum = 0
    for (const { request } of asked) sum += ruleFor(request) + 1
    return sum
  }
}

const againstLinear = (
  figure: Figure,
  policy: AuditPolicy,
  asked: readonly Asked[],
  rounds: number,
): Measured => {
  const evaluator = compilePolicy(policy)
  const wanted = asking(linearly(policy), asked)()
  const check = (work: () => number) => (): number => {
    const sum = work()
    return sum === wanted ? sum : failed(`${figure.id}: ${sum}, not ${wanted}`)
  }
  const yardstick = check(asking(linearly(policy), asked))
  const once = check(asking((request) => evaluator.ruleFor(request), asked))
  // As long as the yardstick, about, and long enough for the processor's clock.
  const repeats = policy.rules.length < 100 ? 4 : 20
  const subject = (): number => {
    for (let repeat = 1; repeat < repeats; repeat += 1) once()
    return once()
  }
  const found = compare({ yardstick, subject, repeats, clock: processorMs }, rounds)
  const linear = (found.yardstickMs * 1e6) / asked.length
  const ours = linear * found.timeRatio
  const note = `${ours.toFixed(0)} ns a request, one rule after the other ${linear.toFixed(0)}`
  return toMeasured(figure, found, note)
}

const againstGo = (asked: readonly Asked[]): readonly Measured[] => {
  const peer = openGoPeer()
  if (peer === undefined) return []
  const some = asked.slice(0, PEER_REQUESTS)
  try {
    return [
      besideGo(FIGURES.policyFewGo, fewRules(), some, peer),
      besideGo(FIGURES.policyManyGo, manyRules(), some, peer),
    ]
  } finally {
    peer.close()
  }
}

const PEER_REQUESTS = 5_000
const PEER_ROUNDS = 7
/** How often we evaluate all requests in one go, as the peer does. */
const REPEATS = 10

/** The peer times itself between our rounds, so that both meet the same machine. */
const besideGo = (
  figure: Figure,
  policy: AuditPolicy,
  asked: readonly Asked[],
  peer: GoPeer,
): Measured => {
  const evaluator = compilePolicy(policy)
  const requests = asked.map(({ request }) => request)
  const levels = levelsOf(evaluator, requests)
  const askPeer = peer.prepare(policy, requests)
  const work = asking((request) => evaluator.ruleFor(request), asked)
  nanosecondsOf(work, asked.length)
  const theirs: number[] = []
  const ours: number[] = []
  for (let round = 0; round < PEER_ROUNDS; round += 1) {
    const answer = askPeer()
    if (!isDeepStrictEqual(answer.levels, levels)) failed(`${figure.id}: other levels`)
    theirs.push(answer.ns)
    ours.push(nanosecondsOf(work, asked.length))
  }
  const ratios = ours.map((one, round) => one / (theirs[round] ?? one))
  return {
    figure,
    value: median(ours) / median(theirs),
    deviation: deviationOf(ratios),
    rounds: PEER_ROUNDS,
    refused: isRestless(theirs),
    note: `${median(ours).toFixed(0)} ns a request, Go ${median(theirs).toFixed(0)}`,
  }
}

const levelsOf = (
  evaluator: PolicyEvaluator,
  requests: readonly PolicyRequest[],
): Readonly<Record<string, number>> => {
  const levels: { [level: string]: number } = {}
  for (const request of requests) {
    const { level } = evaluator.decide(request)
    levels[level] = (levels[level] ?? 0) + 1
  }
  return levels
}

const nanosecondsOf = (work: () => number, requests: number): number => {
  globalThis.gc?.()
  const start = processorMs()
  for (let repeat = 0; repeat < REPEATS; repeat += 1) work()
  return ((processorMs() - start) * 1e6) / (REPEATS * requests)
}

/** Both count in rows a second: the yardstick parses some events, the subject tries them all. */
const whatIf = (
  corpus: Corpus,
  asked: readonly Asked[],
  { rounds, rows }: PolicyEffort,
): Measured => {
  const columns = columnsOf(asked, rows)
  const evaluator = compilePolicy(fewRules())
  const bytes = columns.bytes.reduce((sum, one) => sum + one, 0)
  const subject = (): number => {
    const totals = simulateColumns(evaluator, columns)
    const counted = totals.events.reduce((sum, one) => sum + one, 0)
    const weighed = totals.bytes.reduce((sum, one) => sum + one, 0)
    return counted === rows && weighed === bytes ? rows : failed(`${counted} rows, not ${rows}`)
  }
  const yardstick = (): number => parseLines(corpus.bytes)
  const found = compare({ yardstick, subject, repeats: rows / corpus.events }, rounds)
  const rate = corpus.events / (found.yardstickMs * found.timeRatio) / 1e3
  const note = `${rate.toFixed(1)} M events/s; ${(rows / 1e6).toFixed(0)} M rows, 20 rules`
  return toMeasured(FIGURES.whatIf, found, note)
}

/** The columns of so many requests: those given, again and again. */
const columnsOf = (asked: readonly Asked[], rows: number): RequestColumns => {
  const builder = new RequestColumnsBuilder()
  for (let row = 0; row < rows; row += 1) {
    const one = asked[row % asked.length] ?? failed('no request')
    builder.add(one.request, one.bytes)
  }
  return builder.finish()
}

const toMeasured = (figure: Figure, found: Comparison, note: string): Measured => {
  const value = figure.better === 'higher' ? 1 / found.timeRatio : found.timeRatio
  return {
    figure,
    value,
    // Relative deviations of a small quantity and of its inverse are the same.
    deviation: (found.deviation / found.timeRatio) * value,
    rounds: found.rounds,
    refused: found.refused,
    note,
  }
}
