import { PART } from '../../model/blindness.ts'
import type { AuditEvent } from '../../model/event.ts'
import { type Case, describeCases } from '../testing/cases.ts'
import { cutEvent, type LogDecision } from './cut-event.ts'
import { decideEvent } from './decide-event.ts'
import { evaluate } from './evaluate.ts'
import { policyRequestOf } from './event-request.ts'
import { compilePolicy } from './policy-evaluator.ts'
import { type PolicyText, policyFrom, requestFrom, type UserText } from './testing/case-text.ts'
import { differing, found, possible } from './testing/find-case.ts'
import { loadedOf } from './testing/load-case.ts'

/** What a case of each section of SPEC.md asks, by the first letter of its rules. */
const SECTIONS: Readonly<Record<string, (event: AuditEvent, one: Case) => unknown>> = {
  E: (_event, one) => evaluated(one),
  C: (event, one) => shown(event, one),
  L: (_event, one) => loadedOf(one),
  P: (_event, one) => possible(one),
  R: (_event, one) => found(one),
  D: (_event, one) => differing(one),
}

describeCases(import.meta.url, (event, one) => SECTIONS[one.rule.charAt(0)]?.(event, one))

/** Each request of a case by the rule that decides it, and what it says. */
const evaluated = ({ input }: Case): unknown => {
  const policy = policyFrom(input?.policy as PolicyText)
  const requests = input?.requests as readonly string[]
  const evaluator = compilePolicy(policy)
  return requests.map((line) => {
    const request = requestFrom(line, input?.user as UserText | undefined)
    const decision = evaluate(policy, request)
    const indexed = evaluator.decide(request)
    if (indexed.rule !== decision.rule) throw new Error(`${line}: the index says ${indexed.rule}`)
    return decision
  })
}

/** What a policy was asked, what it says of the event, or what remains of a record. */
const shown = (event: AuditEvent, { input }: Case): unknown => {
  if (input?.cut !== undefined) {
    const decision = { omitStages: [], omitManagedFields: false, ...(input.cut as object) }
    // A case gives the level at least.
    const record = input.record as Readonly<Record<string, unknown>>
    return cutEvent(record, decision as unknown as LogDecision)
  }
  if (input?.policy !== undefined) {
    const evaluator = compilePolicy(policyFrom(input.policy as PolicyText))
    const { decision, unknown, possible } = decideEvent(evaluator, event)
    return {
      rule: decision?.rule,
      lacking: partsIn(unknown),
      possible: possible.map(({ rule }) => rule),
    }
  }
  const { request, unknown, verbs } = policyRequestOf(event)
  return { ...request, verbs, unknown: partsIn(unknown) }
}

const partsIn = (parts: number): readonly string[] =>
  Object.entries(PART)
    .filter(([, bit]) => (parts & bit) !== 0)
    .map(([name]) => name)
