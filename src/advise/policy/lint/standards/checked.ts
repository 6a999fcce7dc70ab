import type { PolicyLint } from '../policy-lint.ts'
import { STANDARDS } from './standards.ts'

/** A requirement of a standard that was asked for, and whether the policies meet it. */
export interface CheckedRequirement {
  /** As on the command line: `cis`. */
  readonly standard: string
  /** The document and the number in it. */
  readonly requirement: string
  /** What it asks, in our words. */
  readonly about: string
  readonly met: boolean
  /** The documents and where they were read. */
  readonly source: string
  /** What they ask of other things than the policy. */
  readonly notJudged: string
}

/** The requirements of some standards, given what was found with them. */
export const checkedBy = (
  lints: readonly PolicyLint[],
  standards: readonly string[],
): readonly CheckedRequirement[] => {
  const broken = new Set(lints.map(({ requirement }) => requirement))
  return STANDARDS.filter(({ name }) => standards.includes(name)).flatMap(
    ({ name, source, notJudged, requirements }) =>
      requirements.map(({ id, about }) => ({
        ...{ standard: name, requirement: id, about, met: !broken.has(id) },
        ...{ source, notJudged },
      })),
  )
}
