import type { Issue } from '../base/issue.ts'
import type { RuleTally } from '../detect/act-events.ts'
import type { RuleSet } from '../detect/compile.ts'
import type { CorrelationLosses, CorrelationResult } from '../detect/correlate.ts'
import { byUrgency, type FoldLosses, type FoldResult } from '../detect/fold.ts'
import { type Source, STAGE_RANK } from '../model/event.ts'
import type { InputSummary, Report, RuleCoverage, RuleRef } from '../model/finding.ts'
import type { Ending } from '../source/blocks.ts'
import type { Input } from '../source/inputs.ts'
import { type BlockResult, contentOf } from './analyze.ts'
import { SourceTimes } from './gaps.ts'
import type { HuntOptions, Progress } from './hunt-options.ts'
import { IssueTray } from './issue-tray.ts'

interface InputTally {
  readonly input: Input
  contentBytes: number
  sha256: string | undefined
  events: number
  issues: number
  readonly shapes: Set<string>
  firstTime: string | undefined
  lastTime: string | undefined
}

/** Counts what a hunt reads, and makes the report of it. */
export class Tally {
  readonly #inputs: readonly InputTally[]
  readonly #byInput: ReadonlyMap<Input, InputTally>
  readonly #issues = new IssueTray()
  readonly #times = new SourceTimes()
  #bytesDone = 0
  #bytesNow = 0
  #events = 0

  constructor(issues: readonly Issue[], inputs: readonly Input[]) {
    this.#inputs = inputs.map((input) => ({
      input,
      contentBytes: 0,
      sha256: undefined,
      events: 0,
      issues: 0,
      shapes: new Set<string>(),
      firstTime: undefined,
      lastTime: undefined,
    }))
    this.#byInput = new Map(this.#inputs.map((one) => [one.input, one]))
    for (const issue of issues) this.#issues.add(issue)
  }

  addBlock(input: Input, { stats, issues, issueCounts }: BlockResult): void {
    const one = this.#of(input)
    one.events += stats.events
    one.firstTime = least(one.firstTime, stats.firstTime)
    one.lastTime = most(one.lastTime, stats.lastTime)
    for (const shape of stats.shapes) one.shapes.add(shape)
    for (const count of Object.values(issueCounts)) one.issues += count
    this.#issues.addAll(issues, issueCounts)
    this.#times.add(input.source, stats.minutes)
    this.#events += stats.events
  }

  /** Content read so far of the input in hand: of a compressed one more than its bytes. */
  addRead(input: Input, contentBytes: number): void {
    this.#bytesNow = Math.min(contentBytes, input.bytes)
  }

  addInput(input: Input, ending: Ending): void {
    const one = this.#of(input)
    one.contentBytes = ending.bytes
    one.sha256 = ending.sha256
    for (const issue of ending.issues) {
      one.issues += issue.count ?? 1
      this.#issues.add(issue)
    }
    this.#bytesDone += input.bytes
    this.#bytesNow = 0
  }

  progress(findings: number): Progress {
    const isStream = this.#inputs.some(({ input }) => input.path === '-')
    return {
      bytes: this.#bytesDone + this.#bytesNow,
      bytesTotal: isStream
        ? undefined
        : this.#inputs.reduce((sum, one) => sum + one.input.bytes, 0),
      events: this.#events,
      findings,
    }
  }

  report(options: HuntOptions, ruleSet: RuleSet, outcome: Outcome): Report {
    const { acts, correlated } = outcome
    for (const issue of issuesOf(acts.losses, correlated.losses)) this.#issues.add(issue)
    for (const source of this.#times.full()) this.#issues.add(minutesCapped(source))
    const coverage = coverageOf(ruleSet, outcome)
    const inputs = this.#inputs.map(summaryOf)
    return {
      findings: [...acts.findings, ...correlated.findings].sort(byUrgency),
      coverage,
      inputs,
      gaps: this.#times.gaps(),
      issues: this.#issues.kept(),
      issueCounts: sortedByKey(this.#issues.counts),
      totals: {
        events: this.#events,
        bytes: inputs.reduce((sum, input) => sum + input.contentBytes, 0),
        issues: Object.values(this.#issues.counts).reduce((sum, count) => sum + count, 0),
        findings: coverage.reduce((sum, rule) => sum + rule.findings, 0),
        firstTime: inputs.map((input) => input.firstTime).reduce(least, undefined),
        lastTime: inputs.map((input) => input.lastTime).reduce(most, undefined),
      },
      tool: options.tool,
      content: contentOf([...options.rules, ...options.lists]),
    }
  }

  #of(input: Input): InputTally {
    const one = this.#byInput.get(input)
    if (one === undefined) throw new Error('bug: a block of an unknown input')
    return one
  }
}

/** What became of the events: as acts, and joined by correlations. */
export interface Outcome {
  readonly acts: FoldResult
  readonly correlated: CorrelationResult
  /** For every rule the events of its kind, by rank of stage. */
  readonly eligible: readonly Uint32Array[]
}

/** By rule id, as everywhere. Rules that only serve correlations are not spoken of. */
const coverageOf = (
  { rules, correlations }: RuleSet,
  { acts, correlated, eligible }: Outcome,
): readonly RuleCoverage[] => {
  const byId = new Map<string, number>()
  const ofRules = rules.map(({ ref, reports }, at) => {
    const covered = coverage(ref, acts.tallies[at], actsOf(eligible[at]))
    byId.set(ref.id, covered.eligible)
    return { covered, reports }
  })
  const ofCorrelations = correlations.map(({ ref, plan, reports }, at) => {
    const sum = plan.slots.reduce((total, { rule }) => total + (byId.get(rule) ?? 0), 0)
    byId.set(ref.id, sum)
    return { covered: coverage(ref, correlated.tallies[at], sum), reports }
  })
  return [...ofRules, ...ofCorrelations]
    .filter(({ reports }) => reports)
    .map(({ covered }) => covered)
    .sort((a, b) => compare(a.rule.id, b.rule.id))
}

const coverage = (rule: RuleRef, tally: RuleTally | undefined, eligible: number): RuleCoverage => {
  const { findings = 0, cannotTell = 0, reasons = {} } = tally ?? {}
  return {
    rule,
    eligible: Math.max(eligible, findings + cannotTell),
    findings,
    cannotTell,
    reasons: sortedByKey(reasons),
  }
}

/** Acts are counted by their stages: of one kind there are at least as many as of any stage. */
const actsOf = (eligible: Uint32Array | undefined): number => {
  const seen = (rank: number): number => eligible?.[rank] ?? 0
  const finished = seen(STAGE_RANK.ResponseComplete) + seen(STAGE_RANK.Panic)
  return Math.max(seen(STAGE_RANK.RequestReceived), seen(STAGE_RANK.ResponseStarted), finished)
}

const summaryOf = (one: InputTally): InputSummary => ({
  file: one.input.path,
  bytes: one.input.bytes,
  contentBytes: one.contentBytes,
  fingerprint: one.input.fingerprint,
  sha256: one.sha256,
  cluster: one.input.source.cluster,
  server: one.input.source.server,
  events: one.events,
  issues: one.issues,
  shapes: [...one.shapes].sort(),
  firstTime: one.firstTime,
  lastTime: one.lastTime,
})

const minutesCapped = ({ cluster, server }: Source): Issue => ({
  code: 'detect/minutes-capped',
  message: `the events of ${cluster}/${server} lie in too many minutes; its gaps may be wrong`,
  at: {},
})

const issuesOf = (losses: FoldLosses, correlated: CorrelationLosses): readonly Issue[] => {
  const issues: Issue[] = losses.collisions.map((event) => ({
    code: 'detect/audit-id-collision',
    message: 'this event repeats the identity and stage of another one with different content',
    at: { file: event.file, offset: event.offset, length: event.length },
  }))
  const count = (code: string, amount: number, what: string): void => {
    if (amount > 0) issues.push({ code, message: `${amount} ${what}`, at: {} })
  }
  count('detect/acts-open', losses.actsEvicted, 'acts were judged before their final stage')
  count('detect/acts-forgotten', losses.actsForgotten, 'finished acts were forgotten')
  const groups = 'groups of correlations were given up for room'
  count('detect/groups-evicted', correlated.groupsEvicted, groups)
  count('detect/hits-late', correlated.hitsLate, 'hits came too late for their windows')
  count(
    'detect/findings-capped',
    losses.findingsDropped + correlated.findingsDropped,
    'findings are counted but not shown',
  )
  return issues
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sortedByKey = <V>(record: Readonly<Record<string, V>>): Record<string, V> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => compare(a, b)))

const least = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

const most = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a
