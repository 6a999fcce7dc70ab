import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { itemMatches, pathMatches, ruleMatches } from './evaluate.ts'
import { findRequest } from './find-request.ts'
import { type PolicyRequest, policyRule } from './policy.ts'
import { Effort } from './region/effort.ts'
import { type RequestScope, scopeOf } from './request-scope.ts'
import { smallPolicies, smallRequests } from './testing/small-world.ts'

const isIn = (scope: RequestScope, { user, verb, resource, path }: PolicyRequest): boolean => {
  const takes = (list: readonly string[], text: string | undefined): boolean =>
    list.length === 0 || (text !== undefined && list.includes(text))
  if (scope.isUnauthenticated && user !== undefined) return false
  if (!takes(scope.users, user?.name)) return false
  const { userGroups } = scope
  if (!userGroups.every((list) => list.some((one) => user?.groups.includes(one)))) return false
  if (resource === undefined) {
    return scope.paths.some((one) => pathMatches(one.path, path) && takes(one.verbs, verb))
  }
  return scope.objects.some(
    (one) =>
      takes(one.verbs, verb) &&
      takes(one.namespaces, resource.namespace) &&
      itemMatches(
        { group: one.group, resources: [one.resource], resourceNames: one.names },
        resource,
      ),
  )
}

describe('the scope of requests', () => {
  const all = smallRequests('existing')

  it('has all of them, and each part of it has one', () => {
    fc.assert(
      fc.property(smallPolicies(4), fc.nat(2), ({ rules }, matched) => {
        const wanted = { match: rules.slice(0, matched), avoid: rules.slice(matched) }
        if (findRequest(wanted) === undefined) return
        const scope = scopeOf(wanted)
        expect(scope.leftOut).toBe(0)
        const fitting = all.filter(
          (request) =>
            wanted.match.every((rule) => ruleMatches(rule, request)) &&
            !wanted.avoid.some((rule) => ruleMatches(rule, request)),
        )
        expect(fitting.find((request) => !isIn(scope, request))).toBeUndefined()
        for (const one of [...scope.objects, ...scope.paths]) {
          const part = 'path' in one ? { objects: [], paths: [one] } : { objects: [one], paths: [] }
          for (const verb of one.verbs.length === 0 ? [undefined] : one.verbs) {
            const has = fitting.some(
              (request) =>
                (verb === undefined || request.verb === verb || !SMALL_VERBS.has(verb)) &&
                isIn({ ...scope, ...part }, { ...request, verb: verb ?? request.verb }),
            )
            expect(has).toBe(true)
          }
        }
      }),
      { numRuns: 100, seed: 6 },
    )
  })

  it('LIMIT.policyScopePatternsMax: what is not looked at is counted', () => {
    const count = LIMIT.policyScopePatternsMax + 3
    const resources = Array.from({ length: count }, (_, index) => `r${index}`)
    const rule = policyRule('None', { resources: [{ group: '', resources, resourceNames: [] }] })
    const scope = scopeOf({ match: [rule], avoid: [] })
    expect(scope.objects).toHaveLength(LIMIT.policyScopePatternsMax)
    expect(scope.leftOut).toBe(3)
  })

  it('LIMIT.policyScopeSteps: when the search ends, something is left out', () => {
    const resources = ['pods', 'secrets']
    const rule = policyRule('None', { resources: [{ group: '', resources, resourceNames: [] }] })
    const wanted = { match: [rule], avoid: [policyRule('None', { verbs: ['get'] })] }
    expect(scopeOf(wanted, new Effort(LIMIT.policyScopeSteps)).leftOut).toBe(0)
    expect(scopeOf(wanted, new Effort(100)).leftOut).toBeGreaterThan(0)
  })
})

/** The verbs that requests of the small world have. */
const SMALL_VERBS = new Set(['get', 'create', 'list', 'deletecollection', 'proxy', ''])
