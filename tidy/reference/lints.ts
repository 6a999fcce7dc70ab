import { LINTS } from '../../src/advise/lint/lints.ts'
import { type LintCase, readLintCases } from '../../src/advise/lint/testing/lint-cases.ts'
import { ISSUE_KINDS } from '../../src/cli/issue-tables.ts'
import { code, type Page, page, table } from './page.ts'

/** A page for each lint, and the list of them. */
export const lintPages = (): readonly Page[] => {
  const cases = readLintCases()
  return [listPage(cases), ...cases.map(lintPage)]
}

const INTRODUCTION = `\
What \`deckwatch rule lint\` says of rules that can be read and do not do what they should. An **error**: the rule
cannot do what it was written for. A **warning**: it can be evaded, or misses a part. A **note**: it works, and would be
better otherwise. What the linter says can never hold never does; what it does not see it leaves unsaid.

A rule sets a lint aside that does not apply to it, with the reason:

    lint:
      - ignore: no-outcome
        because: whoever tries is looked at, refused or not

\`--format json\` writes \`rules\` (how many), \`issues\` (each with \`code\`, \`grade\`, \`message\`, \`at\` and
\`remedy\`) and \`ignored\` (the same, with \`because\`). \`--format sarif\` is SARIF 2.1.0, for code hosts. The exit code is 0
when there is nothing to say, 1 when there is, and 2 when a rule is refused.`

function listPage(cases: readonly LintCase[]): Page {
  const rows = cases.map((one) => {
    const kind = ISSUE_KINDS[one.code]
    return [`[${code(one.code)}](lints/${fileOf(one)})`, gradeOf(one.code), kind?.about ?? '']
  })
  return page('lints.md', 'Lints', INTRODUCTION, table(['Lint', 'Grade', 'What it means'], rows))
}

function lintPage(one: LintCase): Page {
  const kind = ISSUE_KINDS[one.code]
  if (kind === undefined) throw new Error(`no issue is called ${one.code}`)
  return page(
    `lints/${fileOf(one)}`,
    one.code,
    `${gradeOf(one.code)[0]?.toUpperCase()}${gradeOf(one.code).slice(1)}. ${kind.about}`,
    `**What to do.** ${kind.remedy}`,
    `## Bad: ${one.title}\n\n${yaml(one.bad)}`,
    `## Good\n\n${yaml(one.good)}`,
    ...(one.cases === undefined ? [] : [`## The cases beside the bad one\n\n${yaml(one.cases)}`]),
  )
}

const fileOf = (one: LintCase): string => `${one.code.replace(/^.*\//, '')}.md`

const gradeOf = (name: string): string =>
  LINTS[name]?.grade ?? ISSUE_KINDS[name]?.severity ?? 'error'

const yaml = (text: string): string => `\`\`\`yaml\n${text.trimEnd()}\n\`\`\``
