import { systemClock } from '../../base/clock.ts'
import type { Issue } from '../../base/issue.ts'
import { serve } from '../../pipeline/pipeline.ts'
import type { Importing, ServeHooks } from '../../pipeline/serve/running.ts'
import { openImport } from '../../source/import.ts'
import { listInputs } from '../../source/inputs.ts'
import type { Given } from '../command.ts'
import { sourceNames, wrong } from '../hunt-request.ts'
import { writeIssues } from '../issue-lines.ts'
import { counted } from '../output/words.ts'
import { openProgramLog } from '../program-log.ts'
import { findingWriter } from '../serve-output.ts'
import { EXIT, type Shell } from '../shell.ts'
import { sendLogs } from './replay-send.ts'
import { importConfig, serveOptions } from './serve.ts'

/** Runs `deckwatch replay`. */
export const runReplay = async (given: Given, shell: Shell): Promise<number> => {
  const to = given.text('to')
  return to === undefined ? importLogs(given, shell) : send(given, to, shell)
}

const send = async (given: Given, to: string, shell: Shell): Promise<number> => {
  const url = URL.parse(to)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrong(`--to "${to}" is no address`, 'write it as --to http://127.0.0.1:8443')
  }
  const speed = Number(given.text('speed'))
  if (!(speed >= 0) || speed > SPEED_MAX) {
    throw wrong(`--speed "${given.text('speed')}" is no speed`, 'give a number such as 20, or 0')
  }
  const { inputs, issues } = await listInputs(given.arguments, sourceNames(given))
  await writeIssues(issues, shell)
  const sent = await sendLogs({ inputs, to: url, speed, asNow: given.on('as-now') }, shell)
  await shell.errors.write(
    `sent ${counted(sent.events, 'event')} in ${counted(sent.bodies, 'batch', 'batches')}\n`,
  )
  return shell.signal.aborted ? EXIT.interrupted : EXIT.nothing
}

const SPEED_MAX = 1_000_000

const importLogs = async (given: Given, shell: Shell): Promise<number> => {
  const options = await serveOptions(given, await importConfig(given))
  const result = { events: 0, findings: 0, storedBytes: 0, issues: [] as readonly Issue[] }
  const importing: Importing = async (keep, stored, signal) => {
    const reading = await openImport({
      paths: given.arguments,
      names: sourceNames(given),
      stored,
      clock: systemClock,
      signal,
    })
    for await (const { delivery, bytes } of reading) await keep(delivery, bytes)
    result.issues = reading.issues()
    result.storedBytes = reading.storedBytes()
  }
  const write = findingWriter(given, shell)
  const hooks: ServeHooks = {
    finding: (told, isUpdate) => {
      if (!isUpdate) result.findings += 1
      write(told, isUpdate)
    },
    analyzed: (events) => {
      result.events += events
    },
    log: openProgramLog(shell),
  }
  await serve({ ...options, importing }, hooks, shell.signal)
  await writeIssues(result.issues, shell)
  const known =
    result.storedBytes === 0 ? '' : `; ${counted(result.storedBytes, 'byte')} were stored already`
  const found = counted(result.findings, 'finding')
  await shell.errors.write(`stored ${counted(result.events, 'event')}, ${found}${known}\n`)
  if (shell.signal.aborted) return EXIT.interrupted
  return result.findings > 0 ? EXIT.findings : EXIT.nothing
}
