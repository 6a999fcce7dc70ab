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
import { once } from './once.ts'

/**
 * The containers of a pod spec, of all three kinds in one list. `asked` is the spec as it was
 * submitted, where admission may have changed it.
 */
export const readContainers = (spec: Document, asked?: () => Document): readonly PodContainer[] => {
  const pod = member(spec, 'securityContext')
  return KINDS.flatMap(([key, kind]) => {
    const before = once(() => {
      const body = asked?.()
      return body === undefined ? undefined : commandsIn(member(body, key))
    })
    const read = (container: Document): PodContainer => readContainer(container, kind, pod, before)
    return readKind(member(spec, key), read)
  })
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
  read: (container: Document) => PodContainer,
): readonly PodContainer[] => {
  const found = elements(list)
  if (found === undefined) return []
  return found === CANNOT_TELL ? [read(CANNOT_TELL)] : found.map(read)
}

/** By the names of containers what they run. */
type Commands = ReadonlyMap<string, string>

const commandsIn = (list: Document): Commands => {
  const found = elements(list)
  const containers = found === undefined || found === CANNOT_TELL ? [] : found
  return new Map(containers.map((one) => [String(text(member(one, 'name'))), allCommands(one)]))
}

const allCommands = (container: Document): string =>
  [commandLineOf(container), hookCommandsOf(container)].map(String).join('\n')

const readContainer = (
  container: Document,
  kind: PodContainer['kind'],
  pod: Document,
  before: () => Commands | undefined,
): PodContainer => {
  const context = member(container, 'securityContext')
  const capabilities = member(context, 'capabilities')
  const commandLine = once(() => commandLineOf(container))
  const hookCommands = once(() => hookCommandsOf(container))
  const hookHosts = once(() => hookHostsOf(container))
  const byAdmission = once(() => {
    const asked = before()
    const name = String(text(member(container, 'name')))
    const own = [commandLine(), hookCommands()].map(String).join('\n')
    return asked !== undefined && asked.get(name) !== own
  })
  return {
    kind,
    name: text(member(container, 'name')),
    image: text(member(container, 'image')),
    command: texts(member(container, 'command')),
    args: texts(member(container, 'args')),
    // Only some rules ask for these, and then with many tests: they are read when one does, once.
    get commandLine(): Known<string> {
      return commandLine()
    },
    get hookCommands(): Known<readonly string[]> {
      return hookCommands()
    },
    get hookHosts(): Known<readonly string[]> {
      return hookHosts()
    },
    get byAdmission(): boolean {
      return byAdmission()
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
