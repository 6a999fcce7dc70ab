import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type EventText, eventFrom } from '../testing/event.ts'
import { decideEvent } from './decide-event.ts'
import { evaluate, ruleMatches } from './evaluate.ts'
import { loadPolicy } from './load/load-policy.ts'
import type { AuditPolicy, PolicyDecision, PolicyRequest } from './policy.ts'
import { compilePolicy, type PolicyEvaluator } from './policy-evaluator.ts'

interface Answers {
  readonly policy: string
  readonly requests: readonly Answer[]
}

interface Answer {
  readonly http: unknown
  readonly attributes: {
    readonly user: string | null
    readonly groups: readonly string[] | null
    readonly verb: string
    readonly resourceRequest: boolean
    readonly apiGroup: string
    readonly resource: string
    readonly subresource: string
    readonly namespace: string
    readonly name: string
    readonly path: string
  }
  readonly event: EventText
  readonly expect: PolicyDecision & { readonly matching: readonly number[] }
}

const EXCERPT = new URL('fixtures/policy-eval-excerpt.ndjson', import.meta.url)
const ALL = new URL('../../../../shared/corpus/upstream/policy-eval.ndjson.gz', import.meta.url)

const requestOf = ({ attributes }: Answer): PolicyRequest => {
  const { apiGroup: group, resource, subresource, namespace, name } = attributes
  return {
    user:
      attributes.user === null
        ? undefined
        : { name: attributes.user, groups: attributes.groups ?? [] },
    verb: attributes.verb,
    resource: attributes.resourceRequest
      ? { group, resource, subresource, namespace, name }
      : undefined,
    path: attributes.path,
  }
}

const check = (text: string): number => {
  let count = 0
  for (const line of text.trim().split('\n')) {
    const { policy: yaml, requests }: Answers = JSON.parse(line)
    const { policy } = loadPolicy(Buffer.from(yaml), 'policy.yaml')
    if (policy === undefined) throw new Error(`refused: ${yaml}`)
    const evaluator = compilePolicy(policy)
    for (const answer of requests) checkOne(policy, evaluator, answer)
    count += requests.length
  }
  return count
}

const checkOne = (policy: AuditPolicy, evaluator: PolicyEvaluator, answer: Answer): void => {
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
    expect(check(readFileSync(EXCERPT, 'utf8'))).toBe(60)
  })

  it.skipIf(!existsSync(ALL))('are ours: all of them (needs ../shared/corpus)', () => {
    expect(check(gunzipSync(readFileSync(ALL)).toString())).toBe(600)
  })
})
