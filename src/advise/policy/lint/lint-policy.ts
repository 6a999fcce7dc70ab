import { addIssues } from '../../../base/issue.ts'
import { LIMIT } from '../../../base/limit.ts'
import { loadPolicy } from '../../../kubernetes/audit-policy/load/load-policy.ts'
import type { LoadedPolicy } from '../../../kubernetes/audit-policy/policy.ts'
import { Effort } from '../../../kubernetes/audit-policy/region/effort.ts'
import { applyEdit } from './apply-edit.ts'
import { bodyLints, listLints as listBodyLints, managedFieldsLints } from './body-lints.ts'
import { catchAllLints, silenceLints } from './catch-all-lints.ts'
import { documentLints, fieldLints } from './field-lints.ts'
import { policyLints } from './issues.ts'
import { type FindLints, type FoundLint, LintContext, lint } from './lint-context.ts'
import { noiseLints, noneLints } from './none-lints.ts'
import type { PolicyLint, PolicyLintOptions, PolicyMend } from './policy-lint.ts'
import { reachLints } from './reach-lints.ts'
import { emptyItemLints, nameLints, resourceLints, scopeLints } from './resource-lints.ts'
import { serverLints } from './server-lints.ts'
import { sessionLints } from './session-lints.ts'
import { loginLints, stageLints } from './stage-lints.ts'
import { standardLints } from './standards/standard-lints.ts'
import { subresourceLints } from './subresource-lints.ts'
import { listLints, starLints, urlLints, userLints, verbLints } from './word-lints.ts'

/**
 * What is wrong with a policy that an API server takes, in the order of the file. Of one that it
 * refuses there is nothing to say. `text` is the text of the file.
 */
export const lintPolicy = (
  loaded: LoadedPolicy,
  text: string,
  options: PolicyLintOptions = {},
): readonly PolicyLint[] => {
  if (loaded.policy === undefined) return []
  const context = new LintContext(loaded, loaded.policy, text, options)
  const { all, told, isWhole } = findLints(context)
  const check = new MendCheck({ loaded, text, options, all })
  const lints = told.slice(0, LIMIT.policyLintsMax).map((one) => check.checked(one))
  return isWhole ? lints : [...lints, unfinished(context)]
}

/** The same, with mends of which it was not looked whether they bring an error. */
export const lintsToMend = (
  loaded: LoadedPolicy,
  text: string,
  options: PolicyLintOptions = {},
): { readonly told: readonly FoundLint[]; readonly check: MendCheck } => {
  if (loaded.policy === undefined) {
    return { told: [], check: new MendCheck({ loaded, text, options, all: [] }) }
  }
  const { all, told } = findLints(new LintContext(loaded, loaded.policy, text, options))
  return { told, check: new MendCheck({ loaded, text, options, all }) }
}

/** What a policy is before a mend of it. */
interface BeforeMend {
  readonly loaded: LoadedPolicy
  readonly text: string
  readonly options: PolicyLintOptions
  /** Also what is not told as it follows from something else. */
  readonly all: readonly PolicyLint[]
}

/** Tells of mends whether they bring an error, by looking at the policy that they make. */
export class MendCheck {
  readonly #before: BeforeMend
  readonly #errors: ReadonlyMap<string, number>
  /** One for all mends of a policy. */
  readonly #effort = new Effort(LIMIT.policyMendSteps)

  constructor(before: BeforeMend) {
    this.#before = before
    this.#errors = errorsIn(before.all)
  }

  /**
   * A lint with the first of its mends that brings no error; without, if there is none. What a
   * standard demands is shown whatever else is to be said of it.
   */
  checked({ instead = [], ...one }: FoundLint): PolicyLint {
    if (one.mend === null || one.requirement !== null) return one
    const mend = [one.mend, ...instead].find((each) => this.#isGood(each))
    return { ...one, mend: mend ?? null }
  }

  #isGood({ edit }: PolicyMend): boolean {
    const { loaded, text, options, all } = this.#before
    const cost = STEPS_A_CHECK + text.length * STEPS_A_CHARACTER * (1 + text.length / LONG)
    if (loaded.policy === undefined || !this.#effort.spend(cost)) return false
    const after = applyEdit(text, loaded.policy, edit)
    const again = loadPolicy(new TextEncoder().encode(after), all[0]?.at.file ?? '')
    if (again.policy === undefined) return false
    const { minor } = options
    const context = new LintContext(again, again.policy, after, { minor }, this.#effort)
    const found = errorsIn(ERROR_FINDERS.flatMap((find) => find(context)))
    const isNone = [...found].every(([code, count]) => count <= (this.#errors.get(code) ?? 0))
    return isNone && context.isComplete()
  }
}

/** To lint a policy anew takes about so long, and a long one longer than its length says. */
const STEPS_A_CHECK = 100_000
const STEPS_A_CHARACTER = 200
const LONG = 4_000

/** How often each error is found. */
const errorsIn = (lints: readonly PolicyLint[]): ReadonlyMap<string, number> => {
  const errors = lints.filter(({ code }) => policyLints[code]?.grade === 'error')
  return new Map(
    [...Map.groupBy(errors, ({ code }) => code)].map(([code, of]) => [code, of.length]),
  )
}

interface Found {
  readonly all: readonly FoundLint[]
  readonly told: readonly FoundLint[]
  readonly isWhole: boolean
}

const findLints = (context: LintContext): Found => {
  const all: FoundLint[] = []
  for (const find of [...ERROR_FINDERS, ...OTHER_FINDERS]) addIssues(all, find(context))
  const told = all.filter((one) => !isExplained(one, all))
  const sorted = told.sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0))
  return {
    ...{ all, told: sorted },
    isWhole: context.isComplete() && sorted.length <= LIMIT.policyLintsMax,
  }
}

/** Such as may find errors. */
const ERROR_FINDERS: readonly FindLints[] = [
  ...[fieldLints, documentLints, emptyItemLints],
  ...[resourceLints, nameLints, scopeLints],
  ...[starLints, verbLints, listLints, userLints, urlLints],
  ...[reachLints, catchAllLints, silenceLints],
  ...[stageLints],
  ...[bodyLints, listBodyLints],
  ...[noneLints],
]

const OTHER_FINDERS: readonly FindLints[] = [
  ...[subresourceLints, sessionLints],
  ...[loginLints, managedFieldsLints, noiseLints],
  ...[serverLints, standardLints],
]

/** What follows from something else that is said, and goes with it, needs no saying. */
const isExplained = ({ code, rule }: PolicyLint, all: readonly PolicyLint[]): boolean => {
  const isSaid = (cause: (other: string) => boolean): boolean =>
    all.some((other) => other.rule === rule && cause(other.code))
  if (OF_WIDTH.test(code) && isSaid((other) => other === 'policy-lint/dropped-field')) return true
  if (OF_SILENCE.has(code) && all.some((other) => other.code === 'policy-lint/logs-nothing')) {
    return true
  }
  switch (code) {
    case 'policy-lint/matches-nothing':
      return isSaid((other) => CAUSES.has(other))
    case 'policy-lint/failed-logins-hidden':
      return rule === null && isSaid((other) => other === 'policy-lint/no-catch-all')
    default:
      return CONSEQUENCES.test(code) && isSaid((other) => other === 'policy-lint/never-both')
  }
}

/** What a rule does that is not as was meant, as a field of it is dropped. */
const OF_WIDTH =
  /^policy-lint\/(?:none-for-.*|dead-.*|idle-rule|hardly-reached|early-catch-all|matches-nothing)$/

/** What goes without saying where nothing is logged. */
const OF_SILENCE: ReadonlySet<string> = new Set([
  ...['policy-lint/no-catch-all', 'policy-lint/failed-logins-hidden'],
  ...['policy-lint/outcome-hidden', 'policy-lint/intent-hidden', 'policy-lint/panic-hidden'],
])

const CONSEQUENCES = /-bodies$|^policy-lint\/none-for-/

const CAUSES: ReadonlySet<string> = new Set([
  'policy-lint/literal-star',
  'policy-lint/impossible-verb',
  'policy-lint/unknown-subresource',
  'policy-lint/unknown-resource',
  'policy-lint/unknown-group',
  'policy-lint/unknown-url',
  'policy-lint/url-of-resource',
  'policy-lint/never-both',
  'policy-lint/names-of-create',
])

const unfinished = (context: LintContext): PolicyLint =>
  lint({
    code: 'policy-lint/not-all-looked-at',
    message: 'the policy is so large that not everything was looked at, or not everything is said',
    at: context.at('rules'),
    effect: 'To the API server its size means nothing.',
  })
