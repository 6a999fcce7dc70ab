import { CANNOT_TELL } from '../../base/truth.ts'
import type { Known, PodContainer } from '../../model/facts.ts'
import {
  below,
  type Document,
  each,
  elements,
  flag,
  member,
  orElse,
  text,
  texts,
  whole,
} from '../submission/document.ts'
import { commandLineOf, hookCommandsOf, hookHostsOf } from './commands.ts'

/** The containers of a pod spec, of all three kinds in one list. */
export const readContainers = (spec: Document): readonly PodContainer[] => {
  const pod = member(spec, 'securityContext')
  return KINDS.flatMap(([key, kind]) => readKind(member(spec, key), kind, pod))
}

const KINDS: readonly (readonly [string, PodContainer['kind']])[] = [
  ['containers', 'container'],
  ['initContainers', 'init'],
  ['ephemeralContainers', 'ephemeral'],
]

/**
 * A list that cannot be told is one container of which nothing can be told: the others stay seen.
 */
const readKind = (
  list: Document,
  kind: PodContainer['kind'],
  pod: Document,
): readonly PodContainer[] => {
  const found = elements(list)
  if (found === undefined) return []
  if (found === CANNOT_TELL) return [readContainer(CANNOT_TELL, kind, pod)]
  return found.map((container) => readContainer(container, kind, pod))
}

const readContainer = (
  container: Document,
  kind: PodContainer['kind'],
  pod: Document,
): PodContainer => {
  const context = member(container, 'securityContext')
  const capabilities = member(context, 'capabilities')
  return {
    kind,
    name: text(member(container, 'name')),
    image: text(member(container, 'image')),
    command: texts(member(container, 'command')),
    args: texts(member(container, 'args')),
    // Only some rules ask for these: they are read when one does.
    get commandLine(): Known<string> {
      return commandLineOf(container)
    },
    get hookCommands(): Known<readonly string[]> {
      return hookCommandsOf(container)
    },
    get hookHosts(): Known<readonly string[]> {
      return hookHostsOf(container)
    },
    get targetContainer(): Known<string> {
      return nonEmpty(text(member(container, 'targetContainerName')))
    },
    privileged: flag(member(context, 'privileged')),
    allowPrivilegeEscalation: flag(member(context, 'allowPrivilegeEscalation')),
    runAsUser: orElse(whole(member(context, 'runAsUser')), whole(member(pod, 'runAsUser'))),
    runAsNonRoot: orElse(flag(member(context, 'runAsNonRoot')), flag(member(pod, 'runAsNonRoot'))),
    capabilitiesAdded: capabilityNames(member(capabilities, 'add')),
    capabilitiesDropped: capabilityNames(member(capabilities, 'drop')),
    procMount: text(member(context, 'procMount')),
    seccompProfile: orElse(seccompOf(context), seccompOf(pod)),
    hostPorts: each(member(container, 'ports'), hostPortOf),
    volumeMounts: each(member(container, 'volumeMounts'), (one) => text(member(one, 'name'))),
  }
}

const capabilityNames = (list: Document): Known<readonly string[]> => {
  const names = texts(list)
  if (names === undefined || names === CANNOT_TELL) return names
  return names.map((name) => name.toUpperCase().replace(/^CAP_/, ''))
}

const seccompOf = (context: Document): Known<string> =>
  text(below(context, ['seccompProfile', 'type']))

const nonEmpty = (name: Known<string>): Known<string> => (name === '' ? undefined : name)

/** 0 opens none. */
const hostPortOf = (port: Document): Known<number> => {
  const number = whole(member(port, 'hostPort'))
  return number === 0 ? undefined : number
}
