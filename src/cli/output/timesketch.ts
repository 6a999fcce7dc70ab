import { microsecondsOf, timeText } from '../../detect/time.ts'
import type { EventRef, Finding } from '../../model/finding.ts'
import type { HuntResult } from './hunt-result.ts'
import { jsonLine } from './machine.ts'
import { attackWords, techniqueWords } from './rule-words.ts'
import { labelOf, targetOf } from './words.ts'

/**
 * The report as JSON lines for Timesketch: one for each event of a finding, with flat fields, in
 * chunks that a slow reader can take one by one. Timesketch wants the file to end in `.jsonl`.
 */
export function* timesketchReport({ report }: HuntResult): Generator<string> {
  for (const finding of report.findings) {
    const about = aboutFinding(finding)
    for (const event of finding.events)
      yield `${jsonLine({ ...rowOf(event, finding), ...about })}\n`
  }
}

/** Timesketch refuses a row without a moment: one that cannot be read is the start of its era. */
function rowOf(event: EventRef, finding: Finding): Record<string, unknown> {
  const known = microsecondsOf(event.time) ?? microsecondsOf(finding.time)
  const timestamp = known ?? 0
  const when = known === undefined ? 'Time unknown' : `Audit event, ${event.stage}`
  return {
    message: `${labelOf(finding.rule)} ${finding.rule.title}: ${finding.reason}`,
    timestamp,
    datetime: timeText(timestamp).replace(/Z$/, '+00:00'),
    timestamp_desc: when,
    event_id: event.id,
    audit_id: event.auditID ?? '',
    stage: event.stage,
    server: event.server,
    file: event.file,
    offset: event.offset,
    length: event.length,
  }
}

/** What all rows of a finding have in common: texts only, so that a column has one type. */
function aboutFinding(finding: Finding): Record<string, unknown> {
  const { rule, actor, target, correlation } = finding
  return {
    tag: [rule.level, labelOf(rule), ...rule.techniques],
    data_type: 'deckwatch:finding',
    finding_id: finding.id,
    finding_time: finding.time,
    level: rule.level,
    detection: rule.detection ?? '',
    rule: rule.title,
    rule_id: rule.id,
    attack: attackWords(rule),
    techniques: techniqueWords(rule.techniques).join(', '),
    tactics: rule.tactics.join(' '),
    threat_matrix: rule.threatMatrix.join(' '),
    cluster: finding.cluster,
    actor: actor.name,
    actor_kind: actor.kind,
    impersonator: actor.impersonator ?? '',
    peer: actor.peer ?? '',
    user_agent: actor.userAgent ?? '',
    action: targetOf(finding),
    verb: target.verb,
    resource: target.resource,
    namespace: target.namespace ?? '',
    name: target.name ?? '',
    outcome: finding.outcome ?? '',
    decided_by: finding.fields
      .map(({ name, value, trust }) => `${name}=${value} (${trust})`)
      .join('; '),
    window_from: correlation?.from ?? '',
    window_to: correlation?.to ?? '',
    matches: correlation === undefined ? '' : String(correlation.matches),
  }
}
