import { matchesWildcard } from '../base/wildcard.ts'
import { type Finding, type Report, SEVERITIES, type Severity } from '../model/finding.ts'
import { hadExpired, type IgnoreEntry, speaksOf } from './ignore-file.ts'
import type { Hidden } from './output/hunt-result.ts'

/** Which findings to show: what the user asked for, did before, and decided not to see. */
export interface Choice {
  /** The least level. */
  readonly level: Severity | undefined
  /** Wildcards on the actor (or the one behind it), and on the target's namespace. */
  readonly actor: string | undefined
  readonly namespace: string | undefined
  readonly baseline: ReadonlySet<string>
  readonly ignore: readonly IgnoreEntry[]
}

/** Whether to show the finding. */
export const isShown = (finding: Finding, choice: Choice): boolean =>
  fateOf(finding, choice) === 'shown'

/** The report with the findings to show, and what became of the others. */
export const choose = (report: Report, choice: Choice): { report: Report; hidden: Hidden } => {
  const shown: Finding[] = []
  const aside = choice.ignore.map(() => ({ findings: 0, expired: 0 }))
  let known = 0
  let filtered = 0
  for (const finding of report.findings) {
    const fate = fateOf(finding, choice)
    if (fate === 'shown') shown.push(finding)
    else if (fate === 'known') known += 1
    else if (fate === 'filtered') filtered += 1
    countEntries(finding, choice, fate, aside)
  }
  const setAside = choice.ignore.map((entry, i) => ({
    ...entry,
    findings: aside[i]?.findings ?? 0,
    expired: aside[i]?.expired ?? 0,
  }))
  return { report: { ...report, findings: shown }, hidden: { setAside, known, filtered } }
}

/** Whether one level is as bad as another or worse. */
export const isAtLeast = (level: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(level) >= SEVERITIES.indexOf(least)

type Fate = 'shown' | 'filtered' | 'known' | 'aside'

function fateOf(finding: Finding, choice: Choice): Fate {
  if (!isChosen(finding, choice)) return 'filtered'
  if (choice.baseline.has(finding.id)) return 'known'
  return choice.ignore.some((entry) => speaksOf(entry, finding) && !hadExpired(entry, finding))
    ? 'aside'
    : 'shown'
}

function isChosen({ rule, actor, target }: Finding, choice: Choice): boolean {
  const { level, actor: who, namespace } = choice
  if (level !== undefined && !isAtLeast(rule.level, level)) return false
  if (namespace !== undefined && !matchesWildcard(namespace, target.namespace ?? '')) return false
  if (who === undefined || matchesWildcard(who, actor.name)) return true
  return actor.impersonator !== undefined && matchesWildcard(who, actor.impersonator)
}

/**
 * A finding set aside counts for the first entry that speaks of it; one shown, for each expired.
 */
function countEntries(
  finding: Finding,
  { ignore }: Choice,
  fate: Fate,
  counts: { findings: number; expired: number }[],
): void {
  if (fate !== 'aside' && fate !== 'shown') return
  for (const [i, entry] of ignore.entries()) {
    const count = counts[i]
    if (count === undefined || !speaksOf(entry, finding)) continue
    if (fate === 'shown') count.expired += 1
    else if (!hadExpired(entry, finding)) {
      count.findings += 1
      return
    }
  }
}
