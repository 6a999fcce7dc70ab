import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PART } from '../../model/blindness.ts'
import { decideRecorded } from './decide-event.ts'
import { evaluate } from './evaluate.ts'
import type { RecordedRequest } from './event-request.ts'
import type { PolicyRequest } from './policy.ts'
import { compilePolicy } from './policy-evaluator.ts'
import { policies, requests, WORDS } from './testing/random-policy.ts'

/** Every request that a record may stand for, within the words of random requests. */
const completions = ({ request, unknown, verbs }: RecordedRequest): readonly PolicyRequest[] => {
  const who = (unknown & (PART.credential | PART.impersonation)) !== 0
  const groups = who || (unknown & PART.groups) !== 0 ? GROUPS : [request.user?.groups ?? []]
  const names = who ? [undefined, 'bob', ...WORDS.users] : [request.user?.name]
  const users = names.flatMap((name) =>
    name === undefined ? [undefined] : groups.map((of) => ({ name, groups: of })),
  )
  const paths = (unknown & PART.requestURI) !== 0 ? WORDS.paths : [request.path]
  const { resource } = request
  const objects =
    resource !== undefined && (unknown & PART.name) !== 0
      ? [resource, { ...resource, name: '' }]
      : [resource]
  return users.flatMap((user) =>
    objects.flatMap((object) =>
      verbs.flatMap((verb) => paths.map((path) => ({ user, verb, resource: object, path }))),
    ),
  )
}

const GROUPS = [[], ['other'], ...WORDS.groups.map((one) => [one]), WORDS.groups]
const PARTS = [PART.groups, PART.impersonation, PART.credential, PART.name, PART.requestURI]

const recorded: fc.Arbitrary<RecordedRequest> = fc
  .record({
    request: requests,
    unknown: fc.subarray(PARTS).map((parts) => parts.reduce((sum, part) => sum | part, 0)),
    verbs: fc.subarray(['get', 'update', 'delete']),
  })
  .map(({ request, unknown, verbs }) => ({
    request,
    unknown,
    verbs: (unknown & PART.requestURI) !== 0 ? [request.verb, ...verbs] : [request.verb],
  }))

describe('a decision in doubt', () => {
  it('is told only if no completion of the record has another, and names all of them', () => {
    let told = 0
    let untold = 0
    fc.assert(
      fc.property(policies(5), recorded, (policy, record) => {
        const answer = decideRecorded(compilePolicy(policy), record)
        const rules = new Set(completions(record).map((one) => evaluate(policy, one).rule))
        const possible = answer.possible.map((one) => one.rule)
        for (const rule of rules) expect(possible).toContain(rule)
        if (answer.decision === undefined) {
          untold++
          expect(answer.unknown).not.toBe(0)
          expect(answer.unknown & ~record.unknown).toBe(0)
        } else {
          told++
          expect([...rules]).toEqual([answer.decision.rule])
        }
      }),
      { numRuns: 400, seed: 11 },
    )
    expect(Math.min(told, untold)).toBeGreaterThan(50)
  })
})
