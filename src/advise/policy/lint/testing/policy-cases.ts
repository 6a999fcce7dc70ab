import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { loadPolicy } from '../../../../kubernetes/audit-policy/load/load-policy.ts'
import type { LoadedPolicy } from '../../../../kubernetes/audit-policy/policy.ts'
import { lintPolicy } from '../lint-policy.ts'
import type { PolicyLint, PolicyLintOptions } from '../policy-lint.ts'

/** A lint with a policy that it finds fault with, and the same policy without the fault. */
export interface PolicyLintCase {
  /** Such as `policy-lint/no-catch-all`. */
  readonly code: string
  /** What is wrong with the bad policy, in a few words. */
  readonly title: string
  readonly bad: string
  readonly good: string
  /** Names of other lints that the bad policy raises, notes aside. */
  readonly also: readonly string[]
  /** Names of lints that the good policy raises all the same, notes aside. */
  readonly goodAlso: readonly string[]
  readonly more: readonly MorePolicies[]
  /** Standards that are checked. */
  readonly check: readonly string[]
  /** The minor release of the API servers. */
  readonly minor: number | undefined
  /** The policy of another API server. */
  readonly other: string | undefined
}

/** Another policy, and the names of all that it raises, notes of other lints aside. */
export interface MorePolicies {
  readonly title: string
  readonly policy: string
  readonly raises: readonly string[]
}

/** The cases of every lint, by file. */
export const readPolicyCases = (): readonly PolicyLintCase[] => {
  const folder = fileURLToPath(new URL('../cases/', import.meta.url))
  return readdirSync(folder)
    .sort()
    .map((file): PolicyLintCase => {
      const written = parse(readFileSync(folder + file, 'utf8'))
      const absent = { also: [], goodAlso: [], more: [], check: [] }
      return { ...absent, minor: undefined, other: undefined, ...written }
    })
}

/** A policy as the cases write it, with the head that every policy has. */
export const wholePolicy = (text: string): string =>
  /^apiVersion:/m.test(text) ? text : `apiVersion: audit.k8s.io/v1\nkind: Policy\n${text}`

/** A policy that was linted. */
export interface LintedPolicy {
  readonly text: string
  readonly loaded: LoadedPolicy
  readonly lints: readonly PolicyLint[]
}

/** Lints a policy as a case wants it. */
export const lintCase = (written: string, one: PolicyLintCase): LintedPolicy => {
  const other = one.other === undefined ? [] : [loaded('other.yaml', wholePolicy(one.other))]
  return lintText(wholePolicy(written), {
    ...{ standards: one.check, minor: one.minor },
    others: other.map((policy) => ({ file: 'other.yaml', loaded: policy })),
  })
}

/** Lints a whole policy. */
export const lintText = (text: string, options: PolicyLintOptions = {}): LintedPolicy => {
  const policy = loaded('policy.yaml', text)
  return { text, loaded: policy, lints: lintPolicy(policy, text, options) }
}

const loaded = (file: string, text: string): LoadedPolicy =>
  loadPolicy(new TextEncoder().encode(text), file)
