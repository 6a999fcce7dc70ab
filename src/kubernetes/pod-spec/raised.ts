import { CANNOT_TELL } from '../../base/truth.ts'
import type { PodFacts } from '../../model/facts.ts'

/** The parts of a pod spec that give power over the node, or over other containers. */
export type NodePower = Pick<
  PodFacts,
  | 'hostNetwork'
  | 'hostPID'
  | 'hostIPC'
  | 'shareProcessNamespace'
  | 'unconfined'
  | 'containers'
  | 'volumes'
>

/**
 * Whether admission gave the pod power over its node or between its containers that the request did
 * not ask for: a shared namespace, a wall taken down, a privileged container, a capability, a port
 * of the node, a hostPath. A webhook can do so to the pods of every controller, whatever their
 * templates say.
 */
export const isRaised = (asked: ReadonlySet<string>, given: ReadonlySet<string>): boolean =>
  [...given].some((power) => !asked.has(power))

/** Each power that a pod spec gives, as a text. */
export const powersOf = (spec: NodePower): ReadonlySet<string> => {
  const powers = new Set<string>()
  if (spec.hostNetwork === true) powers.add('hostNetwork')
  if (spec.hostPID === true) powers.add('hostPID')
  if (spec.hostIPC === true) powers.add('hostIPC')
  if (spec.shareProcessNamespace === true) powers.add('shareProcessNamespace')
  for (const wall of Array.isArray(spec.unconfined) ? spec.unconfined : []) powers.add(wall)
  for (const container of spec.containers === CANNOT_TELL ? [] : spec.containers) {
    const name = String(container.name)
    if (container.privileged === true) powers.add(`privileged ${name}`)
    const added = container.capabilitiesAdded
    for (const capability of Array.isArray(added) ? added : []) {
      if (!isHarmless(capability, spec)) powers.add(`capability ${name} ${capability}`)
    }
    // With the node's network, a container's ports are the node's by default.
    const ports = spec.hostNetwork === true ? [] : container.hostPorts
    for (const port of Array.isArray(ports) ? ports : []) powers.add(`port ${port}`)
  }
  for (const volume of spec.volumes === CANNOT_TELL ? [] : spec.volumes) {
    if (typeof volume.hostPath !== 'string') continue
    powers.add(`path ${volume.hostPath}`)
    if (volume.writable === true) powers.add(`writable ${volume.hostPath}`)
  }
  return powers
}

/**
 * Those that runtimes give to every container, and those over the container's own network: the
 * sidecars of a mesh bring them into every pod.
 */
const isHarmless = (capability: string, { hostNetwork }: NodePower): boolean =>
  DEFAULTS.has(capability) || (capability === 'NET_ADMIN' && hostNetwork !== true)

/** Upstream: containerd/containerd oci/spec.go, defaultUnixCaps. */
const DEFAULTS: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])
