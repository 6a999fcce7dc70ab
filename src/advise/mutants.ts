import { leaves } from '../sigma/plan/leaves.ts'
import type { Plan } from '../sigma/plan/plan.ts'
import { copyOf, escapeKey, isObject, type Json, type JsonObject } from './json.ts'
import { MUTANT_TABLE, type MutantKind } from './mutant-kinds.ts'
import {
  asApply,
  asPatch,
  asUpdate,
  below,
  type Kind,
  kindOf,
  leafOperations,
  list,
  metadataOf,
  nested,
  operation,
  textAt,
  withoutAnswer,
  writeOf,
} from './rewrite.ts'

/** A matching event done another way. */
export interface Mutant {
  readonly kind: MutantKind
  readonly title: string
  readonly event: JsonObject
  readonly mayHide: boolean
}

/**
 * The mutants of a matching event, for a rule that reads a pod spec, a role or a binding, or that
 * speaks of deleting. None for other rules, and none for events that are not of that kind.
 */
export const mutantsFor = (plan: Plan, event: JsonObject): readonly Mutant[] => {
  const fields = leaves(plan).map(({ field }) => field)
  const reads = (prefix: string): boolean => fields.some((field) => field.startsWith(prefix))
  const drafts = [
    ...(reads('pod.') ? podMutants(event) : []),
    ...(reads('grant.') ? objectMutants(event, ROLE_KINDS, 'role-kind', ['rules']) : []),
    ...(reads('binding.')
      ? objectMutants(event, BINDING_KINDS, 'binding-kind', ['roleRef', 'subjects'])
      : []),
    ...(event.verb === 'delete' && speaksOfDeleting(plan) ? [deleteCollection(event)] : []),
  ]
  const hides = new Set(MUTANT_TABLE.filter(({ mayHide }) => mayHide).map(({ kind }) => kind))
  return drafts.map((draft) => ({ ...draft, mayHide: hides.has(draft.kind) }))
}

type Draft = Omit<Mutant, 'mayHide'>

const TEMPLATE = ['spec', 'template', 'spec']
const WORKLOADS: readonly Kind[] = [
  kindOf('Pod', 'pods', '', ['spec']),
  kindOf('PodTemplate', 'podtemplates', '', ['template', 'spec']),
  kindOf('ReplicationController', 'replicationcontrollers', '', TEMPLATE),
  kindOf('ReplicaSet', 'replicasets', 'apps', TEMPLATE),
  kindOf('Deployment', 'deployments', 'apps', TEMPLATE),
  kindOf('DaemonSet', 'daemonsets', 'apps', TEMPLATE),
  kindOf('StatefulSet', 'statefulsets', 'apps', TEMPLATE),
  kindOf('Job', 'jobs', 'batch', TEMPLATE),
  kindOf('CronJob', 'cronjobs', 'batch', ['spec', 'jobTemplate', 'spec', 'template', 'spec']),
]
const RBAC = 'rbac.authorization.k8s.io'
const ROLE_KINDS = [
  kindOf('Role', 'roles', RBAC, []),
  kindOf('ClusterRole', 'clusterroles', RBAC, [], false),
]
const BINDING_KINDS = [
  kindOf('RoleBinding', 'rolebindings', RBAC, []),
  kindOf('ClusterRoleBinding', 'clusterrolebindings', RBAC, [], false),
]
const PLAIN: JsonObject = { name: 'main', image: 'registry.example/app:1' }

const podMutants = (event: JsonObject): readonly Draft[] => {
  const own = WORKLOADS.find(({ resource }) => resource === textAt(event, 'objectRef', 'resource'))
  const spec = own && below(event.requestObject, own.spec)
  if (own === undefined || !isObject(spec)) return []
  const metadata = metadataOf(event)
  const write = (kind: Kind, podSpec: JsonObject): JsonObject =>
    writeOf(event, kind, { metadata, ...nested(kind.spec, podSpec) })
  const deployment = WORKLOADS.find(({ kind }) => kind === 'Deployment') ?? own
  return [
    ...WORKLOADS.filter((kind) => kind !== own).map((kind) => ({
      kind: 'workload-kind' as const,
      title: `in a ${kind.kind}`,
      event: write(kind, spec),
    })),
    ...containerMutants(event, own, spec, write),
    { kind: 'update', title: 'by update', event: asUpdate(write(deployment, spec), 'name-1') },
    ...patchMutants(write(deployment, spec), deployment.spec, spec),
  ]
}

const containerMutants = (
  event: JsonObject,
  own: Kind,
  spec: JsonObject,
  write: (kind: Kind, spec: JsonObject) => JsonObject,
): readonly Draft[] => {
  const { containers, initContainers, ...rest } = spec
  const all = [...list(initContainers), ...list(containers)]
  const init = write(own, { ...rest, initContainers: all, containers: [PLAIN] })
  const pod = { ...rest, containers: [PLAIN], ephemeralContainers: all }
  const [podKind = own] = WORKLOADS
  const added = asUpdate(write(podKind, pod), 'name-1', 'ephemeralcontainers')
  const patched = asPatch(added, { spec: { ephemeralContainers: all } })
  const shown = textAt(event, 'objectRef', 'resource')
  return [
    { kind: 'init-container', title: `as init container of ${shown}`, event: init },
    { kind: 'ephemeral-container', title: 'as ephemeral container by update', event: added },
    { kind: 'ephemeral-container', title: 'as ephemeral container by patch', event: patched },
  ]
}

/** Mutants of an object whose rules, or role and subjects, stand at its top. */
const objectMutants = (
  event: JsonObject,
  kinds: readonly Kind[],
  swap: MutantKind,
  members: readonly string[],
): readonly Draft[] => {
  const own = kinds.find(({ resource }) => resource === textAt(event, 'objectRef', 'resource'))
  const other = kinds.find((kind) => kind !== own)
  const body = event.requestObject
  if (own === undefined || other === undefined || !isObject(body)) return []
  const fragment = Object.fromEntries(
    members.flatMap((member) => (body[member] === undefined ? [] : [[member, body[member]]])),
  )
  const whole = { metadata: metadataOf(event), ...fragment }
  return [
    { kind: swap, title: `in a ${other.kind}`, event: writeOf(event, other, whole) },
    { kind: 'update', title: 'by update', event: asUpdate(writeOf(event, own, whole), 'name-1') },
    ...patchMutants(writeOf(event, own, whole), [], fragment),
  ]
}

/** The same object written by each type of patch; `path` leads to the `fragment` that matters. */
const patchMutants = (
  whole: JsonObject,
  path: readonly string[],
  fragment: JsonObject,
): readonly Draft[] => {
  const at = path.map((key) => `/${escapeKey(key)}`).join('')
  const updated = asUpdate(whole, 'name-1')
  const merge = nested(path, fragment)
  const order = { '$setElementOrder/containers': [{ name: 'main' }] }
  const replace = Object.entries(fragment).map(([key, value]) =>
    operation('replace', `${at}/${escapeKey(key)}`, value),
  )
  const targets = at === '' ? Object.keys(fragment).map((key) => `/${escapeKey(key)}`) : [at]
  const copied = targets.map((target) => ({ op: 'copy', from: `${target}/x`, path: target }))
  const request = (body: Json): JsonObject => withoutAnswer(asPatch(updated, body))
  return [
    { kind: 'merge-patch', title: 'by merge patch', event: request(merge) },
    {
      kind: 'strategic-patch',
      title: 'by strategic merge patch',
      event: request(nested(path, { ...order, ...fragment })),
    },
    {
      kind: 'json-patch-whole',
      title: 'by JSON Patch of the whole',
      event: request(at === '' ? replace : [operation('replace', at, fragment)]),
    },
    {
      kind: 'json-patch-deep',
      title: 'by JSON Patch value by value',
      event: request(leafOperations(fragment, at)),
    },
    {
      kind: 'json-patch-copy',
      title: 'by JSON Patch with copy, without the answer',
      event: request(copied),
    },
    {
      kind: 'json-patch-copy',
      title: 'by JSON Patch with copy, with the answer',
      event: asPatch(updated, copied),
    },
    {
      kind: 'server-side-apply',
      title: 'by server-side apply',
      event: withoutAnswer(asApply(whole)),
    },
  ]
}

const deleteCollection = (event: JsonObject): Draft => {
  const mutant = copyOf(event)
  const ref = mutant.objectRef
  if (isObject(ref)) {
    delete ref.name
    delete ref.uid
  }
  mutant.verb = 'deletecollection'
  mutant.requestURI = String(event.requestURI).replace(/\/[^/]*$/, '')
  return { kind: 'deletecollection', title: 'by deletecollection', event: mutant }
}

const speaksOfDeleting = (plan: Plan): boolean =>
  leaves(plan).some(
    ({ field, test }) =>
      field === 'verb' && test.kind === 'equals' && test.texts.some((text) => text === 'delete'),
  )
