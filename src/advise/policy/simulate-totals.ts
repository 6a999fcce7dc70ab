/** Events and their bytes. */
export interface Amount {
  readonly events: number
  readonly bytes: number
}

/** What was recorded of something, and what a policy would log of it. */
export interface Flow {
  /** As recorded. */
  readonly recorded: Amount
  /** Under the policy; at least that many bytes, where `unknownBytes` is not 0. */
  readonly logged: Amount
  /** Events among those logged that were recorded below the level that the policy wants. */
  readonly unknownBytes: number
}

/** A flow with what it is about. */
export interface NamedFlow extends Flow {
  readonly name: string
}

/** Flows by name. There may be more names than are kept: what they have is joined in `others`. */
export interface TopFlows {
  readonly rows: readonly NamedFlow[]
  /** Undefined: every name is in `rows`. */
  readonly others: Flow | undefined
}

/** A flow that is being counted. */
export class FlowCount {
  recordedEvents = 0
  recordedBytes = 0
  loggedEvents = 0
  loggedBytes = 0
  unknownBytes = 0

  /** Counts an event; `logged` is undefined where the policy does not log it. */
  add(recorded: number, logged: number | undefined, isAtLeast: boolean): void {
    this.recordedEvents += 1
    this.recordedBytes += recorded
    if (logged === undefined) return
    this.loggedEvents += 1
    this.loggedBytes += logged
    if (isAtLeast) this.unknownBytes += 1
  }

  join(other: FlowCount): void {
    this.recordedEvents += other.recordedEvents
    this.recordedBytes += other.recordedBytes
    this.loggedEvents += other.loggedEvents
    this.loggedBytes += other.loggedBytes
    this.unknownBytes += other.unknownBytes
  }

  get flow(): Flow {
    return {
      recorded: { events: this.recordedEvents, bytes: this.recordedBytes },
      logged: { events: this.loggedEvents, bytes: this.loggedBytes },
      unknownBytes: this.unknownBytes,
    }
  }
}

/**
 * Flows by name, of which those with the most recorded bytes are kept: names may be chosen by
 * anybody. Twice as many are counted as are kept; when there are more, the smaller half is joined.
 */
export class FlowTable {
  readonly #keep: number
  readonly #flows = new Map<string, FlowCount>()
  #others: FlowCount | undefined

  constructor(keep: number) {
    this.#keep = keep
  }

  of(name: string): FlowCount {
    const known = this.#flows.get(name)
    if (known !== undefined) return known
    if (this.#flows.size >= 2 * this.#keep) this.#shrink()
    const made = new FlowCount()
    // A copy, so that a name does not keep alive the text it was cut from.
    this.#flows.set(Buffer.from(name).toString(), made)
    return made
  }

  /** Those with the most logged bytes first, then those with the most recorded. */
  top(): TopFlows {
    if (this.#flows.size > this.#keep) this.#shrink()
    const rows = [...this.#flows]
      .map(([name, count]) => ({ name, ...count.flow }))
      .sort(
        (a, b) =>
          b.logged.bytes - a.logged.bytes ||
          b.recorded.bytes - a.recorded.bytes ||
          (a.name < b.name ? -1 : 1),
      )
    return { rows, others: this.#others?.flow }
  }

  #shrink(): void {
    const sorted = [...this.#flows].sort(
      ([a, one], [b, other]) => other.recordedBytes - one.recordedBytes || (a < b ? -1 : 1),
    )
    this.#others ??= new FlowCount()
    for (const [name, count] of sorted.slice(this.#keep)) {
      this.#others.join(count)
      this.#flows.delete(name)
    }
  }
}
