import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { NO, type Truth, UNKNOWN } from '../../src/base/truth.ts'
import { decodeBlock } from '../../src/decode/decode.ts'
import { actKey, type Signal } from '../../src/detect/act.ts'
import type { CompiledRule, RuleSet } from '../../src/detect/compile.ts'
import { CorrelationFold } from '../../src/detect/correlate.ts'
import type { CountedAct } from '../../src/detect/counted-act.ts'
import { CorrelationFeeds } from '../../src/detect/feeds.ts'
import { RuleIndex } from '../../src/detect/rule-index.ts'
import { toSignal } from '../../src/detect/signal.ts'
import { enrich } from '../../src/enrich/enrich.ts'
import type { Reason } from '../../src/model/blindness.ts'
import { type AuditEvent, STAGE_RANK } from '../../src/model/event.ts'
import type { EventRef, Severity } from '../../src/model/finding.ts'

/** What was done to make a recording: a line of its labels.ndjson. */
export interface Label {
  readonly kind: 'act' | 'near-miss' | 'benign' | 'housekeeping' | 'fault'
  readonly id: string
  readonly scenario: string
  readonly detections: readonly string[]
  readonly users: readonly string[]
  readonly auditIDs: readonly string[]
  readonly mainIDs: readonly string[]
  readonly consequences: readonly string[]
}

/** What one rule said of an act, if it was not "no". */
export interface Said {
  readonly detection: string
  readonly level: Severity
  readonly truth: Truth
  readonly reasons: readonly Reason[]
}

/** A request as its latest logged stage shows it, and what the rules said of it. */
export interface Act {
  readonly auditID: string
  readonly user: string
  readonly what: string
  readonly rank: number
  /** How many events there were of it. */
  readonly events: number
  readonly said: readonly Said[]
  /** What it is to correlations. */
  readonly counted: CountedAct | undefined
}

/** A correlation that was found, and the acts that it joins. */
export interface Joined {
  readonly detection: string
  readonly level: Severity
  readonly reason: string
  readonly auditIDs: readonly string[]
}

/** One recording, judged. */
export interface Recording {
  readonly labels: readonly Label[]
  readonly acts: readonly Act[]
  readonly joined: readonly Joined[]
  readonly events: number
}

/** Reads the labels and the audit logs of a folder, and judges every act by all rules. */
export const judgeRecording = (folder: URL, { rules, correlations }: RuleSet): Recording => {
  const index = new RuleIndex(rules)
  const feeds = new CorrelationFeeds(rules, correlations)
  const acts = new Map<string, Act>()
  let events = 0
  for (const bytes of logsIn(folder)) {
    decodeBlock(
      bytes,
      0,
      SOURCE,
      { strict: false },
      {
        event(event) {
          events += 1
          const key = actKey(event)
          const act = judge(event, key, { index, rules, feeds, correlations })
          const earlier = acts.get(key)
          const latest = earlier !== undefined && earlier.rank > act.rank ? earlier : act
          acts.set(key, { ...latest, events: (earlier?.events ?? 0) + 1 })
        },
        issue() {},
        shape() {},
      },
    )
  }
  const joined = correlate([...acts.values()], { rules, correlations })
  return { labels: labelsIn(folder), acts: [...acts.values()], joined, events }
}

const correlate = (
  acts: readonly Act[],
  rules: Pick<RuleSet, 'rules' | 'correlations'>,
): readonly Joined[] => {
  const fold = new CorrelationFold(rules)
  for (const { counted, auditID } of acts) {
    if (counted !== undefined) fold.add(counted, [toRef(auditID)])
  }
  return fold.finish().findings.map(({ rule, reason, events }) => ({
    detection: rule.detection ?? rule.id,
    level: rule.level,
    reason,
    auditIDs: events.map((event) => event.auditID ?? ''),
  }))
}

/** Only the auditID is asked of it. */
const toRef = (auditID: string): EventRef => ({
  id: auditID,
  auditID,
  stage: '',
  time: '',
  server: '',
  file: '',
  offset: 0,
  length: 0,
})

const asItIs = (_field: string, text: string): string => text

const SOURCE = { cluster: 'lab', server: 'lab', file: 'lab' }

interface Judges extends Pick<RuleSet, 'rules' | 'correlations'> {
  readonly index: RuleIndex
  readonly feeds: CorrelationFeeds
}

const judge = (event: AuditEvent, origin: string, judges: Judges): Act => {
  const { index, rules, feeds } = judges
  const said: Said[] = []
  const signals: Signal[] = []
  const facts = enrich(event)
  index.judge(index.bucketFor(event), facts, (number, truth) => {
    const rule = rules[number]
    if (rule === undefined || truth === NO) return
    const verdict = { rule: number, truth }
    const signal = toSignal(rules, verdict, facts, asItIs)
    signals.push(signal)
    for (const { detection, id, level } of speakersOf(rule, truth, judges)) {
      said.push({ detection: detection ?? id, level, truth, reasons: signal.reasons })
    }
  })
  const { resource, path } = facts.request
  const where = [event.objectRef?.namespace, event.objectRef?.name].filter(Boolean).join('/')
  return {
    auditID: event.auditID ?? '',
    user: event.user.username ?? '',
    what: `${event.verb} ${resource ?? path} ${where} ${event.responseStatus?.code ?? ''}`,
    rank: STAGE_RANK[event.stage],
    events: 1,
    said,
    counted: feeds.count(signals, facts, origin, asItIs),
  }
}

/**
 * Who says what a rule says of one act: itself if it reports. Of a rule behind correlations that
 * one act completes, they cannot tell where it cannot; what they find is joined later.
 */
const speakersOf = (
  rule: CompiledRule,
  truth: Truth,
  { correlations }: Judges,
): readonly CompiledRule['ref'][] => {
  if (rule.reports) return [rule.ref]
  if (truth !== UNKNOWN) return []
  return correlations
    .filter(({ plan: { type, comparisons, slots } }) => {
      const once = type === 'event_count' && comparisons.every(({ value }) => value === 1)
      return once && slots.some((slot) => slot.rule === rule.ref.id)
    })
    .map(({ ref }) => ref)
}

const logsIn = (folder: URL): readonly Uint8Array[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)audit[^/]*\.log(\.zst|\.gz)?$/.test(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(new URL(name, folder))
      if (name.endsWith('.zst')) return zstdDecompressSync(bytes)
      return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
    })

const labelsIn = (folder: URL): readonly Label[] =>
  readFileSync(new URL('labels.ndjson', folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
