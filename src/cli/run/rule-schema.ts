import { ruleSchema } from '../../advise/schema/rule-schema.ts'
import type { Given } from '../command.ts'
import { EXIT, type Shell } from '../shell.ts'

/** Runs `deckwatch rule schema`. */
export const runRuleSchema = async (_given: Given, shell: Shell): Promise<number> => {
  await shell.output.write(schemaText())
  return EXIT.nothing
}

/** The schema as it is printed. */
export const schemaText = (): string => `${JSON.stringify(ruleSchema(), null, 1)}\n`
