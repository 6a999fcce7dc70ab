import { systemClock } from '../../base/clock.ts'
import type { SourcesReport } from '../../model/source-health.ts'
import { storedSources } from '../../pipeline/completeness/stored-sources.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { sourcesText } from '../output/sources-text.ts'
import { reachStore } from '../reach-store.ts'
import { readSourcesReport } from '../read-sources-report.ts'
import { CommandError, columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch sources`. */
export const runSources = async (given: Given, shell: Shell): Promise<number> => {
  const report = await reportFrom(given, shell)
  if (given.text('format') === 'json') await shell.output.write(`${jsonLine(report)}\n`)
  else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    await shell.output.write(sourcesText(report, columnsOf(shell.output, shell), palette))
  }
  return report.sources.some(({ troubles }) => troubles.length > 0) ? EXIT.findings : EXIT.nothing
}

const reportFrom = async (given: Given, shell: Shell): Promise<SourcesReport> => {
  const isStored = given.text('data') !== undefined || given.text('store') !== undefined
  if (!isStored) return askStatus(given.text('status') ?? DEFAULT_STATUS, shell)
  if (given.text('status') !== undefined) {
    throw wrong('--status asks an instance that runs', 'leave --data and --store away')
  }
  const { store, close } = await reachStore(given)
  try {
    return await storedSources(store, systemClock.nowUs())
  } finally {
    await close()
  }
}

const DEFAULT_STATUS = 'http://127.0.0.1:9464'

const askStatus = async (status: string, shell: Shell): Promise<SourcesReport> => {
  const url = URL.parse('sources', `${status.replace(/\/$/, '')}/`)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw wrong(`--status "${status}" is no URL`, `write it as ${DEFAULT_STATUS}`)
  }
  const signal = AbortSignal.any([shell.signal, AbortSignal.timeout(TIMEOUT_MS)])
  let text: string
  try {
    const answer = await fetch(url, { signal, redirect: 'error' })
    if (!answer.ok) throw new Error(`it answers ${answer.status}`)
    text = await answer.text()
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `nothing tells its status at ${url.origin}: ${wordsOf(error)}`,
      'start deckwatch serve, give its --status, or --data of one that does not run',
      error,
    )
  }
  const report = readSourcesReport(text)
  if (report !== undefined) return report
  throw new CommandError(
    EXIT.environment,
    `what answers at ${url.origin} is not deckwatch, or another version of it`,
    'give the address of deckwatch serve --status',
  )
}

/** fetch says what happened in the cause of its error. */
const wordsOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : 'no answer'
}

const TIMEOUT_MS = 10_000
