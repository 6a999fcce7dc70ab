import { readdirSync, readFileSync } from 'node:fs'
import { compileRules } from '../../../detect/compile.ts'
import { casesByRule } from '../cases-by-rule.ts'
import type { CoveredRules } from '../coverage.ts'

/** The rules that come with deckwatch, which report, with their cases. */
export const shippedRules = (): CoveredRules => {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).sort()
  const texts = names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ file: name, text: readFileSync(new URL(name, FOLDER), 'utf8') }))
  const rules = texts.filter(({ file }) => !file.endsWith('.cases.yaml'))
  const set = compileRules(rules)
  const { cases } = casesByRule(
    set,
    texts
      .filter(({ file }) => file.endsWith('.cases.yaml'))
      .map((one) => ({ ...one, rules: one.file.replace('.cases.yaml', '.yaml') })),
  )
  const all = [...set.rules, ...set.correlations, ...set.sourceRules]
  return { rules: all.filter(({ reports }) => reports), set, cases }
}

const FOLDER = new URL('../../../../content/rules/', import.meta.url)
