import { escapeTerminal } from '../../base/escape-text.ts'
import type { Issue } from '../../base/issue.ts'
import { LIMIT } from '../../base/limit.ts'
import { toCanonical } from '../../decode/canonical.ts'
import { redactText } from '../../decode/redact.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { Given } from '../command.ts'
import { isProblem } from '../hunt-problems.ts'
import { sourceNames } from '../hunt-request.ts'
import { issueText } from '../issue-lines.ts'
import { jsonLine } from '../output/machine.ts'
import { counted } from '../output/words.ts'
import { readEvents } from '../read-events.ts'
import { EXIT, type Output, type Shell } from '../shell.ts'
import { openFile } from '../write-file.ts'

/** Runs `deckwatch decode`. */
export const runDecode = async (given: Given, shell: Shell): Promise<number> => {
  const file = given.text('output')
  const opened = file === undefined ? undefined : await openFile(file)
  const output = opened ?? shell.output
  const issues = await openIssues(given, shell)
  const writer = writerFor(given.text('format') ?? 'ndjson', output)
  const request = {
    paths: given.arguments,
    sources: sourceNames(given),
    strict: given.on('strict'),
    signal: shell.signal,
  }
  await writer.open()
  const empty = await readEvents(request, {
    events: async (events) => {
      await writer.write(events)
      await issues.flush()
    },
    issue: (issue) => issues.add(issue),
  })
  await writer.close()
  for (const input of empty) {
    if (given.arguments.includes(input.path) && !shell.signal.aborted) {
      const message = 'no audit event in this file'
      issues.add({ code: 'cli/no-events', message, at: { file: input.path } })
    }
  }
  await issues.close()
  await opened?.close()
  if (shell.signal.aborted) return EXIT.interrupted
  return issues.isBad() ? EXIT.badInput : EXIT.nothing
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

interface IssueWriter {
  add(issue: Issue): void
  flush(): Promise<void>
  close(): Promise<void>
  /** Whether one of them makes the input bad. */
  isBad(): boolean
}

/** Issues go to a file whole, else to the errors: so many of each code, and then their number. */
async function openIssues(given: Given, shell: Shell): Promise<IssueWriter> {
  const file = given.text('issues')
  const opened = file === undefined ? undefined : await openFile(file)
  const counts = new Map<string, number>()
  let waiting = ''
  let problems = 0
  const flush = async (): Promise<void> => {
    const text = waiting
    waiting = ''
    if (text !== '') await (opened ?? shell.errors).write(text)
  }
  return {
    flush,
    add: (issue) => {
      const nth = (counts.get(issue.code) ?? 0) + 1
      counts.set(issue.code, nth)
      if (isProblem(issue, given.on('strict'))) problems += 1
      if (opened !== undefined) waiting += `${jsonLine(issue)}\n`
      else if (nth <= LIMIT.textRowsMax) waiting += issueText(issue)
    },
    close: async () => {
      for (const [code, all] of counts) {
        const hidden = all - LIMIT.textRowsMax
        if (opened === undefined && hidden > 0)
          waiting += `… and ${counted(hidden, 'more issue')} of ${code}\n`
      }
      await flush()
      await opened?.close()
    },
    isBad: () => problems > 0,
  }
}
