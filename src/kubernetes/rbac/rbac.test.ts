import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Case, describeCases } from '../testing/cases.ts'
import { bindingOf } from './binding.ts'
import { grantsOf } from './grants.ts'
import { type Asked, missingFrom, type PolicyRule, ruleAllows } from './rules.ts'

describeCases(import.meta.url, (event, one) => {
  if (one.input === undefined) return grantsOf(event)
  return one.input.read === 'binding' ? bindingOf(event) : judge(one.input)
})

const judge = (input: NonNullable<Case['input']>): unknown =>
  input.holder === undefined
    ? { allows: ruleAllows(input.rule as PolicyRule, input.request as Asked) }
    : {
        covers: missingFrom(input.holder as PolicyRule[], input.grant as PolicyRule[]).length === 0,
      }

interface Escalation {
  readonly holder: readonly PolicyRule[]
  readonly grant: readonly PolicyRule[]
  readonly covers: boolean
  readonly missing: readonly PolicyRule[]
}

const check = (lines: string): number => {
  const answers = lines.trim().split('\n')
  for (const line of answers) {
    const { holder, grant, covers, missing }: Escalation = JSON.parse(line)
    const ours = missingFrom(holder ?? [], grant ?? [])
    expect(ours.length === 0, line).toBe(covers)
    expect(new Set(ours.map(shown)), line).toEqual(new Set((missing ?? []).map(shown)))
  }
  return answers.length
}

const shown = (rule: PolicyRule): string =>
  JSON.stringify([
    rule.verbs,
    rule.apiGroups,
    rule.resources,
    rule.resourceNames,
    rule.nonResourceURLs,
  ])

interface RbacObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly PolicyRule[] | null
  readonly roleRef?: { readonly kind: string; readonly name: string }
  readonly subjects?: readonly Subject[] | null
}
interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}
interface AskedOf extends Asked {
  readonly user: string
  readonly groups?: readonly string[]
  readonly namespace: string
  readonly resourceRequest: boolean
  readonly allowed: boolean
}

/** The authorizer in short: a binding that applies, its role, a rule that allows. */
const isAllowed = (objects: readonly RbacObject[], asked: AskedOf): boolean =>
  objects
    .filter(({ roleRef }) => roleRef !== undefined)
    .filter(({ metadata }) => [undefined, asked.namespace].includes(metadata.namespace))
    .filter(({ kind, metadata }) => kind === 'ClusterRoleBinding' || metadata.namespace !== '')
    .filter(({ subjects, metadata }) => subjects?.some((one) => isSubject(one, asked, metadata)))
    .flatMap((binding) => roleOf(objects, binding)?.rules ?? [])
    .some((rule) => ruleAllows(rule, pathOnly(asked)))

const pathOnly = (asked: AskedOf): Asked => {
  const { path: _, ...about } = asked
  return asked.resourceRequest ? about : { verb: asked.verb, path: asked.path ?? '' }
}

const isSubject = (
  { kind, name, namespace }: Subject,
  asked: AskedOf,
  binding: RbacObject['metadata'],
): boolean => {
  if (kind === 'Group') return asked.groups?.includes(name) ?? false
  const account = `system:serviceaccount:${namespace || binding.namespace}:${name}`
  return asked.user === (kind === 'User' ? name : account)
}

const roleOf = (objects: readonly RbacObject[], binding: RbacObject): RbacObject | undefined =>
  objects.find(
    ({ kind, metadata }) =>
      kind === binding.roleRef?.kind &&
      metadata.name === binding.roleRef.name &&
      (kind === 'ClusterRole' || metadata.namespace === binding.metadata.namespace),
  )

describe('the answers of Kubernetes itself', () => {
  const authorizer = new URL('../../../../shared/corpus/upstream/rbac.ndjson.gz', import.meta.url)
  it.skipIf(!existsSync(authorizer))('to who may do what (needs ../shared/corpus)', () => {
    const lines = gunzipSync(readFileSync(authorizer)).toString().trim().split('\n')
    const asked = lines.flatMap((line) => {
      const { kind, objects, requests } = JSON.parse(line)
      return kind === 'authorize' ? requests.map((one: AskedOf) => ({ objects, one })) : []
    })
    for (const { objects, one } of asked) {
      expect(isAllowed(objects, one), JSON.stringify(one)).toBe(one.allowed)
    }
    expect(asked.length).toBeGreaterThan(300)
  })

  it('are ours: an excerpt', () => {
    const excerpt = new URL('fixtures/escalation-excerpt.ndjson', import.meta.url)
    expect(check(readFileSync(excerpt, 'utf8'))).toBe(40)
  })

  const all = new URL('../../../../shared/corpus/upstream/escalation.ndjson.gz', import.meta.url)
  it.skipIf(!existsSync(all))('are ours: all of them (needs ../shared/corpus)', () => {
    expect(check(gunzipSync(readFileSync(all)).toString())).toBeGreaterThan(170)
  })
})
