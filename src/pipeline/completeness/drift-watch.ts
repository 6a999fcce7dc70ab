import { LIMIT } from '../../base/limit.ts'
import { KIND_EVENTS_MIN, onlyLevelOf, STAGE_EVENTS_MIN } from '../../model/request-kind.ts'
import type { DriftNote, KindLevels, SourceObservation } from '../../model/source-health.ts'

/**
 * Compares the levels at which the API servers of one cluster log the same kind of request. They
 * should all have the same policy; where one has another, it is there that an attacker goes.
 */
export class DriftWatch {
  readonly #cluster: string
  readonly #servers = new Map<string, Server>()
  readonly #told = new Set<string>()
  #sinceUs = 0

  constructor(cluster: string) {
    this.#cluster = cluster
  }

  add(server: string, arrivedUs: number, { levels, stages, firstUs }: SourceObservation): void {
    // Only what was logged at about the same time can be compared: policies do change.
    if (arrivedUs - this.#sinceUs > PERIOD_US) {
      this.#sinceUs = arrivedUs
      this.#servers.clear()
      this.#told.clear()
    }
    let known = this.#servers.get(server)
    if (known === undefined) {
      known = { kinds: new Map(), received: 0, complete: 0, fromUs: firstUs ?? arrivedUs }
      this.#servers.set(server, known)
    }
    known.received += stages.received
    known.complete += stages.complete
    for (const one of levels) addKind(known.kinds, one)
  }

  tick(nowUs: number): readonly DriftNote[] {
    const servers = [...this.#servers].sort(([a], [b]) => (a < b ? -1 : 1))
    return servers.flatMap(([name, server], at) =>
      servers
        .slice(at + 1)
        .flatMap(([otherName, other]) =>
          differences(server, other).flatMap((found) =>
            this.#note(name, otherName, found, nowUs, Math.max(server.fromUs, other.fromUs)),
          ),
        ),
    )
  }

  /** Said of the one that logs less. */
  #note(
    name: string,
    otherName: string,
    { kind, level, otherLevel }: Difference,
    toUs: number,
    fromUs: number,
  ): readonly DriftNote[] {
    const key = `${kind} ${name} ${otherName}`
    if (this.#told.has(key) || this.#told.size >= LIMIT.noteEpisodesMax) return []
    this.#told.add(key)
    const isLess = LEVELS.indexOf(level) < LEVELS.indexOf(otherLevel)
    const [server, otherServer] = isLess ? [name, otherName] : [otherName, name]
    const [less, more] = isLess ? [level, otherLevel] : [otherLevel, level]
    const head = { cluster: this.#cluster, server, way: undefined, fromUs, toUs, events: [] }
    const levels = { requestKind: kind, level: less, otherLevel: more, otherServer }
    return [{ ...head, ...levels, kind: 'policy-drift', key: `${kind} ${otherServer}` }]
  }
}

interface Server {
  readonly kinds: Map<string, KindLevels>
  readonly fromUs: number
  received: number
  complete: number
}

interface Difference {
  readonly kind: string
  readonly level: string
  readonly otherLevel: string
}

const addKind = (kinds: Map<string, KindLevels>, one: KindLevels): void => {
  const known = kinds.get(one.kind)
  if (known === undefined && kinds.size >= LIMIT.policyKindsMax) return
  kinds.set(one.kind, {
    kind: one.kind,
    metadata: (known?.metadata ?? 0) + one.metadata,
    request: (known?.request ?? 0) + one.request,
    requestResponse: (known?.requestResponse ?? 0) + one.requestResponse,
  })
}

const differences = (server: Server, other: Server): readonly Difference[] => {
  const levels = [...server.kinds.values()].flatMap((one): readonly Difference[] => {
    const [level, otherLevel] = [only(one), only(other.kinds.get(one.kind))]
    if (level === undefined || otherLevel === undefined || level === otherLevel) return []
    return [{ kind: one.kind, level, otherLevel }]
  })
  const [received, otherReceived] = [receives(server), receives(other)]
  if (received === undefined || otherReceived === undefined || received === otherReceived) {
    return levels
  }
  const [level, otherLevel] = [received, otherReceived].map((has) => (has ? LOGGED : NOT_LOGGED))
  return [
    ...levels,
    { kind: 'stage RequestReceived', level: level ?? '', otherLevel: otherLevel ?? '' },
  ]
}

const only = (one: KindLevels | undefined): string | undefined =>
  one === undefined ? undefined : onlyLevelOf(one, KIND_EVENTS_MIN)

const receives = ({ received, complete }: Server): boolean | undefined =>
  complete < STAGE_EVENTS_MIN ? undefined : received > 0

const NOT_LOGGED = 'not logged'
const LOGGED = 'logged'
const LEVELS = [NOT_LOGGED, LOGGED, 'Metadata', 'Request', 'RequestResponse']
const PERIOD_US = 3_600_000_000
