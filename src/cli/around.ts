import { LIMIT } from '../base/limit.ts'
import { redactText } from '../decode/redact.ts'
import { type AuditEvent, STAGE_RANK } from '../model/event.ts'
import type { Finding } from '../model/finding.ts'

/** Requests of one actor that ask the same of the same and get the same answer. */
export interface Deed {
  readonly verb: string
  readonly target: string
  readonly code: number | undefined
  readonly count: number
  readonly firstTime: string
  readonly lastTime: string
}

/** Gathers what the actor of a finding did besides, near it in time. */
export class Around {
  readonly #finding: Finding
  readonly #from: number
  readonly #to: number
  readonly #acts = new Map<string, Act>()
  #more = 0

  constructor(finding: Finding, spanMs: number) {
    this.#finding = finding
    const at = Date.parse(finding.time)
    this.#from = at - spanMs
    this.#to = at + spanMs
  }

  /** Looks at an event, and keeps what it says if it is one of those. */
  add(event: AuditEvent): void {
    const time = Date.parse(event.requestReceivedTimestamp)
    if (!(time >= this.#from && time <= this.#to) || !this.#isSameActor(event)) return
    if (this.#isFindingItself(event)) return
    const { auditID, requestReceivedTimestamp, verb, requestURI } = event
    const key = [auditID, requestReceivedTimestamp, verb, requestURI].join('\n')
    const known = this.#acts.get(key)
    if (known === undefined && this.#acts.size >= LIMIT.aroundEventsMax) this.#more += 1
    else this.#acts.set(key, laterOf(known, actOf(event)))
  }

  /** Requests that were seen when there was no more room: counted, not listed. */
  get more(): number {
    return this.#more
  }

  /** What was done, in order of time. */
  deeds(): readonly Deed[] {
    const acts = [...this.#acts.values()].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
    const deeds = new Map<string, Deed>()
    for (const { verb, target, code, time } of acts) {
      const key = `${verb}\n${target}\n${code}`
      const known = deeds.get(key)
      deeds.set(
        key,
        known === undefined
          ? { verb, target, code, count: 1, firstTime: time, lastTime: time }
          : { ...known, count: known.count + 1, lastTime: time },
      )
    }
    return [...deeds.values()]
  }

  #isSameActor({ user, impersonatedUser }: AuditEvent): boolean {
    const { name, impersonator } = this.#finding.actor
    const names = [user.username, impersonatedUser?.username]
    return names.includes(name) || (impersonator !== undefined && names.includes(impersonator))
  }

  #isFindingItself(event: AuditEvent): boolean {
    return this.#finding.events.some(
      (one) => one.offset === event.origin.offset && one.file === event.origin.source.file,
    )
  }
}

/** One request, by the most complete of its stages that was seen. */
interface Act {
  readonly verb: string
  readonly target: string
  readonly code: number | undefined
  readonly time: string
  readonly rank: number
}

function actOf(event: AuditEvent): Act {
  const { objectRef, responseStatus } = event
  const resource = [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')
  const place = [objectRef?.namespace, objectRef?.name].filter(Boolean).join('/')
  const path = (event.requestURI ?? '').replace(/\?.*$/s, '')
  return {
    verb: event.verb,
    target: redactText(objectRef === undefined ? path : `${resource} ${place}`.trim()),
    code: responseStatus?.code,
    time: event.requestReceivedTimestamp,
    rank: STAGE_RANK[event.stage],
  }
}

const laterOf = (known: Act | undefined, act: Act): Act =>
  known === undefined || act.rank > known.rank ? act : known
