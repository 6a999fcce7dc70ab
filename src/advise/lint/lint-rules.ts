import type { Issue, Place } from '../../base/issue.ts'
import {
  type CompiledCorrelation,
  type CompiledRule,
  compileRules,
  type RuleSet,
  type RuleText,
} from '../../detect/compile.ts'
import type { CompiledSourceRule } from '../../detect/completeness/source-rule.ts'
import { sourceSchema } from '../../detect/completeness/source-schema.ts'
import { auditSchema } from '../../detect/schema.ts'
import type { Catalogues } from '../../model/catalogue.ts'
import { findField } from '../../model/fields.ts'
import { lintCorrelation } from '../../sigma/lint/correlation-lints.ts'
import { lintPlanned } from '../../sigma/lint/rule-lints.ts'
import { lintPairs, type PlannedRule } from '../../sigma/lint/rule-pairs.ts'
import type { YamlMap } from '../../sigma/parse/document.ts'
import { parseDocuments } from '../../sigma/parse/parse-documents.ts'
import type { CorrelationPlan } from '../../sigma/plan/correlation.ts'
import { bodyLints } from './body-lints.ts'
import { lintCases } from './case-lints.ts'
import { claimLints } from './claim-lints.ts'
import { coverageLints } from './coverage-lints.ts'
import { readIgnored } from './ignore.ts'
import type { RuleLint } from './lint-context.ts'
import { resolvedPlan } from './resolved-plan.ts'
import { type SetAside, setAside } from './set-aside.ts'
import { lintTags } from './tag-lints.ts'
import { trustLints } from './trust-lints.ts'
import { usesOf } from './uses.ts'
import { valueLints } from './value-lints.ts'
import { visibilityLints } from './visibility-lints.ts'

/** A rule file, and the text of the cases beside it. */
export interface LintFile extends RuleText {
  /** Undefined: there is no such file. */
  readonly cases: string | undefined
}

/** What came of linting. */
export interface LintReport extends SetAside {
  /** Rules and correlations that could be used. */
  readonly rules: number
}

/** What is linted, and what it is held against. */
export interface LintRequest {
  readonly files: readonly LintFile[]
  /** Rules that the linted ones may name, repeat or be covered by. They are not linted. */
  readonly others: readonly RuleText[]
  /** What placeholders stand for. */
  readonly lists: readonly RuleText[]
  readonly catalogues: Catalogues
}

/** Looks for everything that is odd in rules; what the engine itself has to say is among it. */
export const lintRules = ({ files, others, lists, catalogues }: LintRequest): LintReport => {
  const all = compileRules([...others, ...files], lists)
  const named = new Set([...files, ...lists].map(({ file }) => file))
  const isOurs = ({ file }: Place): boolean => file !== undefined && named.has(file)
  const set: RuleSet = {
    rules: all.rules.filter(({ sigma }) => isOurs(sigma.place)),
    correlations: all.correlations.filter(({ sigma }) => isOurs(sigma.place)),
    sourceRules: all.sourceRules.filter(({ sigma }) => isOurs(sigma.place)),
    issues: all.issues.filter(({ at }) => isOurs(at)),
  }
  const documents = files.flatMap(({ text, file }) =>
    parseDocuments(text, file).flatMap(({ root }) => (root?.kind === 'map' ? [root] : [])),
  )
  const ignores = documents.map((document) => ({ document, ...readIgnored(document) }))
  const found = [
    ...set.issues,
    ...documents.flatMap((document) => lintTags(document, catalogues)),
    ...ignores.flatMap(({ issues }) => issues),
    ...lintEach(set.rules, documents, catalogues),
    ...lintFiltered(all.rules, documents, catalogues),
    ...lintPairs(inOrder(all.rules, isOurs), auditSchema, ({ sigma }) => isOurs(sigma.place)),
    ...lintCorrelations(set),
    ...lintSourceRules(all.sourceRules, isOurs),
    ...files.flatMap(({ file, text, cases }) => lintFileCases(file, text, cases)),
  ]
  return {
    ...setAside(found, ignores),
    rules: set.rules.length + set.correlations.length + set.sourceRules.length,
  }
}

/** The rules that report: of two that ask the same the later is told, and that is one of ours. */
const inOrder = (
  rules: readonly CompiledRule[],
  isOurs: (at: Place) => boolean,
): readonly PlannedRule[] => {
  const reporting = rules.filter(({ reports }) => reports).map(toPlanned)
  const rank = ({ sigma }: PlannedRule): number => (isOurs(sigma.place) ? 1 : 0)
  return reporting.sort((a, b) => rank(a) - rank(b))
}

const RULE_LINTS: readonly RuleLint[] = [
  ({ rule }) => lintPlanned(toPlanned(rule), auditSchema),
  trustLints,
  visibilityLints,
  coverageLints,
  bodyLints,
  claimLints,
  valueLints,
]

const toPlanned = ({ sigma, plan }: CompiledRule): PlannedRule => {
  return { sigma, plan: resolvedPlan(plan) }
}

const lintEach = (
  rules: readonly CompiledRule[],
  documents: readonly YamlMap[],
  catalogues: Catalogues,
): readonly Issue[] => {
  const byPlace = new Map(documents.map((document) => [placeKey(document.place), document]))
  return rules.flatMap((rule) => {
    const document = byPlace.get(placeKey(rule.sigma.place))
    if (document === undefined) throw new Error(`bug: ${rule.ref.id} has no document`)
    const context = { rule, uses: usesOf(rule.plan), document, catalogues }
    // What a filter adds to a rule is said of the filter.
    const isHere = ({ at }: Issue): boolean => at.file === rule.sigma.place.file
    return RULE_LINTS.flatMap((lint) => lint(context)).filter(isHere)
  })
}

/** What filters add to rules, wherever those are, looked at in the filter. */
const lintFiltered = (
  rules: readonly CompiledRule[],
  documents: readonly YamlMap[],
  catalogues: Catalogues,
): readonly Issue[] =>
  documents
    .filter(({ entries }) => entries.has('filter'))
    .flatMap((document) => {
      const inFilter = ({ line = 0, file }: Place): boolean =>
        file === document.place.file && line >= (document.place.line ?? 0)
      return rules.flatMap((rule) => {
        const uses = usesOf(rule.plan).filter(({ leaf }) => inFilter(leaf.place))
        if (uses.length === 0 || rule.sigma.place.file === document.place.file) return []
        const context = { rule, uses, document, catalogues }
        return [...trustLints(context), ...valueLints(context)]
      })
    })

/** Rules about the log itself have fields of their own, of which these lints know enough. */
const lintSourceRules = (
  rules: readonly CompiledSourceRule[],
  isOurs: (at: Place) => boolean,
): readonly Issue[] => {
  const planned = rules.map(({ sigma, plan }): PlannedRule => ({ sigma, plan }))
  const ours = planned.filter(({ sigma }) => isOurs(sigma.place))
  const others = planned.filter(({ sigma }) => !isOurs(sigma.place))
  return [
    ...ours.flatMap((rule) => lintPlanned(rule, sourceSchema)),
    ...lintPairs([...others, ...ours], sourceSchema, ({ sigma }) => isOurs(sigma.place)),
  ]
}

const placeKey = ({ file, line, column }: Place): string => `${file}\n${line}:${column}`

const lintCorrelations = ({ rules, correlations }: RuleSet): readonly Issue[] => [
  ...correlations.flatMap(({ sigma, plan }) => [
    ...lintCorrelation(sigma),
    ...[...new Set(plan.slots.flatMap(({ groupBy }) => groupBy))]
      .filter((name) => findField(name)?.field.trust === 'anyone')
      .map((name): Issue => {
        const message = `groups by ${name}, of which any client may send a new one each time`
        return { code: 'lint/forgeable-group', message, at: sigma.place }
      }),
  ]),
  ...correlations.flatMap(sameAsEarlier),
  ...rules.flatMap(silenced),
]

const sameAsEarlier = (
  { sigma, plan }: CompiledCorrelation,
  at: number,
  all: readonly CompiledCorrelation[],
): readonly Issue[] => {
  const asked = (one: CorrelationPlan): string => JSON.stringify({ ...one, id: '' })
  const same = all.slice(0, at).find((earlier) => asked(earlier.plan) === asked(plan))
  if (same === undefined) return []
  const message = `asks exactly what "${same.sigma.title}" asks`
  return [{ code: 'lint/same-rule', message, at: sigma.place }]
}

/** A level that nobody will see. */
const silenced = ({ reports, sigma }: CompiledRule): readonly Issue[] => {
  if (reports || sigma.level === 'informational' || sigma.level === 'low') return []
  const message = `is of level ${sigma.level} and reports nothing by itself: correlations name it`
  return [{ code: 'lint/silenced-rule', message, at: sigma.place }]
}

/** A file of lists or of documents that are no rules needs no cases. */
const lintFileCases = (file: string, text: string, cases: string | undefined): readonly Issue[] => {
  if (!/^(?:detection|correlation)\s*:/m.test(text)) return []
  return lintCases(cases, file.replace(/\.(ya?ml)$/, '.cases.$1'), { file, line: 1, column: 1 })
}
