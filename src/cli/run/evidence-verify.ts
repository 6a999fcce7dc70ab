import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { escapeTerminal } from '../../base/escape-text.ts'
import type { Verification } from '../../investigate/evidence/problem.ts'
import { verifyExport } from '../../investigate/evidence/verify-export.ts'
import { verifyStore } from '../../investigate/evidence/verify-store.ts'
import type { Given } from '../command.ts'
import { publicKeys, withEvidence } from '../evidence-request.ts'
import { wrong } from '../hunt-request.ts'
import { count, counted } from '../output/words.ts'
import { EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch evidence verify`. */
export const runEvidenceVerify = async (given: Given, shell: Shell): Promise<number> => {
  const [folder] = given.arguments
  const anchors = given.texts('anchor')
  const verification = await (folder === undefined
    ? verifyStored(given, anchors)
    : verifyExport({ folder, keys: await publicKeys(given), anchors }))
  await shell.output.write(
    given.text('format') === 'json'
      ? `${JSON.stringify(verification, undefined, 2)}\n`
      : `${linesOf(verification).map(escapeTerminal).join('\n')}\n`,
  )
  return verification.problemCount === 0 ? EXIT.nothing : EXIT.findings
}

const verifyStored = async (given: Given, named: readonly string[]): Promise<Verification> => {
  const keys = await publicKeys(given)
  if (keys.length === 0) {
    throw wrong(
      'it is not said by which key signatures are verified',
      'give --public-key FILE, or the data directory with --data',
    )
  }
  const anchors = named.length > 0 ? named : ownAnchor(given)
  return withEvidence(given, ({ store }) => verifyStore({ store, keys, anchors }))
}

/** The anchor of a data directory that has no other. */
const ownAnchor = (given: Given): readonly string[] => {
  const data = given.text('data')
  const file = data === undefined ? undefined : join(data, 'anchor.ndjson')
  return file !== undefined && existsSync(file) ? [file] : []
}

const linesOf = ({ sources, problems, problemCount, notes }: Verification): readonly string[] => [
  ...sources.map(
    ({ name, links, events, removed }) =>
      `${name}: ${counted(links, 'link')}, ${counted(events, 'event')} intact` +
      (removed === 0 ? '' : `, ${count(removed)} removed by retention`),
  ),
  ...problems.map(({ kind, at, message }) => `${kind}: ${at}: ${message}`),
  ...(problemCount > problems.length
    ? [`and ${counted(problemCount - problems.length, 'more problem')}`]
    : []),
  ...notes.map((note) => `note: ${note}`),
  problemCount === 0 ? 'intact' : `NOT INTACT: ${counted(problemCount, 'problem')}`,
]
