import type { Issue } from '../base/issue.ts'
import { decodeBlock } from '../decode/decode.ts'
import type { AuditEvent } from '../model/event.ts'
import { openBlocks } from '../source/blocks.ts'
import { type Input, listInputs, type SourceName } from '../source/inputs.ts'

/** What to read events of. */
export interface EventRequest {
  readonly paths: readonly string[]
  readonly sources: readonly SourceName[]
  readonly strict: boolean
  readonly signal: AbortSignal
  /** Which inputs to read; all, without it. */
  readonly only?: (input: Input) => boolean
}

/** Who gets what is read, block by block: the reading waits for each call. */
export interface EventVisitor {
  /** Called once with what will be read, before it is. */
  begin?(inputs: readonly Input[]): Promise<void>
  /**
   * The events of a block, with its bytes and the offset of the first. They do not outlive the
   * call.
   */
  events(events: readonly AuditEvent[], bytes: Uint8Array, offset: number): Promise<void>
  issue(issue: Issue): void
}

/** Reads and decodes all inputs in order; gives those that hold no event. */
export const readEvents = async (
  request: EventRequest,
  visitor: EventVisitor,
): Promise<readonly Input[]> => {
  const { inputs, issues } = await listInputs(request.paths, request.sources)
  for (const issue of issues) visitor.issue(issue)
  await visitor.begin?.(inputs)
  const empty: Input[] = []
  for (const input of inputs) {
    if (request.signal.aborted) break
    if (request.only?.(input) === false) continue
    const events = await readInput(input, request, visitor)
    if (events === 0) empty.push(input)
  }
  return empty
}

async function readInput(
  input: Input,
  { strict, signal }: EventRequest,
  visitor: EventVisitor,
): Promise<number> {
  const reading = openBlocks(input, signal, { sha256: false })
  let count = 0
  for await (const { bytes, offset, source } of reading) {
    const events: AuditEvent[] = []
    const sink = {
      event: (event: AuditEvent) => events.push(event),
      issue: (issue: Issue) => visitor.issue(issue),
      shape: () => {},
    }
    decodeBlock(bytes, offset, source, { strict }, sink)
    count += events.length
    await visitor.events(events, bytes, offset)
  }
  for (const issue of reading.ending().issues) visitor.issue(issue)
  return count
}
