import { describe, expect, it } from 'vitest'
import { eventFrom } from '../testing/event.ts'
import { decideEvent } from './decide-event.ts'
import { evaluate, ruleMatches } from './evaluate.ts'
import { loadPolicy } from './load/load-policy.ts'
import type { AuditPolicy, PolicyDecision } from './policy.ts'
import { compilePolicy, type PolicyEvaluator } from './policy-evaluator.ts'
import {
  hasAllAnswers,
  requestOf,
  type UpstreamAnswer,
  type UpstreamAnswers,
  upstreamAnswers,
} from './testing/upstream-answers.ts'

const check = (answers: readonly UpstreamAnswers[]): number => {
  let count = 0
  for (const { policy: yaml, requests } of answers) {
    const { policy } = loadPolicy(Buffer.from(yaml), 'policy.yaml')
    if (policy === undefined) throw new Error(`refused: ${yaml}`)
    const evaluator = compilePolicy(policy)
    for (const answer of requests) checkOne(policy, evaluator, answer)
    count += requests.length
  }
  return count
}

const checkOne = (
  policy: AuditPolicy,
  evaluator: PolicyEvaluator,
  answer: UpstreamAnswer,
): void => {
  const { matching, ...wanted } = answer.expect
  const said = JSON.stringify(answer.http)
  const request = requestOf(answer)
  const matched = policy.rules.flatMap((rule, index) => (ruleMatches(rule, request) ? index : []))
  expect(matched, said).toEqual(matching)
  expect(sorted(evaluate(policy, request)), said).toEqual(wanted)
  expect(sorted(evaluator.decide(request)), said).toEqual(wanted)
  const { decision, possible } = decideEvent(evaluator, eventFrom(answer.event))
  expect(possible.length, said).toBe(1)
  expect(decision && sorted(decision), said).toEqual(wanted)
}

const sorted = (decision: PolicyDecision): PolicyDecision => ({
  ...decision,
  omitStages: decision.omitStages.toSorted(),
})

describe('the answers of Kubernetes itself, by attributes and by event', () => {
  it('are ours: an excerpt', () => {
    expect(check(upstreamAnswers('excerpt'))).toBe(60)
  })

  it.skipIf(!hasAllAnswers())('are ours: all of them (needs ../shared/corpus)', () => {
    expect(check(upstreamAnswers('all'))).toBe(600)
  })
})
