import { resolve } from 'node:path'
import { systemClock } from '../../base/clock.ts'
import { exportEvidence } from '../../investigate/evidence/export.ts'
import { writeUse } from '../../investigate/evidence/issues.ts'
import { contentOf } from '../../pipeline/analyze.ts'
import { writeAnswer } from '../answer.ts'
import type { Given } from '../command.ts'
import {
  required,
  selectionOf,
  selectionWords,
  signingKey,
  withEvidence,
} from '../evidence-request.ts'
import { counted } from '../output/words.ts'
import { allRules } from '../rule-files.ts'
import { EXIT, type Shell } from '../shell.ts'
import { userName } from '../user-name.ts'
import { version } from '../version.ts'

/** Runs `deckwatch evidence export`. */
export const runEvidenceExport = async (given: Given, shell: Shell): Promise<number> => {
  const folder = required(given, 'out', 'FOLDER')
  const selection = selectionOf(given)
  const key = await signingKey(given)
  const rules = contentOf(await allRules([]))
  const by = userName()
  const manifest = await withEvidence(given, async ({ store }) => {
    const use = `${by} exported ${selectionWords(given)} to ${resolve(folder)}`
    await writeUse(store, systemClock, 'evidence/exported', use)
    return exportEvidence({
      ...{ store, folder, selection, key, rules, by },
      clock: systemClock,
      tool: `deckwatch ${version()}`,
    })
  })
  const events = manifest.sources.reduce((sum, source) => sum + source.events, 0)
  const lines = [
    `${counted(events, 'event')} of ${counted(manifest.sources.length, 'log')} in ${folder}`,
    `SHA-256 of the public key: ${manifest.public_key_sha256}`,
    `to verify: deckwatch evidence verify ${folder}`,
  ]
  const record = { folder, events, publicKeySha256: manifest.public_key_sha256 }
  await writeAnswer(given, shell, lines, { ...record, logs: manifest.sources.length })
  return EXIT.nothing
}
