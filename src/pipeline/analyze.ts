import { hash } from 'node:crypto'
import type { Issue } from '../base/issue.ts'
import { LIMIT } from '../base/limit.ts'
import { YES } from '../base/truth.ts'
import { decodeBlock } from '../decode/decode.ts'
import { findDuplicateKeys } from '../decode/duplicate-keys.ts'
import { redactField } from '../decode/redact.ts'
import { type ActRecord, contentDigest, eventId, type Signal } from '../detect/act.ts'
import { BlockActs, type SeenAct, type Verdict } from '../detect/block-acts.ts'
import type { CompiledRule } from '../detect/compile.ts'
import { describeMatch, reasonsFor } from '../detect/describe.ts'
import { RuleIndex } from '../detect/rule-index.ts'
import { type EnrichOptions, enrich } from '../enrich/enrich.ts'
import type { AuditEvent, Source } from '../model/event.ts'
import type { EventRef } from '../model/finding.ts'
import { BlockStats, type Stats } from './block-stats.ts'
import { IssueTray } from './issue-tray.ts'

/** One block of one input, as it goes to a worker. */
export interface BlockJob {
  readonly bytes: Uint8Array
  /** Of the first byte, in the decompressed content. */
  readonly offset: number
  readonly source: Source
  readonly fingerprint: string
}

/** What a block says: everything that the fold and the report need, and no parsed event. */
export interface BlockResult {
  readonly records: readonly ActRecord[]
  readonly stats: Stats
  readonly issues: readonly Issue[]
  readonly issueCounts: Readonly<Record<string, number>>
}

export interface AnalyzeOptions {
  readonly rules: readonly CompiledRule[]
  readonly enrich: EnrichOptions
  readonly since: string | undefined
  readonly until: string | undefined
  readonly strict: boolean
}

/** Decodes, enriches and judges blocks. It keeps an index of rules, and nothing of the events. */
export class Analyzer {
  readonly #options: AnalyzeOptions
  readonly #index: RuleIndex

  constructor(options: AnalyzeOptions) {
    this.#options = options
    this.#index = new RuleIndex(options.rules)
  }

  analyze(job: BlockJob): BlockResult {
    const stats = new BlockStats()
    const issues = new IssueTray()
    const acts = new BlockActs()
    const lazy: AuditEvent[] = []
    decodeBlock(
      job.bytes,
      job.offset,
      job.source,
      { strict: this.#options.strict },
      {
        event: (event) => {
          if (!this.#inWindow(event)) return
          stats.add(event)
          this.#judge(event, acts)
          if (event.unparsable !== 0) lazy.push(event)
        },
        issue: (issue) => issues.add(issue),
        shape: (name) => stats.addShape(name),
      },
    )
    for (const event of lazy) issues.add(unparsableBody(event))
    const records = [...acts.all()].map((act) => this.#record(job, act, issues))
    return { records, stats: stats.done(), issues: issues.kept(), issueCounts: issues.counts }
  }

  /** For every rule the events of its kind, by rank of stage. */
  eligible(): readonly Uint32Array[] {
    return this.#index.eligible()
  }

  #inWindow(event: AuditEvent): boolean {
    const { since, until } = this.#options
    if (since === undefined && until === undefined) return true
    const time = Date.parse(event.requestReceivedTimestamp)
    if (since !== undefined && time < Date.parse(since)) return false
    return until === undefined || time < Date.parse(until)
  }

  #judge(event: AuditEvent, acts: BlockActs): void {
    const bucket = this.#index.bucketFor(event)
    if (bucket.rules.length === 0) return
    const facts = enrich(event, this.#options.enrich)
    const verdicts: Verdict[] = []
    const asked = this.#index.judge(bucket, facts, (rule, truth) => verdicts.push({ rule, truth }))
    const settles = asked && event.stage !== 'RequestReceived'
    if (settles || verdicts.length > 0) acts.add(facts, verdicts)
  }

  #record(job: BlockJob, act: SeenAct, issues: IssueTray): ActRecord {
    const { key, rank, facts } = act
    if (act.verdicts.length === 0) {
      const events = act.events.map((event) => refOf(event, job.fingerprint))
      return { key, rank, content: '', events, signals: [] }
    }
    const signals = act.verdicts.map((verdict) => this.#signal(verdict, act))
    if (signals.some((signal) => signal.truth === YES)) {
      for (const issue of duplicateKeys(job, facts.event)) issues.add(issue)
    }
    return {
      key,
      rank,
      content: contentDigest(rawIn(job, facts.event)),
      events: act.events.map((event) => refOf(event, job.fingerprint)),
      signals,
    }
  }

  #signal({ rule, truth }: Verdict, { facts }: SeenAct): Signal {
    const compiled = this.#options.rules[rule]
    if (compiled === undefined) throw new Error('bug: a verdict names no rule')
    if (truth === YES) {
      const mask = (field: string, text: string): string => redactField(facts.event, field, text)
      const finding = describeMatch(compiled, facts, mask)
      return { rule, truth, reasons: [], finding }
    }
    return { rule, truth, reasons: reasonsFor(compiled, facts), finding: undefined }
  }
}

const refOf = (event: AuditEvent, fingerprint: string): EventRef => ({
  id: eventId(event, fingerprint),
  auditID: event.auditID?.slice(0, LIMIT.shownCharactersMax),
  stage: event.stage,
  time: event.stageTimestamp,
  file: event.origin.source.file,
  offset: event.origin.offset,
  length: event.origin.length,
})

const rawIn = (job: BlockJob, event: AuditEvent): Uint8Array => {
  const from = event.origin.offset - job.offset
  return job.bytes.subarray(from, from + event.origin.length)
}

const duplicateKeys = (job: BlockJob, event: AuditEvent): readonly Issue[] =>
  findDuplicateKeys(rawIn(job, event)).map((key) => ({
    code: 'decode/duplicate-key',
    message: `the key ${key} is written more than once; the last one counts, as in the API server`,
    at: {
      file: event.origin.source.file,
      offset: event.origin.offset,
      length: event.origin.length,
    },
  }))

const unparsableBody = (event: AuditEvent): Issue => ({
  code: 'decode/unparsable-body',
  message: 'a body of this event is no JSON; rules that need it cannot tell',
  at: { file: event.origin.source.file, offset: event.origin.offset, length: event.origin.length },
})

/** Identity of rules by content, for the report's head. */
export const contentOf = (files: readonly { file: string; text: string }[]): string =>
  hash('sha256', JSON.stringify(files.map(({ text }) => text).sort())).slice(0, 12)
