import type { Reason } from '../../model/blindness.ts'
import {
  type Finding,
  type RuleCoverage,
  type RuleRef,
  SEVERITIES,
  type Severity,
} from '../../model/finding.ts'
import { techniqueOf } from '../catalogues.ts'
import type { HuntResult, RuleGuide, RuleNeed } from './hunt-result.ts'
import { actorOf, claimOf, labelOf, principalOf, targetOf } from './words.ts'

/** Findings of one rule by one actor on one target. */
export interface FindingGroup {
  readonly actor: string
  readonly target: string
  readonly findings: readonly Finding[]
  /** The earliest, which stands for the others. */
  readonly first: Finding
  readonly lastTime: string
  /**
   * What was claimed, each claim once and in order of time: commands differ where targets do not.
   */
  readonly claims: readonly string[]
  /** Outcomes seen, sorted; `unknown` where the log does not say. */
  readonly outcomes: readonly string[]
}

/** All groups of one rule. */
export interface RuleGroup {
  readonly rule: RuleRef
  readonly findings: number
  readonly groups: readonly FindingGroup[]
  readonly guide: RuleGuide
}

/** What one authenticated user did, under its own name or another's. */
export interface ActorRow {
  readonly actor: string
  /** Identities that it impersonated. */
  readonly posedAs: readonly string[]
  readonly peers: readonly string[]
  readonly bySeverity: Readonly<Record<Severity, number>>
  readonly findings: number
  /** Labels of the rules, sorted. */
  readonly rules: readonly string[]
  readonly firstTime: string
  readonly lastTime: string
}

/** What was found of one technique. */
export interface TechniqueRow {
  readonly technique: string
  /** Short names of its tactics, in the order of the matrix; none if it is unknown. */
  readonly tactics: readonly string[]
  readonly findings: number
  readonly rules: readonly string[]
}

/** Rules blind for the same reason, that one change would open. */
export interface Blindness {
  readonly reason: Reason
  readonly need: RuleNeed
  readonly acts: number
  readonly rules: readonly RuleCoverage[]
}

/** A report folded for reading: what every format for people shows. Everything is sorted. */
export interface Digest {
  readonly bySeverity: Readonly<Record<Severity, number>>
  readonly rules: readonly RuleGroup[]
  readonly actors: readonly ActorRow[]
  readonly techniques: readonly TechniqueRow[]
  /** Rules that could not judge some act, and why. */
  readonly blindness: readonly Blindness[]
  readonly blind: readonly RuleCoverage[]
  /** Rules that judged all their acts. */
  readonly judged: readonly RuleCoverage[]
  /** Rules without an eligible act. */
  readonly unproven: readonly RuleCoverage[]
  /** Enough of each id to name the finding. */
  readonly shortId: (finding: Finding) => string
}

/** Folds the report of a hunt. */
export const digestOf = ({ report, needs, guides }: HuntResult): Digest => {
  const coverage = [...report.coverage].sort(
    (a, b) => compareText(labelOf(a.rule), labelOf(b.rule)) || compareText(a.rule.id, b.rule.id),
  )
  const blind = coverage.filter((row) => row.cannotTell > 0)
  return {
    bySeverity: severitiesOf(report.findings),
    rules: ruleGroups(report.findings, guides),
    actors: actorRows(report.findings),
    techniques: techniqueRows(report.findings),
    blindness: blindnessOf(blind, needs),
    blind,
    judged: coverage.filter((row) => row.cannotTell === 0 && row.eligible > 0),
    unproven: coverage.filter((row) => row.cannotTell === 0 && row.eligible === 0),
    shortId: shortIds(report.findings),
  }
}

/** How many findings there are of each level. */
export const severitiesOf = (findings: readonly Finding[]): Record<Severity, number> => {
  const bySeverity = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 }
  for (const finding of findings) bySeverity[finding.rule.level] += 1
  return bySeverity
}

/** From worst to harmless: the order of reading. */
export const WORST_FIRST: readonly Severity[] = [...SEVERITIES].reverse()

/** Reasons in the order of what the owner of the log can do about them. */
export const REASONS: readonly Reason[] = [
  'level',
  'stage',
  'truncated',
  'missing',
  'unparsable',
  'partial',
  'provider',
  'unmeasured',
]

const NEED_UNKNOWN: RuleNeed = { level: 'RequestResponse', resources: [] }

const NO_GUIDE: RuleGuide = {
  description: undefined,
  next: undefined,
  harmless: [],
  references: [],
}

function ruleGroups(
  findings: readonly Finding[],
  guides: HuntResult['guides'],
): readonly RuleGroup[] {
  return groupBy(findings, (finding) => finding.rule.id)
    .map((ofRule) => ({
      rule: ofRule[0].rule,
      guide: guides.get(ofRule[0].rule.id) ?? NO_GUIDE,
      findings: ofRule.length,
      groups: groupBy(ofRule, (one) => `${actorOf(one)}\n${targetOf(one)}`)
        .map(findingGroup)
        .sort((a, b) => compareTime(a.first, b.first)),
    }))
    .sort(
      (a, b) =>
        rank(b.rule.level) - rank(a.rule.level) ||
        compareText(labelOf(a.rule), labelOf(b.rule)) ||
        compareText(a.rule.id, b.rule.id),
    )
}

function findingGroup(findings: NonEmpty<Finding>): FindingGroup {
  const sorted = [...findings].sort(compareTime)
  const first = sorted[0] ?? findings[0]
  return {
    actor: actorOf(first),
    target: targetOf(first),
    findings: sorted,
    first,
    lastTime: sorted[sorted.length - 1]?.time ?? first.time,
    claims: [...new Set(sorted.map(claimOf))],
    outcomes: [...new Set(findings.map((one) => one.outcome ?? 'unknown'))].sort(),
  }
}

function actorRows(findings: readonly Finding[]): readonly ActorRow[] {
  return groupBy(findings, principalOf)
    .map((ofActor) => {
      const times = ofActor.map((one) => one.time).sort(compareMoments)
      return {
        actor: principalOf(ofActor[0]),
        posedAs: unique(ofActor.map(({ actor }) => actor.impersonator && actor.name)),
        peers: unique(ofActor.map((one) => one.actor.peer)),
        bySeverity: severitiesOf(ofActor),
        findings: ofActor.length,
        rules: unique(ofActor.map((one) => labelOf(one.rule))),
        firstTime: times[0] ?? '',
        lastTime: times[times.length - 1] ?? '',
      }
    })
    .sort(compareActors)
}

function compareActors(a: ActorRow, b: ActorRow): number {
  for (const level of WORST_FIRST) {
    const difference = b.bySeverity[level] - a.bySeverity[level]
    if (difference !== 0) return difference
  }
  return compareText(a.actor, b.actor)
}

function techniqueRows(findings: readonly Finding[]): readonly TechniqueRow[] {
  const byTechnique = new Map<string, Finding[]>()
  for (const finding of findings) {
    for (const technique of finding.rule.techniques) {
      const list = byTechnique.get(technique)
      if (list === undefined) byTechnique.set(technique, [finding])
      else list.push(finding)
    }
  }
  return [...byTechnique]
    .map(([technique, list]) => ({
      technique,
      tactics: techniqueOf(technique)?.tactics ?? [],
      findings: list.length,
      rules: unique(list.map((one) => labelOf(one.rule))),
    }))
    .sort((a, b) => b.findings - a.findings || compareText(a.technique, b.technique))
}

function blindnessOf(
  blind: readonly RuleCoverage[],
  needs: ReadonlyMap<string, RuleNeed>,
): readonly Blindness[] {
  const all = blind.flatMap((rule) => {
    const need = needs.get(rule.rule.id) ?? NEED_UNKNOWN
    return REASONS.flatMap((reason) => {
      const acts = rule.reasons[reason] ?? 0
      return acts === 0 ? [] : [{ reason, need, acts, rule }]
    })
  })
  // One change of the policy is one row: the level needed matters to `level` alone.
  const changeOf = (one: (typeof all)[number]): string =>
    one.reason === 'level'
      ? `level\n${one.need.level}\n${one.need.resources.join(',')}`
      : one.reason
  return groupBy(all, changeOf)
    .map((rows) => ({
      reason: rows[0].reason,
      need: rows[0].need,
      acts: Math.max(...rows.map((row) => row.acts)),
      rules: rows.map((row) => row.rule),
    }))
    .sort(
      (a, b) =>
        REASONS.indexOf(a.reason) - REASONS.indexOf(b.reason) ||
        b.acts - a.acts ||
        compareText(a.need.resources.join(), b.need.resources.join()),
    )
}

const SHORT_ID_MIN = 8

function shortIds(findings: readonly Finding[]): (finding: Finding) => string {
  const ids = [...new Set(findings.map((finding) => finding.id))].sort()
  let length = SHORT_ID_MIN
  for (const [i, id] of ids.entries()) {
    const next = ids[i + 1] ?? ''
    while (length < id.length && next.slice(0, length) === id.slice(0, length)) length += 1
  }
  return (finding) => finding.id.slice(0, length)
}

type NonEmpty<T> = readonly [T, ...T[]]

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly NonEmpty<T>[] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}

const unique = (words: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(words.filter((word) => word !== undefined))].sort()

const rank = (level: Severity): number => SEVERITIES.indexOf(level)

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const compareMoments = (a: string, b: string): number =>
  Date.parse(a) - Date.parse(b) || compareText(a, b)

const compareTime = (a: Finding, b: Finding): number =>
  compareMoments(a.time, b.time) || compareText(a.id, b.id)
