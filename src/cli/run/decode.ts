import { escapeTerminal } from '../../base/escape-text.ts'
import type { Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { toCanonical } from '../../decode/canonical.ts'
import { redactText } from '../../decode/redact.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Given } from '../command.ts'
import { isProblem, withoutEvents } from '../hunt-problems.ts'
import { sourceNames } from '../hunt-request.ts'
import { issueText } from '../issue-lines.ts'
import { jsonLine } from '../output/machine.ts'
import { counted } from '../output/words.ts'
import { readEvents } from '../read-events.ts'
import { EXIT, type Output, type Shell } from '../shell.ts'
import { checkWritable, type FileOutput, openFile } from '../write-file.ts'

/** Runs `deckwatch decode`. */
export const runDecode = async (given: Given, shell: Shell): Promise<number> => {
  const named = [given.text('output'), given.text('issues')]
  for (const file of named) if (file !== undefined) await checkWritable(file)
  const request = {
    paths: given.arguments,
    sources: sourceNames(given),
    strict: given.on('strict'),
    signal: shell.signal,
  }
  const files: FileOutput[] = []
  const issues = new IssueWriter(shell, given.on('strict'))
  let writer: Writer | undefined
  let inputCount = 0
  const empty = await readEvents(request, {
    begin: async (inputs) => {
      inputCount = inputs.length
      const logs = inputs.map((input) => input.path)
      const [output, list] = await Promise.all(
        named.map(async (file) => {
          if (file === undefined) return undefined
          const opened = await openFile(file, logs)
          files.push(opened)
          return opened
        }),
      )
      issues.writeTo(list)
      writer = writerFor(given.text('format') ?? 'ndjson', output ?? shell.output)
      await writer.open()
    },
    events: async (events) => {
      await writer?.write(events)
      await issues.flush()
    },
    issue: (issue) => issues.add(issue),
  })
  await writer?.close()
  if (!shell.signal.aborted && (inputCount > 0 || !issues.isBad)) {
    const files = empty.map((input) => input.path)
    for (const issue of withoutEvents(files, inputCount, given.arguments)) issues.add(issue)
  }
  await issues.close()
  for (const file of files) await file.close()
  if (shell.signal.aborted) return EXIT.interrupted
  return issues.isBad ? EXIT.badInput : EXIT.nothing
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

/** `2026-11-20T21:53:13.242724Z ResponseComplete 200 mallory get pods/exec shop/web-1` */
function eventLine(event: AuditEvent): string {
  const { objectRef, responseStatus, user, impersonatedUser } = event
  const resource = [objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')
  const place = [objectRef?.namespace, objectRef?.name].filter(Boolean).join('/')
  const name = user.username ?? '(unauthenticated)'
  const who =
    impersonatedUser === undefined ? name : `${name} as ${impersonatedUser.username ?? '-'}`
  const target = objectRef === undefined ? pathOf(event) : `${resource} ${place}`
  const code = responseStatus?.code ?? '-'
  const words = [event.stageTimestamp, event.stage, code, who, event.verb, target.trim()]
  return `${escapeTerminal(redactText(words.join(' ')))}\n`
}

/** The query may hold anything, a token too: it is left out. */
const pathOf = (event: AuditEvent): string => (event.requestURI ?? '-').replace(/\?.*$/s, '?…')

/** Issues go to a file whole, else to the errors: so many of each code, and then their number. */
class IssueWriter {
  readonly #shell: Shell
  readonly #strict: boolean
  readonly #counts = new Map<string, number>()
  #file: Output | undefined
  #waiting: Issue[] = []
  #bad = false

  constructor(shell: Shell, strict: boolean) {
    this.#shell = shell
    this.#strict = strict
  }

  /** Whether one of them makes the input bad. */
  get isBad(): boolean {
    return this.#bad
  }

  writeTo(file: Output | undefined): void {
    this.#file = file
  }

  add(issue: Issue): void {
    const nth = (this.#counts.get(issue.code) ?? 0) + 1
    this.#counts.set(issue.code, nth)
    this.#bad ||= isProblem(issue, this.#strict)
    if (this.#file !== undefined || nth <= LIMIT.textRowsMax) this.#waiting.push(issue)
  }

  async flush(): Promise<void> {
    const asText = this.#file === undefined ? issueText : (one: Issue) => `${jsonLine(one)}\n`
    const text = this.#waiting.map(asText).join('')
    this.#waiting = []
    if (text !== '') await (this.#file ?? this.#shell.errors).write(text)
  }

  async close(): Promise<void> {
    await this.flush()
    if (this.#file !== undefined) return
    for (const [code, all] of this.#counts) {
      const hidden = all - LIMIT.textRowsMax
      if (hidden <= 0) continue
      await this.#shell.errors.write(`… and ${counted(hidden, 'more issue')} of ${code}\n`)
    }
  }
}
