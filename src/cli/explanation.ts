import { UNKNOWN, wordFor } from '../base/truth.ts'
import { redactField } from '../decode/redact.ts'
import type { CompiledRule } from '../detect/compile.ts'
import type { CompiledSourceRule } from '../detect/completeness/source-rule.ts'
import { noteAccess } from '../detect/completeness/source-schema.ts'
import { type Mask, reasonsFor, shown } from '../detect/describe.ts'
import { factsAccess } from '../detect/schema.ts'
import type { Reason } from '../model/blindness.ts'
import type { Facts } from '../model/facts.ts'
import type { SourceNote } from '../model/source-health.ts'
import { explainPlan, type LeafOutcome } from '../sigma/emit/explain.ts'

/** One test of a rule on one event, with secrets masked. */
export interface TestLine {
  readonly selection: string
  readonly field: string
  readonly test: string
  readonly needed: string
  /** The values, joined; undefined: absent, or cannot be told. */
  readonly seen: string | undefined
  readonly state: 'present' | 'absent' | 'cannot tell'
  readonly verdict: ReturnType<typeof wordFor>
  /** Whether the rule needs it not to hold. */
  readonly negated: boolean
  /** Of a list of values: another one decides. */
  readonly idle?: true
}

/** Why a rule does, does not or cannot match an event. */
export interface Explanation {
  readonly verdict: ReturnType<typeof wordFor>
  readonly tests: readonly TestLine[]
  /** Why it cannot tell; empty when it can. */
  readonly reasons: readonly Reason[]
}

/** Judges the facts by the rule, and says how each test came out. */
export const explainRule = (rule: CompiledRule, facts: Facts): Explanation => {
  const { truth, leaves } = explainPlan(rule.plan, factsAccess, facts)
  return {
    verdict: wordFor(truth),
    tests: leaves.map((leaf) => testLine(leaf, maskIn(facts))),
    reasons: truth === UNKNOWN ? reasonsFor(rule, facts) : [],
  }
}

/** The same of a rule about a log and what is noted of it. */
export const explainSourceRule = (rule: CompiledSourceRule, note: SourceNote): Explanation => {
  const { truth, leaves } = explainPlan(rule.plan, noteAccess, note)
  return {
    verdict: wordFor(truth),
    tests: leaves.map((leaf) => testLine(leaf, (_, text) => text)),
    reasons: truth === UNKNOWN ? ['unmeasured'] : [],
  }
}

const maskIn =
  ({ event }: Facts): Mask =>
  (field, text) =>
    redactField(event, field, text)

function testLine(leaf: LeafOutcome, mask: Mask): TestLine {
  const { selection, field, test, needed, seen, negated } = leaf
  const present = typeof seen !== 'string'
  return {
    selection,
    field: field === '' ? '(any text)' : field,
    test,
    needed,
    seen: present ? shown(mask, field, seen.map(String).join(', ')) : undefined,
    state: present ? 'present' : seen,
    verdict: wordFor(leaf.truth),
    negated,
    ...(leaf.idle ? { idle: true } : {}),
  }
}
