import { describe, expect, it, test } from 'vitest'
import { evaluate } from '../../../kubernetes/audit-policy/evaluate.ts'
import {
  POLICY_LEVELS,
  type PolicyLevel,
  type PolicyRequest,
} from '../../../kubernetes/audit-policy/policy.ts'
import { CHANGES } from '../../../kubernetes/known-types/parse-type.ts'
import { authorPolicy } from './author.ts'
import { NOISE } from './noise.ts'
import { PRESETS } from './preset.ts'

const NAMES = PRESETS.map(({ name }) => name)
const VERBS = ['get', 'list', 'watch', ...CHANGES]

const requestFor = (
  verb: string,
  what: string,
  by = 'mallory',
  namespace = 'shop',
): PolicyRequest => {
  const [group = '', path = ''] = what.includes(':') ? what.split(':') : ['', what]
  const [resource = '', subresource = ''] = path.split('/')
  return {
    user: { name: by, groups: ['system:authenticated'] },
    verb,
    resource: { group, resource, subresource, namespace, name: 'x' },
    path: '/api/v1/x',
  }
}

const rank = (level: PolicyLevel): number => POLICY_LEVELS.indexOf(level)

describe.each(NAMES)('the preset %s', (name) => {
  const { policy, reasons } = authorPolicy(name)

  it('has a reason for every rule', () => {
    expect(reasons).toHaveLength(policy.rules.length)
    expect(reasons.filter((reason) => reason.length < 10)).toEqual([])
  })

  it('drops nothing but what one kind of identity does with one kind of thing', () => {
    const dropped = policy.rules.filter(({ level }) => level === 'None')
    const wide = dropped.filter(({ users, userGroups, verbs, nonResourceURLs, resources }) => {
      const named = users.length > 0 || userGroups.length > 0
      const small = nonResourceURLs.length > 0 || (resources.length > 0 && verbs.length > 0)
      return verbs.length === 0 || !(named || small)
    })
    expect(wide).toEqual([])
  })

  it('logs sessions and changes of rights, whoever makes them', () => {
    for (const by of ['mallory', 'system:kube-proxy', 'system:apiserver']) {
      for (const what of ['pods/exec', 'nodes/proxy', 'rbac.authorization.k8s.io:roles']) {
        for (const verb of ['create', 'patch', 'delete']) {
          expect(evaluate(policy, requestFor(verb, what, by)).level).not.toBe('None')
        }
      }
    }
  })

  // The letter of the STIG wants the content of everything.
  if (name === 'stig') return
  it('never logs what is in a secret', () => {
    for (const wishes of [{}, { keep: [...NOISE], tenants: ['shop'], managedFields: true }]) {
      const wanted = authorPolicy(name, wishes).policy
      for (const what of ['secrets', 'configmaps', 'authentication.k8s.io:tokenreviews']) {
        for (const verb of VERBS) {
          const { level } = evaluate(wanted, requestFor(verb, what))
          expect([what, verb, level]).toEqual([what, verb, 'Metadata'])
        }
      }
      // The request of a token says for whom; the token is in the answer.
      const token = evaluate(wanted, requestFor('create', 'serviceaccounts/token')).level
      expect(rank(token)).toBeLessThan(rank('RequestResponse'))
    }
  })
})

test('what is kept is no longer dropped', () => {
  for (const noise of NOISE) {
    const all = authorPolicy('balanced').policy.rules.length
    expect(authorPolicy('balanced', { keep: [noise] }).policy.rules.length).toBeLessThan(all)
  }
  const { rules } = authorPolicy('balanced', { keep: [...NOISE] }).policy
  expect(rules.filter(({ level }) => level === 'None')).toEqual([])
})

test('every change in the namespace of a tenant comes with its answer, and no other does so for it', () => {
  const { policy } = authorPolicy('balanced', { tenants: ['pay'] })
  const change = (namespace: string) =>
    evaluate(policy, requestFor('update', 'apps:deployments', 'mallory', namespace)).level
  expect([change('pay'), change('shop')]).toEqual(['RequestResponse', 'Request'])
})

test('RequestReceived is logged of everything, of changes or of nothing', () => {
  const stagesOf = (received: 'all' | 'changes' | 'none', verb: string) => {
    const { policy } = authorPolicy('balanced', { received })
    return evaluate(policy, requestFor(verb, 'apps:deployments')).omitStages
  }
  expect(stagesOf('all', 'get')).toEqual([])
  expect(stagesOf('changes', 'get')).toEqual(['RequestReceived'])
  expect(stagesOf('changes', 'delete')).toEqual([])
  expect(stagesOf('none', 'delete')).toEqual(['RequestReceived'])
})

test('managed fields are kept when they are wanted', () => {
  const { policy } = authorPolicy('balanced', { managedFields: true })
  expect(policy.omitManagedFields).toBe(false)
  expect(authorPolicy('balanced').policy.omitManagedFields).toBe(true)
})
