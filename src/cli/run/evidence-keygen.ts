import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFingerprint } from '../../investigate/evidence/export.ts'
import { newSealKeys } from '../../store/seal.ts'
import { writeAnswer } from '../answer.ts'
import type { Given } from '../command.ts'
import { publicKeyIn, required } from '../evidence-request.ts'
import { CommandError, codeOf, EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch evidence keygen`. A key that is there is never written over. */
export const runEvidenceKeygen = async (given: Given, shell: Shell): Promise<number> => {
  const [name = ''] = given.arguments
  const { privateKey, publicKey } = newSealKeys(randomBytes)
  const files = [
    { path: `${name}.key.pem`, text: privateKey },
    { path: `${name}.pub.pem`, text: publicKey },
  ]
  for (const { path, text } of files) await writeNew(path, text)
  const lines = [
    `${name}.pub.pem: give it to deckwatch serve --seal-key`,
    `${name}.key.pem: keep it on another machine; it opens what is sealed from now on`,
  ]
  const record = { publicKey: `${name}.pub.pem`, privateKey: `${name}.key.pem` }
  await writeAnswer(given, shell, lines, record)
  return EXIT.nothing
}

/** Runs `deckwatch evidence key`. */
export const runEvidenceKey = async (given: Given, shell: Shell): Promise<number> => {
  const data = required(given, 'data', 'DIR')
  const key = await publicKeyIn(join(data, 'keys', 'evidence.pub.pem'))
  const pem = key.export({ type: 'spki', format: 'pem' }).toString()
  const sha256 = keyFingerprint(key)
  await writeAnswer(given, shell, pem.trimEnd().split('\n'), { publicKey: pem, sha256 })
  await shell.errors.write(`SHA-256 of the public key: ${sha256}\n`)
  return EXIT.nothing
}

const writeNew = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${path} cannot be made${codeOf(error)}`,
      'take a name that is not used yet',
      error,
    )
  }
}
