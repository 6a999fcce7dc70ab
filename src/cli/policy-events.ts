import type { Issue } from '../base/issue.ts'
import type { AuditEvent } from '../model/event.ts'
import type { Input } from '../source/inputs.ts'
import type { Given } from './command.ts'
import { withoutEvents } from './hunt-problems.ts'
import { sourceNames } from './hunt-request.ts'
import { IssueWriter } from './issue-writer.ts'
import { type EventVisitor, readEvents } from './read-events.ts'
import { EXIT, type Shell } from './shell.ts'

/** Gets each event with the block of bytes that holds it, and the offset of the block. */
export type EventTaker = (event: AuditEvent, block: Uint8Array, offset: number) => void

/** How the reading of events ended. */
export interface EventsRead {
  readonly events: number
  /** Names of the API servers, as `cluster/server`, in order. */
  readonly servers: readonly string[]
  /** 0, or why the command cannot end well. */
  readonly exit: number
}

/**
 * Reads the events of logs, tells what is wrong with them, and hands each event on. What it is to
 * wait for after the events of a block is done by `afterBlock`.
 */
export const readPolicyEvents = async (
  given: Given,
  paths: readonly string[],
  shell: Shell,
  take: EventTaker,
  afterBlock: () => Promise<void> = async () => {},
): Promise<EventsRead> => {
  const reading = new Reading(shell, take, afterBlock)
  const { signal } = shell
  const request = { paths, sources: sourceNames(given), strict: false, signal }
  const empty = await readEvents(request, reading)
  return reading.finish(paths, empty)
}

class Reading implements EventVisitor {
  readonly #shell: Shell
  readonly #take: EventTaker
  readonly #afterBlock: () => Promise<void>
  readonly #issues: IssueWriter
  readonly #servers = new Set<string>()
  #inputs: readonly Input[] = []
  #events = 0

  constructor(shell: Shell, take: EventTaker, afterBlock: () => Promise<void>) {
    this.#shell = shell
    this.#take = take
    this.#afterBlock = afterBlock
    this.#issues = new IssueWriter(shell, false)
  }

  async begin(inputs: readonly Input[]): Promise<void> {
    this.#inputs = inputs
  }

  async events(events: readonly AuditEvent[], block: Uint8Array, offset: number): Promise<void> {
    for (const event of events) {
      const { cluster, server } = event.origin.source
      this.#servers.add(`${cluster}/${server}`)
      this.#take(event, block, offset)
    }
    this.#events += events.length
    await this.#afterBlock()
    await this.#issues.flush()
  }

  issue(issue: Issue): void {
    this.#issues.add(issue)
  }

  async finish(paths: readonly string[], empty: readonly Input[]): Promise<EventsRead> {
    const { aborted } = this.#shell.signal
    if (!aborted && (this.#inputs.length > 0 || !this.#issues.isBad)) {
      const files = empty.map((input) => input.path)
      for (const issue of withoutEvents(files, this.#inputs.length, paths)) this.issue(issue)
    }
    await this.#issues.close()
    const exit = aborted ? EXIT.interrupted : this.#issues.isBad ? EXIT.badInput : EXIT.nothing
    return { events: this.#events, servers: [...this.#servers].sort(), exit }
  }
}
