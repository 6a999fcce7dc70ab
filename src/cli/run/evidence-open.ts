import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { systemClock } from '../../base/clock.ts'
import { escapeTerminal } from '../../base/escape-text.ts'
import { writeUse } from '../../investigate/evidence/issues.ts'
import { openOriginals } from '../../investigate/evidence/open.ts'
import { openSealed } from '../../store/seal.ts'
import { writeAnswer } from '../answer.ts'
import type { Given } from '../command.ts'
import { pemIn, required, selectionOf, selectionWords, withEvidence } from '../evidence-request.ts'
import { counted } from '../output/words.ts'
import { CommandError, codeOf, EXIT, type Shell } from '../shell.ts'
import { userName } from '../user-name.ts'

/** Runs `deckwatch evidence open`. Exits with 2 when some seal does not open. */
export const runEvidenceOpen = async (given: Given, shell: Shell): Promise<number> => {
  const [key, out] = [required(given, 'key', 'FILE'), required(given, 'out', 'FILE')]
  const selection = selectionOf(given)
  const privateKey = await pemIn(key)
  openSealed(privateKey) // A key that is none is known before anything is written.
  const file = await newFile(out)
  const refused = new Map<string, number>()
  let opened = 0
  try {
    await withEvidence(given, async ({ store }) => {
      const use = `${userName()} opened originals with ${key}: ${selectionWords(given)}`
      await writeUse(store, systemClock, 'evidence/opened', use)
      for await (const one of openOriginals(store, privateKey, selection)) {
        if (one.kind === 'refused') {
          const why = `${one.message} (${one.code})`
          refused.set(why, (refused.get(why) ?? 0) + 1)
          continue
        }
        await file.appendFile(Buffer.concat([one.bytes, NEWLINE]))
        opened += 1
      }
    })
  } finally {
    await file.close()
  }
  const lines = [`${counted(opened, 'original')} in ${out}`]
  const refusals = Object.fromEntries(refused)
  await writeAnswer(given, shell, lines, { file: out, opened, refused: refusals })
  for (const [why, times] of refused) {
    await shell.errors.write(`not opened: ${counted(times, 'original')}: ${escapeTerminal(why)}\n`)
  }
  return refused.size === 0 ? EXIT.nothing : EXIT.badInput
}

const NEWLINE = Buffer.from('\n')

const newFile = async (path: string): ReturnType<typeof open> => {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  try {
    return await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${path} cannot be made${codeOf(error)}`,
      'name a new file with --out',
      error,
    )
  }
}
