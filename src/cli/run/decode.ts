import { escapeTerminal } from '../../base/escape-text.ts'
import type { Issue } from '../../base/issue.ts'
import { toCanonical } from '../../decode/canonical.ts'
import { redactText } from '../../decode/redact.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Input } from '../../source/inputs.ts'
import type { Given } from '../command.ts'
import { AUDIT_ID_SHORT } from '../find-event.ts'
import { withoutEvents } from '../hunt-problems.ts'
import { sourceNames } from '../hunt-request.ts'
import { IssueWriter } from '../issue-writer.ts'
import { jsonLine } from '../output/machine.ts'
import { type EventVisitor, readEvents } from '../read-events.ts'
import { EXIT, type Output, type Shell } from '../shell.ts'
import { checkWritable, type FileOutput, openFile } from '../write-file.ts'

/** Runs `deckwatch decode`. */
export const runDecode = async (given: Given, shell: Shell): Promise<number> => {
  const decoding = new Decoding(given, shell)
  for (const file of decoding.files) if (file !== undefined) await checkWritable(file)
  const request = {
    paths: given.arguments,
    sources: sourceNames(given),
    strict: given.on('strict'),
    signal: shell.signal,
  }
  const empty = await readEvents(request, decoding)
  return decoding.finish(empty)
}

/** Writes events and issues as they are read, and knows how it ended. */
class Decoding implements EventVisitor {
  readonly #given: Given
  readonly #shell: Shell
  readonly #issues: IssueWriter
  readonly #opened: FileOutput[] = []
  #writer: Writer | undefined
  #inputs: readonly Input[] = []

  constructor(given: Given, shell: Shell) {
    this.#given = given
    this.#shell = shell
    this.#issues = new IssueWriter(shell, given.on('strict'))
  }

  /** The files to write to: the events', and the issues'. */
  get files(): readonly [string | undefined, string | undefined] {
    return [this.#given.text('output'), this.#given.text('issues')]
  }

  async begin(inputs: readonly Input[]): Promise<void> {
    this.#inputs = inputs
    const [output, issues] = this.files
    this.#issues.writeTo(await this.#open(issues))
    const events = (await this.#open(output)) ?? this.#shell.output
    this.#writer = writerFor(this.#given.text('format') ?? 'ndjson', events)
    await this.#writer.open()
  }

  async events(events: readonly AuditEvent[]): Promise<void> {
    await this.#writer?.write(events)
    await this.#issues.flush()
  }

  issue(issue: Issue): void {
    this.#issues.add(issue)
  }

  /** Writes the rest; gives the exit code. */
  async finish(empty: readonly Input[]): Promise<number> {
    await this.#writer?.close()
    const interrupted = this.#shell.signal.aborted
    if (!interrupted && (this.#inputs.length > 0 || !this.#issues.isBad)) {
      const files = empty.map((input) => input.path)
      const named = this.#given.arguments
      for (const issue of withoutEvents(files, this.#inputs.length, named)) this.issue(issue)
    }
    await this.#issues.close()
    for (const file of this.#opened) await file.close()
    if (interrupted) return EXIT.interrupted
    return this.#issues.isBad ? EXIT.badInput : EXIT.nothing
  }

  async #open(file: string | undefined): Promise<FileOutput | undefined> {
    if (file === undefined) return undefined
    const logs = this.#inputs.map((input) => input.path)
    const opened = await openFile(file, logs)
    this.#opened.push(opened)
    return opened
  }
}

interface Writer {
  open(): Promise<void>
  write(events: readonly AuditEvent[]): Promise<void>
  close(): Promise<void>
}

function writerFor(format: string, output: Output): Writer {
  let first = true
  const json = (event: AuditEvent): string => {
    const comma = first ? '\n' : ',\n'
    first = false
    return comma + jsonLine(toCanonical(event))
  }
  const isArray = format === 'json'
  const line = isArray
    ? json
    : format === 'text'
      ? eventLine
      : (event: AuditEvent) => `${jsonLine(toCanonical(event))}\n`
  return {
    open: async () => {
      if (isArray) await output.write('[')
    },
    write: async (events) => {
      for (let at = 0; at < events.length; at += LINES_AT_ONCE) {
        await output.write(
          events
            .slice(at, at + LINES_AT_ONCE)
            .map(line)
            .join(''),
        )
      }
    },
    close: async () => {
      if (isArray) await output.write('\n]\n')
    },
  }
}

/** Keeps a chunk small enough that a slow reader is felt, and large enough to be cheap. */
const LINES_AT_ONCE = 256

/** `2026-11-20T21:53:13.242724Z 1ddce0e2 ResponseComplete 200 mallory get pods/exec shop/web-1` */
function eventLine(event: AuditEvent): string {
  const { objectRef, responseStatus, user, impersonatedUser } = event
  const resource = [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')
  const place = [objectRef?.namespace, objectRef?.name].filter(Boolean).join('/')
  const name = user.username ?? '(unauthenticated)'
  const who =
    impersonatedUser === undefined ? name : `${name} as ${impersonatedUser.username ?? '-'}`
  const target = objectRef === undefined ? pathOf(event) : `${resource} ${place}`
  const code = responseStatus?.code ?? '-'
  const id = event.auditID?.slice(0, AUDIT_ID_SHORT) ?? '-'
  const words = [event.stageTimestamp, id, event.stage, code, who, event.verb, target.trim()]
  return `${escapeTerminal(redactText(words.join(' ')))}\n`
}

/** The query may hold anything, a token too: it is left out. */
const pathOf = (event: AuditEvent): string => (event.requestURI ?? '-').replace(/\?.*$/s, '?…')
