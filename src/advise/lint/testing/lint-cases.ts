import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type LintReport, lintRules } from '../lint-rules.ts'
import { CATALOGUES } from './catalogues.ts'

/** A lint with a rule that it finds fault with, and the same rule without the fault. */
export interface LintCase {
  /** Such as `lint/no-outcome`. */
  readonly code: string
  /** What is wrong with the bad rule, in a few words. */
  readonly title: string
  readonly bad: string
  readonly good: string
  /** The cases beside the bad rule; without them every kind is there. */
  readonly cases: string | undefined
  /** Names of other issues that the bad rule raises. */
  readonly also: readonly string[]
  readonly more: readonly MoreCase[]
}

/** Another rule, and the names of all that it raises. */
export interface MoreCase {
  readonly title: string
  readonly rule: string
  readonly raises: readonly string[]
}

/** The cases of every lint, by file. */
export const readLintCases = (): readonly LintCase[] => {
  const folder = fileURLToPath(new URL('../cases/', import.meta.url))
  return readdirSync(folder)
    .sort()
    .map((file): LintCase => {
      const written = parse(readFileSync(folder + file, 'utf8'))
      return { also: [], more: [], cases: undefined, ...written }
    })
}

/** Lints a rule as the cases write it: what a rule has besides is added. */
export const lintText = (text: string, cases: string = ALL_KINDS): LintReport =>
  lintRules({
    files: [{ file: 'rule.yaml', text: withHead(text), cases }],
    others: [],
    lists: [],
    catalogues: CATALOGUES,
  })

/** The names of what was raised, each once. */
export const namesOf = ({ issues }: LintReport): readonly string[] =>
  [...new Set(issues.map(({ code }) => code.replace(/^.*\//, '')))].sort()

const ALL_KINDS = `cases:
  - { title: a, kind: match, event: {} }
  - { title: b, kind: near-miss, event: {} }
  - { title: c, kind: bypass, event: {} }
  - { title: d, kind: blind, reason: level, event: {} }
`

const HEAD = {
  title: 'Something happened',
  id: '4d1c6e7a-58a1-4f0b-9a51-0d3f6c1f2b77',
  level: 'low',
  logsource: '{ product: kubernetes, service: audit }',
}

/** At the end, so that lines keep their numbers. Documents with an id have all of it. */
const withHead = (text: string): string => {
  if (/^id:/m.test(text)) return text
  const missing = Object.entries(HEAD).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text))
  return text + missing.map(([key, value]) => `${key}: ${value}\n`).join('')
}
