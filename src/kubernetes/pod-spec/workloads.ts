import type { AuditEvent } from '../../model/event.ts'

/** Where the pod spec sits in a kind of object. */
export interface Workload {
  readonly kinds: readonly string[]
  /** From the object to the pod spec. */
  readonly spec: readonly string[]
  /** Whether the object is a Pod itself, not a template of Pods. */
  readonly isPod: boolean
  /** Whether only the ephemeral containers of the spec count: nothing else is written. */
  readonly ephemeralOnly: boolean
}

/** The workload that a request writes; undefined if it is about something else. */
export const workloadOf = (event: AuditEvent): Workload | undefined => {
  const ref = event.objectRef
  if (ref?.resource === undefined) return undefined
  if (ref.subresource) {
    const debug = ref.subresource === 'ephemeralcontainers' && ref.resource === 'pods'
    return debug && !ref.apiGroup ? EPHEMERAL : undefined
  }
  return WORKLOADS.get(ref.apiGroup ? `${ref.apiGroup}/${ref.resource}` : ref.resource)
}

const TEMPLATE = ['spec', 'template', 'spec']

const template = (kind: string): Workload => ({
  kinds: [kind],
  spec: TEMPLATE,
  isPod: false,
  ephemeralOnly: false,
})

const POD: Workload = { kinds: ['Pod'], spec: ['spec'], isPod: true, ephemeralOnly: false }
/** The kind EphemeralContainers was the body's until Kubernetes 1.21. */
const EPHEMERAL: Workload = {
  kinds: ['Pod', 'EphemeralContainers'],
  spec: ['spec'],
  isPod: true,
  ephemeralOnly: true,
}

/**
 * By resource, with its group before it unless core. `extensions` is where they were before 1.16.
 */
const WORKLOADS: ReadonlyMap<string, Workload> = new Map([
  ['pods', POD],
  ['podtemplates', { ...template('PodTemplate'), spec: ['template', 'spec'] }],
  ['replicationcontrollers', template('ReplicationController')],
  ['apps/replicasets', template('ReplicaSet')],
  ['apps/deployments', template('Deployment')],
  ['apps/daemonsets', template('DaemonSet')],
  ['apps/statefulsets', template('StatefulSet')],
  ['extensions/replicasets', template('ReplicaSet')],
  ['extensions/deployments', template('Deployment')],
  ['extensions/daemonsets', template('DaemonSet')],
  ['batch/jobs', template('Job')],
  ['batch/cronjobs', { ...template('CronJob'), spec: ['spec', 'jobTemplate', ...TEMPLATE] }],
])
