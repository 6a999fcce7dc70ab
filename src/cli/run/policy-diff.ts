import { LogComparer, type LogComparison } from '../../advise/policy/compare-logs.ts'
import { coverageOf } from '../../advise/policy/coverage.ts'
import { coverageChanges, diffPolicies } from '../../advise/policy/diff.ts'
import { RecordedEvent } from '../../advise/policy/simulate-record.ts'
import type { Given } from '../command.ts'
import { readCoveredRules } from '../covered-rules.ts'
import { wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { paletteOf } from '../output/palette.ts'
import { type DetectionChanges, diffRecord } from '../output/policy-diff-record.ts'
import { diffLines } from '../output/policy-diff-text.ts'
import { type EventsRead, readPolicyEvents } from '../policy-events.ts'
import { type AcceptedPolicy, nameOf, readPolicy } from '../policy-file.ts'
import { columnsOf, EXIT, type Shell, wantsColour } from '../shell.ts'

/** Runs `deckwatch policy diff`: 1 when anything is logged otherwise. */
export const runPolicyDiff = async (given: Given, shell: Shell): Promise<number> => {
  const [old = '', now = '', ...paths] = given.arguments
  if ([old, now, ...paths].filter((path) => path === '-').length > 1) {
    throw wrong('only one of them can come from the standard input', 'give files')
  }
  const before = await readPolicy(old, shell)
  const after = await readPolicy(now, shell)
  const logs = await compareLogs(given, paths, before, after, shell)
  if (logs !== undefined && logs.read.events === 0) return logs.read.exit
  const diff = diffPolicies(before.policy, after.policy)
  const isSame = diff.classes.length === 0 && diff.untold === 0
  const compared = {
    before: { file: nameOf(old), loaded: before },
    after: { file: nameOf(now), loaded: after },
    diff,
    detections: isSame ? undefined : await detectionsOf(given, before, after, shell),
    logs,
  }
  if (given.text('format') === 'json') {
    await shell.output.write(`${jsonLine(diffRecord(compared))}\n`)
  } else {
    const palette = paletteOf(wantsColour(shell.output, shell, given.on('no-color')))
    const lines = diffLines(compared, columnsOf(shell.output, shell), palette)
    await shell.output.write(`${lines.join('\n')}\n`)
  }
  if (logs !== undefined && logs.read.exit !== EXIT.nothing) return logs.read.exit
  return isSame ? EXIT.nothing : EXIT.findings
}

/** Undefined where no logs are given. */
async function compareLogs(
  given: Given,
  paths: readonly string[],
  before: AcceptedPolicy,
  after: AcceptedPolicy,
  shell: Shell,
): Promise<{ readonly read: EventsRead; readonly comparison: LogComparison } | undefined> {
  if (paths.length === 0) return undefined
  const comparer = new LogComparer(before.policy, after.policy)
  const read = await readPolicyEvents(given, paths, shell, (event, block, offset) => {
    comparer.add(new RecordedEvent(event, block, offset))
  })
  return { read, comparison: comparer.result() }
}

async function detectionsOf(
  given: Given,
  before: AcceptedPolicy,
  after: AcceptedPolicy,
  shell: Shell,
): Promise<DetectionChanges> {
  const asked = { rules: given.texts('rules'), lists: given.texts('lists'), only: [] }
  const covered = await readCoveredRules(asked, shell)
  const [old, now] = [coverageOf(covered, before.policy), coverageOf(covered, after.policy)]
  return { ...coverageChanges(old, now), rules: now.rules.length }
}
