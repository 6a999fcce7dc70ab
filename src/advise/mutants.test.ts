import { describe, expect, it } from 'vitest'
import { compileRules } from '../detect/compile.ts'
import type { Plan } from '../sigma/plan/plan.ts'
import { isObject, type Json, type JsonObject, parsePointer, setAt } from './json.ts'
import { MUTANT_KINDS } from './mutant-kinds.ts'
import { mutantsFor } from './mutants.ts'

const planOf = (selection: string): Plan => {
  const text = `title: T
id: 1f1a2b3c-4d5e-4f60-8a7b-9c0d1e2f3a4b
logsource: { product: kubernetes, service: audit }
detection:
  selection:
    ${selection}
  condition: selection
level: low
`
  const [rule] = compileRules([{ file: 'rule.yaml', text }]).rules
  if (rule === undefined) throw new Error('no rule')
  return rule.plan
}

const eventOf = (resource: string, verb: string, body: JsonObject): JsonObject => ({
  verb,
  requestURI: `/api/v1/namespaces/shop/${resource}/x`,
  objectRef: { resource, namespace: 'shop', name: 'x', apiVersion: 'v1' },
  requestObject: body,
  responseObject: body,
})

const SPEC = {
  hostPID: true,
  containers: [{ name: 'a/b', image: 'x', securityContext: { capabilities: { add: ['BPF'] } } }],
}
const pod = eventOf('pods', 'create', { kind: 'Pod', metadata: { name: 'x' }, spec: SPEC })
const podMutants = mutantsFor(planOf('pod.hostPID: true'), pod)
const RULES = [{ verbs: ['*'], apiGroups: [''], resources: ['pods'] }]
const role = eventOf('clusterroles', 'create', { kind: 'ClusterRole', rules: RULES })
const roleMutants = mutantsFor(planOf("grant.rules[].verbs: '\\*'"), role)
const binding = eventOf('rolebindings', 'create', {
  kind: 'RoleBinding',
  roleRef: { kind: 'ClusterRole', name: 'view' },
  subjects: [{ kind: 'User', name: 'a' }],
})
const bindingMutants = mutantsFor(planOf('binding.role.name: view'), binding)
const deletion = eventOf('events', 'delete', {})
const deleteMutants = mutantsFor(planOf('verb: [delete, deletecollection]'), deletion)

const of = (mutants: ReturnType<typeof mutantsFor>, kind: string): readonly JsonObject[] =>
  mutants.filter((mutant) => mutant.kind === kind).map(({ event }) => event)

/** What a JSON Patch of plain additions and replacements makes of an empty object. */
const applied = (patch: Json | undefined): JsonObject => {
  const made: JsonObject = {}
  for (const one of Array.isArray(patch) ? patch : []) {
    if (!isObject(one)) continue
    const keys = parsePointer(String(one.path)) ?? []
    for (const [index, next] of keys.slice(1).entries()) {
      const way = keys.slice(0, index + 1)
      if (!has(made, way)) setAt(made, way, /^\d+$/.test(next) ? [] : {})
    }
    setAt(made, keys, one.value ?? null)
  }
  return made
}

const has = (root: Json, keys: readonly string[]): boolean => {
  let at: Json | undefined = root
  for (const key of keys) {
    at = Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined
  }
  return at !== undefined
}

describe('mutants', () => {
  it('are there of every kind', () => {
    const all = [...podMutants, ...roleMutants, ...bindingMutants, ...deleteMutants]
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(MUTANT_KINDS))
  })

  it('put the pod spec into each other kind of workload', () => {
    const kinds = of(podMutants, 'workload-kind').map((event) => event.objectRef)
    expect(kinds.map((ref) => (isObject(ref) ? ref.resource : undefined))).toEqual([
      'podtemplates',
      'replicationcontrollers',
      'replicasets',
      'deployments',
      'daemonsets',
      'statefulsets',
      'jobs',
      'cronjobs',
    ])
    for (const event of of(podMutants, 'workload-kind')) {
      expect(JSON.stringify(event.requestObject)).toContain(JSON.stringify(SPEC))
    }
  })

  it('move the containers and leave a plain one', () => {
    const [init] = of(podMutants, 'init-container')
    expect(init?.requestObject).toMatchObject({
      spec: { initContainers: SPEC.containers, containers: [{ name: 'main' }] },
    })
    expect(of(podMutants, 'ephemeral-container').map((event) => event.objectRef)).toEqual([
      expect.objectContaining({ resource: 'pods', subresource: 'ephemeralcontainers' }),
      expect.objectContaining({ resource: 'pods', subresource: 'ephemeralcontainers' }),
    ])
  })

  it('come to the same object when a JSON Patch is applied', () => {
    for (const kind of ['json-patch-whole', 'json-patch-deep']) {
      const [event] = of(podMutants, kind)
      expect(applied(event?.requestObject)).toEqual({ spec: { template: { spec: SPEC } } })
      const [granted] = of(roleMutants, kind)
      expect(applied(granted?.requestObject)).toEqual({ rules: RULES })
    }
  })

  it('show only the request of a patch', () => {
    for (const kind of ['merge-patch', 'strategic-patch', 'json-patch-deep', 'server-side-apply']) {
      for (const event of [...of(podMutants, kind), ...of(roleMutants, kind)]) {
        expect(event.level).toBe('Request')
        expect(event.responseObject).toBeUndefined()
      }
    }
  })

  it('swap the scope of roles and bindings', () => {
    const [swapped] = of(roleMutants, 'role-kind')
    expect(swapped?.requestURI).toBe('/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles')
    const [bound] = of(bindingMutants, 'binding-kind')
    expect(bound?.requestURI).toBe('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings')
  })

  it('delete all instead of one', () => {
    const [event] = of(deleteMutants, 'deletecollection')
    expect(event?.verb).toBe('deletecollection')
    expect(event?.requestURI).toBe('/api/v1/namespaces/shop/events')
    expect(event?.objectRef).not.toHaveProperty('name')
  })

  it('are none for another kind of object, or a rule that reads none of it', () => {
    expect(mutantsFor(planOf('pod.hostPID: true'), role)).toEqual([])
    expect(mutantsFor(planOf('verb: create'), pod)).toEqual([])
    expect(mutantsFor(planOf('verb: create'), deletion)).toEqual([])
  })
})
