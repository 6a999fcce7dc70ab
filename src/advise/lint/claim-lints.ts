import type { Issue, Place } from '../../base/issue.ts'
import { plainValue } from '../../sigma/parse/document.ts'
import { resourcesNeeded } from './coverage-lints.ts'
import type { LintContext, RuleLint } from './lint-context.ts'

/** Rules that say other than they ask, or say less than they should. */
export const claimLints: RuleLint = (context) => [
  ...noOutcome(context),
  ...claimDiffers(context),
  ...missingLevel(context),
  ...unfinished(context),
]

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection']
const ASKS_OUTCOME =
  /^(?:outcome|request\.dryRun|responseStatus\..+|annotations\.authorization\.k8s\.io\/decision)$/

/** What was refused, or was a dry run, was not done. */
const noOutcome = (context: LintContext): readonly Issue[] => {
  const { rule, uses } = context
  const verbs = rule.needs.get('verb')
  const writes =
    verbs === undefined
      ? uses.some(({ leaf, speaksFor }) => speaksFor && leaf.field === 'request.write')
      : WRITES.some((verb) => verbs.has(verb))
  if (!writes || uses.some(({ leaf }) => ASKS_OUTCOME.test(leaf.field))) return []
  if (resourcesNeeded(context)?.every((name) => /reviews?$/.test(name)) === true) return []
  const message = 'the rule does not ask what came of it: refused requests and dry runs count'
  return [{ code: 'lint/no-outcome', message, at: rule.sigma.detection.place }]
}

/** Fields that are taken for each other, and the words of a title that mean them. */
const CONFUSABLE: readonly (readonly { readonly word: RegExp; readonly field: RegExp }[])[] = [
  [
    { word: /\bprivileged\b(?! escalat)/i, field: /\bprivileged$/ },
    { word: /privilege[sd]? escalation/i, field: /\ballowPrivilegeEscalation$/ },
  ],
  [
    { word: /\bhost ?network\b/i, field: /\bhostNetwork$/ },
    { word: /\bhost ?pid\b/i, field: /\bhostPID$/ },
    { word: /\bhost ?ipc\b/i, field: /\bhostIPC$/ },
    { word: /\bhost ?path\b/i, field: /\bhostPath(?:\.path)?$/ },
  ],
]

const claimDiffers = ({ rule, uses, document }: LintContext): readonly Issue[] => {
  const { title } = rule.sigma
  const asks = (field: RegExp): boolean => uses.some(({ leaf }) => field.test(leaf.field))
  return CONFUSABLE.flatMap((family) =>
    family
      .filter(({ word, field }) => word.test(title) && !asks(field))
      .flatMap((claimed): readonly Issue[] => {
        const instead = family.find((other) => other !== claimed && asks(other.field))
        if (instead === undefined || instead.word.test(title)) return []
        const { leaf } = uses.find((use) => instead.field.test(use.leaf.field)) ?? {}
        const message = `the title says "${claimed.word.exec(title)?.[0]}", and the rule asks ${leaf?.field}`
        return [{ code: 'lint/claim-differs', message, at: placeOf({ document }, 'title') }]
      }),
  )
}

const missingLevel = ({ document }: LintContext): readonly Issue[] => {
  if (document.entries.has('level')) return []
  const message = 'the rule has no level: it counts as medium'
  return [{ code: 'lint/missing-level', message, at: document.place }]
}

/** What `rule new` leaves to the author. */
const unfinished = ({ document }: LintContext): readonly Issue[] =>
  [...document.entries.values()]
    .filter(({ value }) => JSON.stringify(plainValue(value))?.includes('TODO'))
    .map(({ key, value }) => {
      return { code: 'lint/unfinished', message: `${key} says TODO`, at: value.place }
    })

/** Where an attribute stands; else where the document begins. */
const placeOf = ({ document }: Pick<LintContext, 'document'>, key: string): Place =>
  document.entries.get(key)?.value.place ?? document.place
