import { escapeCsv, escapeJson } from '../../base/escape-text.ts'
import type { Finding, Report, RuleRef } from '../../model/finding.ts'
import { catalogues, tacticOf, techniqueOf, threatOf } from '../catalogues.ts'
import { severitiesOf } from './digest.ts'
import type { HuntResult, RuleGuide } from './hunt-result.ts'

/**
 * A finding as every machine format gives it: the same keys in the same order in each, null where
 * there is nothing. The keys are a contract: they may grow, and never change their meaning.
 */
export const toFindingRecord = (finding: Finding): Record<string, unknown> => ({
  id: finding.id,
  time: finding.time,
  cluster: finding.cluster,
  server: finding.server,
  rule: toRuleRecord(finding.rule),
  actor: {
    name: finding.actor.name,
    kind: finding.actor.kind,
    impersonator: finding.actor.impersonator ?? null,
    peer: finding.actor.peer ?? null,
    userAgent: finding.actor.userAgent ?? null,
  },
  target: {
    verb: finding.target.verb,
    resource: finding.target.resource,
    namespace: finding.target.namespace ?? null,
    name: finding.target.name ?? null,
  },
  outcome: finding.outcome ?? null,
  reason: finding.reason,
  fields: finding.fields.map(({ name, value, trust }) => ({ name, value, trust })),
  events: finding.events.map((event) => ({
    id: event.id,
    auditID: event.auditID ?? null,
    stage: event.stage,
    time: event.time,
    server: event.server,
    file: event.file,
    offset: event.offset,
    length: event.length,
  })),
  correlation: finding.correlation ?? null,
})

/** Findings as NDJSON, one a line, in chunks that a slow reader can take one by one. */
export function* ndjsonReport({ report }: HuntResult): Generator<string> {
  for (const finding of report.findings) yield `${jsonLine(toFindingRecord(finding))}\n`
}

/** The whole report as one JSON document, one finding a line. */
export function* jsonReport(result: HuntResult): Generator<string> {
  const { findings, ...rest } = reportRecord(result)
  yield '{"report":{\n"findings":['
  for (const [i, finding] of findings.entries()) yield `${i === 0 ? '' : ','}\n${jsonLine(finding)}`
  yield '\n]'
  for (const [key, value] of Object.entries(rest)) yield `,\n"${key}":${jsonLine(value)}`
  yield '\n}}\n'
}

/** Findings as CSV (RFC 4180) with a header; formulas are guarded. */
export function* csvReport({ report }: HuntResult): Generator<string> {
  yield `${CSV.map(([name]) => name).join(',')}\r\n`
  for (const finding of report.findings) {
    yield `${CSV.map(([, read]) => escapeCsv(read(finding))).join(',')}\r\n`
  }
}

/** The totals of a hunt, for a script or a dashboard. */
export const summaryOf = ({ report, hidden, complete }: HuntResult): string => {
  const { totals, coverage } = report
  const aside = hidden.setAside.reduce((sum, entry) => sum + entry.findings, 0)
  const blind = coverage.filter((row) => row.cannotTell > 0)
  const byDetection = new Map<string, number>()
  for (const { rule, cannotTell } of blind) {
    if (rule.detection === undefined) continue
    byDetection.set(rule.detection, (byDetection.get(rule.detection) ?? 0) + cannotTell)
  }
  const summary = {
    events: totals.events,
    bytes: totals.bytes,
    issues: totals.issues,
    findings: totals.findings - hidden.known - hidden.filtered - aside,
    findingsByLevel: severitiesOf(report.findings),
    cannotTell: Object.fromEntries(blind.map(({ rule, cannotTell }) => [rule.id, cannotTell])),
    cannotTellByDetection: Object.fromEntries([...byDetection].sort()),
    setAside: aside,
    known: hidden.known,
    filtered: hidden.filtered,
    complete,
    firstTime: totals.firstTime ?? null,
    lastTime: totals.lastTime ?? null,
    issueCounts: sortedCounts(report),
    rules: coverageRecords(report),
    tool: report.tool,
    content: report.content,
  }
  return `${escapeJson(JSON.stringify(summary, null, 2))}\n`
}

/** JSON on one line, safe to print. */
export const jsonLine = (value: unknown): string => escapeJson(JSON.stringify(value))

/** The rule that a finding or a count is about. */
export const toRuleRecord = (rule: Finding['rule']): Record<string, unknown> => ({
  id: rule.id,
  title: rule.title,
  level: rule.level,
  detection: rule.detection ?? null,
  techniques: rule.techniques,
  tactics: rule.tactics,
  threatMatrix: rule.threatMatrix,
})

/** A rule with the names of what it maps to, and what it tells the one who reads its findings. */
export const toRuleGuideRecord = (
  rule: RuleRef,
  guide: RuleGuide | undefined,
): Record<string, unknown> => ({
  ...toRuleRecord(rule),
  attack: {
    version: catalogues().attack.version,
    tactics: rule.tactics.map((name) => ({
      id: tacticOf(name)?.id ?? null,
      shortname: name,
      name: tacticOf(name)?.name ?? null,
    })),
    techniques: rule.techniques.map((id) => ({ id, name: techniqueOf(id)?.name ?? null })),
  },
  microsoft: rule.threatMatrix.map((id) => ({ id, name: threatOf(id) ?? null })),
  description: guide?.description ?? null,
  next: guide?.next ?? null,
  harmless: guide?.harmless ?? [],
  references: guide?.references ?? [],
})

interface ReportRecord {
  readonly findings: readonly Record<string, unknown>[]
  readonly [key: string]: unknown
}

function reportRecord({ report, guides, hidden, complete }: HuntResult): ReportRecord {
  const found = new Map(report.findings.map(({ rule }) => [rule.id, rule]))
  return {
    findings: report.findings.map(toFindingRecord),
    rules: [...found.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((rule) => toRuleGuideRecord(rule, guides.get(rule.id))),
    coverage: coverageRecords(report),
    inputs: report.inputs.map((input) => ({
      file: input.file,
      cluster: input.cluster,
      server: input.server,
      bytes: input.bytes,
      contentBytes: input.contentBytes,
      fingerprint: input.fingerprint,
      sha256: input.sha256 ?? null,
      events: input.events,
      issues: input.issues,
      shapes: input.shapes,
      firstTime: input.firstTime ?? null,
      lastTime: input.lastTime ?? null,
    })),
    gaps: report.gaps.map(({ cluster, server, from, to }) => ({ cluster, server, from, to })),
    issues: report.issues.map(({ code, message, at }) => ({ code, message, at })),
    issueCounts: sortedCounts(report),
    hidden: {
      known: hidden.known,
      filtered: hidden.filtered,
      setAside: hidden.setAside.map((entry) => ({
        rule: entry.rule,
        actor: entry.actor ?? null,
        namespace: entry.namespace ?? null,
        name: entry.name ?? null,
        reason: entry.reason,
        expires: entry.expires,
        findings: entry.findings,
        expired: entry.expired,
      })),
    },
    totals: {
      ...report.totals,
      firstTime: report.totals.firstTime ?? null,
      lastTime: report.totals.lastTime ?? null,
    },
    complete,
    tool: report.tool,
    content: report.content,
  }
}

function coverageRecords(report: Report): readonly Record<string, unknown>[] {
  return report.coverage.map((row) => ({
    rule: toRuleRecord(row.rule),
    eligible: row.eligible,
    findings: row.findings,
    cannotTell: row.cannotTell,
    reasons: Object.fromEntries(Object.entries(row.reasons).sort(byKey)),
    unproven: row.eligible === 0,
  }))
}

const sortedCounts = (report: Report): Record<string, number> =>
  Object.fromEntries(Object.entries(report.issueCounts).sort(byKey))

const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1

const CSV: readonly (readonly [name: string, read: (finding: Finding) => string])[] = [
  ['id', (f) => f.id],
  ['time', (f) => f.time],
  ['cluster', (f) => f.cluster],
  ['server', (f) => f.server],
  ['level', (f) => f.rule.level],
  ['detection', (f) => f.rule.detection ?? ''],
  ['rule', (f) => f.rule.title],
  ['rule_id', (f) => f.rule.id],
  ['techniques', (f) => f.rule.techniques.join(' ')],
  ['actor', (f) => f.actor.name],
  ['actor_kind', (f) => f.actor.kind],
  ['impersonator', (f) => f.actor.impersonator ?? ''],
  ['peer', (f) => f.actor.peer ?? ''],
  ['user_agent', (f) => f.actor.userAgent ?? ''],
  ['verb', (f) => f.target.verb],
  ['resource', (f) => f.target.resource],
  ['namespace', (f) => f.target.namespace ?? ''],
  ['name', (f) => f.target.name ?? ''],
  ['outcome', (f) => f.outcome ?? ''],
  ['reason', (f) => f.reason],
  ['audit_ids', (f) => [...new Set(f.events.map((event) => event.auditID ?? ''))].join(' ')],
  ['file', (f) => f.events[0]?.file ?? ''],
  ['offset', (f) => String(f.events[0]?.offset ?? '')],
  ['tactics', (f) => f.rule.tactics.join(' ')],
  ['threat_matrix', (f) => f.rule.threatMatrix.join(' ')],
  ['window_from', (f) => f.correlation?.from ?? ''],
  ['window_to', (f) => f.correlation?.to ?? ''],
  ['matches', (f) => String(f.correlation?.matches ?? '')],
]
