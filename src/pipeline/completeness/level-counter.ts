import { LIMIT } from '../../base/limit.ts'
import type { AuditEvent, Level } from '../../model/event.ts'
import { ACTOR_CLASSES, actorClassOf } from '../../model/request-kind.ts'
import type { KindLevels } from '../../model/source-health.ts'

/** Counts, for each kind of request, the levels at which its final events were logged. */
export class LevelCounter {
  /** By resource, then by verb and subresource. */
  readonly #kinds = new Map<string, Map<string, Uint32Array>>()
  #size = 0
  #leftOut = 0

  add(event: AuditEvent): void {
    if (event.level === undefined) return
    const counts = this.#countsOf(event)
    if (counts === undefined) return
    const at =
      ACTOR_CLASSES.indexOf(actorClassOf(event.user.username)) * LEVELS.length +
      LEVELS.indexOf(event.level)
    counts[at] = (counts[at] ?? 0) + 1
  }

  done(): { readonly kinds: readonly KindLevels[]; readonly leftOut: number } {
    const kinds = [...this.#kinds].flatMap(([resource, acts]) =>
      [...acts].flatMap(([act, counts]) => kindsIn(resource, act, counts)),
    )
    return { kinds, leftOut: this.#leftOut }
  }

  /** Texts that a client may have chosen, and so may be many or long, are not kept. */
  #countsOf({ verb, objectRef }: AuditEvent): Uint32Array | undefined {
    const resource = objectRef?.resource ?? ''
    let acts = this.#kinds.get(resource)
    const act = objectRef?.subresource ? `${verb} /${objectRef.subresource}` : verb
    const known = acts?.get(act)
    if (known !== undefined) return known
    const isLong = resource.length + act.length > LIMIT.kindCharactersMax
    if (isLong || this.#size >= LIMIT.observationKindsMax) {
      this.#leftOut += 1
      return undefined
    }
    if (acts === undefined) {
      acts = new Map()
      this.#kinds.set(resource, acts)
    }
    const counts = new Uint32Array(ACTOR_CLASSES.length * LEVELS.length)
    acts.set(act, counts)
    this.#size += 1
    return counts
  }
}

const LEVELS: readonly Level[] = ['Metadata', 'Request', 'RequestResponse']

const kindsIn = (resource: string, act: string, counts: Uint32Array): readonly KindLevels[] =>
  ACTOR_CLASSES.flatMap((actor, at) => {
    const [metadata = 0, request = 0, requestResponse = 0] = counts.subarray(
      at * LEVELS.length,
      (at + 1) * LEVELS.length,
    )
    if (metadata + request + requestResponse === 0) return []
    const [verb = '', subresource = ''] = act.split(' ')
    const target = resource === '' ? '(no resource)' : resource
    const kind = `${verb} ${target}${subresource} by ${actor}`
    return [{ kind, metadata, request, requestResponse }]
  })
