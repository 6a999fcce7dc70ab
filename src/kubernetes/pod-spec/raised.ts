import { CANNOT_TELL } from '../../base/truth.ts'
import type { PodFacts } from '../../model/facts.ts'

/** The parts of a pod spec that give power over the node. */
type NodePower = Pick<PodFacts, 'hostNetwork' | 'hostPID' | 'hostIPC' | 'containers' | 'volumes'>

/**
 * Whether admission gave the pod power over its node that the request did not ask for: a namespace
 * of the node, a privileged container, a capability, a hostPath. A webhook can do so to the pods of
 * every controller, whatever their templates say.
 */
export const isRaised = (asked: NodePower, given: NodePower): boolean => {
  const before = powersOf(asked)
  return [...powersOf(given)].some((power) => !before.has(power))
}

const powersOf = (spec: NodePower): ReadonlySet<string> => {
  const powers = new Set<string>()
  if (spec.hostNetwork === true) powers.add('hostNetwork')
  if (spec.hostPID === true) powers.add('hostPID')
  if (spec.hostIPC === true) powers.add('hostIPC')
  for (const container of spec.containers === CANNOT_TELL ? [] : spec.containers) {
    const name = String(container.name)
    if (container.privileged === true) powers.add(`privileged ${name}`)
    const added = container.capabilitiesAdded
    for (const capability of Array.isArray(added) ? added : []) {
      powers.add(`capability ${name} ${capability}`)
    }
  }
  for (const volume of spec.volumes === CANNOT_TELL ? [] : spec.volumes) {
    if (typeof volume.hostPath === 'string') powers.add(`path ${volume.hostPath}`)
  }
  return powers
}
