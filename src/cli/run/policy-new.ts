import { type AuthorWishes, authorPolicy } from '../../advise/policy/author/author.ts'
import { isNoise } from '../../advise/policy/author/noise.ts'
import { policyText } from '../../advise/policy/author/policy-file.ts'
import { PRESETS, type PresetName, type ReceivedStages } from '../../advise/policy/author/preset.ts'
import { toJson } from '../../kubernetes/audit-policy/load/to-json.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { jsonLine } from '../output/machine.ts'
import { EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch policy new`. */
export const runPolicyNew = async (given: Given, shell: Shell): Promise<number> => {
  const [name] = given.arguments
  const isJson = given.text('format') === 'json'
  if (name === undefined) {
    await shell.output.write(isJson ? `${jsonLine(PRESETS)}\n` : presetsText())
    return EXIT.nothing
  }
  const authored = authorPolicy(presetNamed(name), wishesOf(given))
  await shell.output.write(isJson ? `${jsonLine(toJson(authored.policy))}\n` : policyText(authored))
  return EXIT.nothing
}

const presetNamed = (name: string): PresetName => {
  const found = PRESETS.find((one) => one.name === name)
  if (found !== undefined) return found.name
  throw wrong(
    `there is no preset "${name}"`,
    `the presets are ${PRESETS.map((one) => one.name).join(', ')}: deckwatch policy new says what each is for`,
  )
}

const wishesOf = (given: Given): AuthorWishes => {
  const managedFields = given.text('managed-fields')
  const received = given.text('received')
  return {
    keep: given.texts('keep').filter(isNoise),
    tenants: given.texts('tenant').map(namespaceNamed),
    // The choices of the declaration are these, and nothing else comes through.
    received: received as ReceivedStages | undefined,
    managedFields: managedFields === undefined ? undefined : managedFields === 'keep',
  }
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const namespaceNamed = (name: string): string => {
  if (NAMESPACE.test(name)) return name
  throw wrong(`"${name}" is no name of a namespace`, 'a policy knows no patterns: name each one')
}

const presetsText = (): string => {
  const rows = PRESETS.map(({ name, about }) => `${name.padEnd(NAME_COLUMNS)}${about}`)
  return `${rows.join('\n')}\n\nWrite one: deckwatch policy new balanced > policy.yaml\n`
}

const NAME_COLUMNS = 10
