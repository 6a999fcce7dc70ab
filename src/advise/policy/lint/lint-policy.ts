import { addIssues } from '../../../base/issue.ts'
import { LIMIT } from '../../../base/limit.ts'
import type { LoadedPolicy } from '../../../kubernetes/audit-policy/policy.ts'
import { bodyLints, listLints as listBodyLints, managedFieldsLints } from './body-lints.ts'
import { catchAllLints } from './catch-all-lints.ts'
import { documentLints, fieldLints } from './field-lints.ts'
import { type FindLints, LintContext, lint } from './lint-context.ts'
import { noiseLints, noneLints } from './none-lints.ts'
import type { PolicyLint, PolicyLintOptions } from './policy-lint.ts'
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
  const found: PolicyLint[] = []
  for (const find of FINDERS) addIssues(found, find(context))
  const told = found.filter((one) => !isExplained(one, found))
  const sorted = told.sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0))
  const isWhole = context.isComplete() && sorted.length <= LIMIT.policyLintsMax
  return isWhole ? sorted : [...sorted.slice(0, LIMIT.policyLintsMax), unfinished(context)]
}

const FINDERS: readonly FindLints[] = [
  ...[fieldLints, documentLints, emptyItemLints],
  ...[resourceLints, nameLints, scopeLints],
  ...[starLints, verbLints, listLints, userLints, urlLints],
  ...[reachLints, catchAllLints, subresourceLints, sessionLints],
  ...[stageLints, loginLints],
  ...[bodyLints, listBodyLints, managedFieldsLints],
  ...[noneLints, noiseLints],
  ...[serverLints, standardLints],
]

/** What follows from something else that is said, and goes with it, needs no saying. */
const isExplained = ({ code, rule }: PolicyLint, all: readonly PolicyLint[]): boolean => {
  const isSaid = (cause: (other: string) => boolean): boolean =>
    all.some((other) => other.rule === rule && cause(other.code))
  switch (code) {
    case 'policy-lint/matches-nothing':
      return isSaid((other) => CAUSES.has(other))
    case 'policy-lint/failed-logins-hidden':
      return rule === null && isSaid((other) => other === 'policy-lint/no-catch-all')
    default:
      return CONSEQUENCES.test(code) && isSaid((other) => other === 'policy-lint/never-both')
  }
}

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
