import type { EventRef, Finding, RuleCoverage, RuleRef, Severity } from '../../model/finding.ts'
import { REASON_WORD, reasonsOf } from './advice.ts'
import type { HuntResult, RuleGuide } from './hunt-result.ts'
import { toFindingRecord } from './machine.ts'
import { attackWords, threatWords } from './rule-words.ts'
import {
  type SarifLevel,
  type SarifLocation,
  type SarifNotification,
  type SarifResult,
  type SarifRule,
  sarifLog,
} from './sarif.ts'
import { count, counted, labelOf } from './words.ts'

/**
 * The report as SARIF 2.1.0: a rule for each that was asked, a result for each finding, and a
 * notification for each rule that could not judge all it saw.
 */
export const sarifReport = (result: HuntResult): Generator<string> => {
  const { report, guides } = result
  const coverage = [...report.coverage].sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1))
  const rules = coverage.map(({ rule }) => rule)
  const known = new Map(rules.map((rule, i) => [rule.id, i]))
  return sarifLog({
    version: report.tool,
    rules: rules.map((rule) => toSarifRule(rule, guides.get(rule.id))),
    results: resultsOf(report.findings, known),
    notifications: coverage.flatMap(blindnessOf),
    successful: result.complete,
    properties: {
      content: report.content,
      events: report.totals.events,
      firstTime: report.totals.firstTime ?? null,
      lastTime: report.totals.lastTime ?? null,
      unproven: coverage.filter((row) => row.eligible === 0).map(({ rule }) => rule.id),
    },
  })
}

function* resultsOf(
  findings: readonly Finding[],
  known: ReadonlyMap<string, number>,
): Generator<SarifResult> {
  for (const finding of findings) {
    const ruleIndex = known.get(finding.rule.id)
    if (ruleIndex !== undefined) yield toSarifResult(finding, ruleIndex)
  }
}

/** The event that decided is the last: an act's latest stage, a correlation's last act. */
function toSarifResult(finding: Finding, ruleIndex: number): SarifResult {
  const { events, ...rest } = toFindingRecord(finding)
  const [last, ...earlier] = [...finding.events].reverse()
  return {
    ruleIndex,
    level: LEVEL[finding.rule.level],
    message: finding.reason,
    location: last === undefined ? undefined : locationOf(last),
    related: earlier.reverse().map(locationOf),
    fingerprints: { 'finding/v1': finding.id },
    properties: { ...rest, auditIDs: [...new Set(finding.events.map(({ auditID }) => auditID))] },
  }
}

const locationOf = ({ file, offset, length, stage, time }: EventRef): SarifLocation => ({
  file,
  region: { byteOffset: offset, byteLength: length },
  message: `${stage} at ${time}`,
})

const LEVEL: Readonly<Record<Severity, SarifLevel>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  informational: 'note',
}

/** How code hosts sort results: a text between 0.0 and 10.0. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  informational: '1.0',
}

function toSarifRule(rule: RuleRef, guide: RuleGuide | undefined): SarifRule {
  const harmless = guide?.harmless.map((text) => `Harmless when: ${text}`) ?? []
  const help = [
    ...(guide?.next === undefined ? [] : [`Check next: ${guide.next}`]),
    ...harmless,
    attackWords(rule),
    threatWords(rule.threatMatrix).join(', '),
  ].filter((line) => line !== '')
  const tags = ['security', ...rule.techniques, ...rule.tactics, ...rule.threatMatrix]
  return {
    id: rule.id,
    name: labelOf(rule),
    short: rule.title,
    full: guide?.description,
    help: help.length === 0 ? undefined : help.join('\n'),
    helpUri: guide?.references[0],
    level: LEVEL[rule.level],
    properties: {
      tags: [...new Set(tags)],
      level: rule.level,
      detection: rule.detection ?? null,
      'security-severity': SECURITY_SEVERITY[rule.level],
    },
  }
}

function blindnessOf(row: RuleCoverage, ruleIndex: number): readonly SarifNotification[] {
  if (row.cannotTell === 0) return []
  const reasons = reasonsOf(row).map(([reason, acts]) => `${count(acts)} ${REASON_WORD[reason]}`)
  const message =
    `${labelOf(row.rule)} ${row.rule.title}: could not judge ${count(row.cannotTell)} of ` +
    `${counted(row.eligible, 'act')} (${reasons.join(', ')})`
  return [{ ruleIndex, level: 'warning', message }]
}
