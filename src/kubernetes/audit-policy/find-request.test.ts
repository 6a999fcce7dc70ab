import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMIT } from '../../base/limit.ts'
import { readRequest } from '../request-info/request-info.ts'
import { evaluate, ruleMatches } from './evaluate.ts'
import { findRequest } from './find-request.ts'
import { type AuditPolicy, type PolicyRequest, policyRule } from './policy.ts'
import { type Breadth, isPossible } from './possible-request.ts'
import { Effort } from './region/effort.ts'
import { readyRule, takesRequest } from './region/ready-rule.ts'
import { targetOf } from './request-target.ts'
import { overlapsOf, requestDecidedBy, shadowOf } from './shadow.ts'
import { policies, requests } from './testing/random-policy.ts'
import { smallPolicies, smallRequests } from './testing/small-world.ts'

const seed = 6

describe('what a rule takes', () => {
  it('is what it matches', () => {
    fc.assert(
      fc.property(policies(4), fc.array(requests, { minLength: 20 }), ({ rules }, asked) => {
        for (const rule of rules) {
          for (const request of asked) {
            expect(takesRequest(readyRule(rule), request)).toBe(ruleMatches(rule, request))
          }
        }
      }),
      { numRuns: 500, seed },
    )
  })
})

/** A request as it is read from its own method and target; undefined where it is refused. */
const asRead = (request: PolicyRequest): PolicyRequest | undefined => {
  const { method, target } = targetOf(request)
  return read(method, target, request.user)
}

const read = (
  method: string,
  target: string,
  user: PolicyRequest['user'],
): PolicyRequest | undefined => {
  const info = readRequest(method, target)
  if (info === undefined) return undefined
  const { isResource, verb, path, apiGroup: group, resource, subresource, namespace, name } = info
  const object = { group, resource, subresource, namespace, name }
  return { user, verb, resource: isResource ? object : undefined, path }
}

describe('a possible request', () => {
  const all = smallRequests('any')

  it('is what its method and target are read as', () => {
    const other = all.filter((request) => {
      if (request.resource === undefined && !request.path.startsWith('/')) return false
      return !isDeepStrictEqual({ ...asRead(request), path: request.path }, request)
    })
    expect(other).toEqual([])
  })

  it('is anything that a target is read as', () => {
    const parts = ['', 'api', 'apis', 'v1', 'namespaces', 'n', 'pods', 'log', 'watch', 'proxy']
    const more = ['status', 'finalize', '*', 'x.io', '.', '%2F', '%25']
    const targets = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'get'),
      begin: fc.constantFrom('/', '/api/v1/', '/apis/x.io/v1/'),
      parts: fc.array(fc.constantFrom(...parts, ...more), { maxLength: 6 }),
      query: fc.constantFrom('', '', '?watch=1', '?fieldSelector=metadata.name%3Dn', '?watch=0'),
    })
    const user = { name: 'u', groups: ['system:authenticated'] }
    fc.assert(
      fc.property(targets, ({ method, begin, parts: path, query }) => {
        const request = read(method, begin + path.join('/') + query, user)
        if (request !== undefined) expect(isPossible(request, 'any')).toBe(true)
      }),
      { numRuns: 5_000, seed },
    )
  })

  it('of what exists is one of any', () => {
    const some = smallRequests('existing')
    expect(some.every((request) => isPossible(request, 'any'))).toBe(true)
    expect(all.length).toBeGreaterThan(some.length)
  })
})

describe.each(['existing', 'any'] as const)('finding among requests: %s', (breadth) => {
  const all = smallRequests(breadth)

  it('finds one if and only if there is one', () => {
    const split = fc.tuple(smallPolicies(4), fc.nat(2))
    fc.assert(
      fc.property(split, ([{ rules }, matched]) => {
        const wanted = { match: rules.slice(0, matched), avoid: rules.slice(matched), breadth }
        const fits = (request: PolicyRequest): boolean =>
          wanted.match.every((rule) => ruleMatches(rule, request)) &&
          !wanted.avoid.some((rule) => ruleMatches(rule, request))
        const found = findRequest(wanted)
        expect(found).not.toBe('unknown')
        if (found === undefined) expect(all.find(fits)).toBeUndefined()
        else if (found !== 'unknown') expect(fits(found) && isPossible(found, breadth)).toBe(true)
      }),
      { numRuns: breadth === 'any' ? 60 : 400, seed },
    )
  })
})

describe('what earlier rules leave of a rule', () => {
  const all = smallRequests('existing')
  const decidedBy = ({ rules }: AuditPolicy, index: number): PolicyRequest | undefined =>
    all.find((request) => evaluate(policyOf(rules), request).rule === index)
  const policyOf = (rules: AuditPolicy['rules']): AuditPolicy => ({
    rules,
    omitStages: [],
    omitManagedFields: false,
  })

  it('is what is claimed, by enumeration', () => {
    const kinds = new Map<string, number>()
    fc.assert(
      fc.property(smallPolicies(5), (policy) => {
        const last = policy.rules.length - 1
        const shadow = shadowOf(policy, last)
        kinds.set(shadow.kind, (kinds.get(shadow.kind) ?? 0) + 1)
        if (shadow.kind === 'decides') {
          expect(evaluate(policy, shadow.request).rule).toBe(last)
        } else {
          expect(decidedBy(policy, last)).toBeUndefined()
        }
        const own = policy.rules.slice(last)
        if (shadow.kind === 'matches-nothing') {
          expect(decidedBy(policyOf(own), 0)).toBeUndefined()
        }
        if (shadow.kind !== 'whole') return
        const by = shadow.by.flatMap((index) => policy.rules[index] ?? [])
        expect(by.length).toBeGreaterThan(0)
        expect(decidedBy(policyOf([...by, ...own]), by.length)).toBeUndefined()
        for (const one of by) {
          const others = by.filter((other) => other !== one)
          expect(decidedBy(policyOf([...others, ...own]), others.length)).toBeDefined()
        }
      }),
      { numRuns: 200, seed },
    )
    for (const kind of ['whole', 'decides', 'matches-nothing']) {
      expect(kinds.get(kind)).toBeGreaterThan(10)
    }
  })

  it('is shown by a request that an earlier rule decides in its place', () => {
    fc.assert(
      fc.property(smallPolicies(5), (policy) => {
        const last = policy.rules.length - 1
        const later = policy.rules[last]
        if (later === undefined) return
        const { overlaps, ended } = overlapsOf(policy, last)
        expect(ended).toBe(false)
        for (const { rule, request } of overlaps) {
          expect(evaluate(policy, request).rule).toBe(rule)
          expect(ruleMatches(later, request)).toBe(true)
        }
        const taken = new Set<number>()
        for (const request of all) {
          if (!ruleMatches(later, request)) continue
          const { rule } = evaluate(policy, request)
          if (rule < last) taken.add(rule)
        }
        expect(overlaps.map(({ rule }) => rule)).toEqual([...taken].sort((a, b) => a - b))
      }),
      { numRuns: 60, seed },
    )
  })
})

describe('a search is bounded', () => {
  const many = (count: number, word: string): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${word}-${index}`)
  const breadths: readonly Breadth[] = ['existing', 'any']

  it('LIMIT.policySearchSteps: what is not known then is said', () => {
    const rule = policyRule('None', { users: many(3_000, 'u'), userGroups: many(3_000, 'g') })
    expect(LIMIT.policySearchSteps).toBeLessThan(3_000 * 3_000)
    const avoid = many(64, 'x').map((_, index) =>
      policyRule('None', { users: rule.users.slice(index), userGroups: many(3_000 - index, 'g') }),
    )
    for (const breadth of breadths) {
      expect(findRequest({ match: [rule], avoid, breadth }, new Effort(1_000))).toBe('unknown')
    }
  })

  it('of 2,000 rules and names of 200,000 characters', () => {
    const long = 'n'.repeat(200_000)
    const rules = many(2_000, 'u').map((user, index) =>
      policyRule('Metadata', {
        users: [user, `${long}${index % 7}`],
        verbs: ['get', 'list'],
        resources: [
          { group: '', resources: many(5, `r${index}`), resourceNames: [] },
          { group: '*', resources: ['pods/*', '*/log'], resourceNames: [long] },
        ],
      }),
    )
    const policy: AuditPolicy = { rules, omitStages: [], omitManagedFields: false }
    for (const index of [-1, 0, 1_999]) {
      const found = requestDecidedBy(policy, index)
      if (found === undefined || found === 'unknown') throw new Error(`rule ${index}: ${found}`)
      expect(evaluate(policy, found).rule).toBe(index)
    }
  })
})
