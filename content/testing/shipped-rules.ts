import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileRules, type RuleSet } from '../../src/detect/compile.ts'

const ROOT = fileURLToPath(new URL('../rules/', import.meta.url))

/** A file below content/rules, as it is named there. */
export const readContent = (file: string): { file: string; text: string } => ({
  file,
  text: readFileSync(ROOT + file, 'utf8'),
})

/** All files below content/rules, rules and cases, in order. */
export const contentFiles: readonly string[] = globSync('**/*.yaml', { cwd: ROOT }).sort()

/** The rules that come with deckwatch. */
export const shippedRules: RuleSet = compileRules(
  contentFiles.filter((file) => !file.endsWith('.cases.yaml')).map(readContent),
)
