import { policyLints } from '../../src/advise/policy/lint/issues.ts'
import type { PolicyLint } from '../../src/advise/policy/lint/policy-lint.ts'
import { STANDARDS } from '../../src/advise/policy/lint/standards/standards.ts'
import {
  lintCase,
  type PolicyLintCase,
  readPolicyCases,
} from '../../src/advise/policy/lint/testing/policy-cases.ts'
import { code, type Page, page, table } from './page.ts'

/** A page for each lint of audit policies, and the list of them. */
export const policyLintPages = (): readonly Page[] => {
  const cases = readPolicyCases()
  return [listPage(cases), ...cases.map(lintPage)]
}

const INTRODUCTION = `\
What \`deckwatch policy lint\` says of an audit policy that an API server takes. An **error**: the policy does not do
what it was written for, or harms. A **warning**: something is hidden, or lost, that should not be. A **note**: it works,
and would be better otherwise. What is said to hold for all requests is proven by a search over all that there can be,
and what is shown as an example is a request that the policy decides so.

Each lint has the place in the file, what the API server does, and the policy mended; \`--mend LINT\` writes the file with
the mends of a lint made, and all other lines as they were. Mends say what was probably meant: look at them.

\`--format json\` writes \`policies\` (how many), \`lints\` (each with \`code\`, \`grade\`, \`message\`, \`effect\`, \`remedy\`, \`at\`,
\`rule\` from 0, \`example\`, \`requirement\` and \`mend\`; null where there is nothing) and \`checks\` (each requirement of a
standard with \`met\`). \`--format sarif\` is SARIF 2.1.0, for code hosts. The exit code is 0 when there is nothing to say, 1
when there is, and 2 when an API server refuses a policy. See also [issues](issues.md) for what loading has to say.`

function listPage(cases: readonly PolicyLintCase[]): Page {
  const rows = Object.entries(policyLints)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { grade, about }]) => {
      const hasPage = cases.some((one) => one.code === name)
      const shown = hasPage ? `[${code(name)}](policy-lints/${fileOf(name)})` : code(name)
      return [shown, grade, about]
    })
  return page(
    'policy-lints.md',
    'Lints of audit policies',
    INTRODUCTION,
    table(['Lint', 'Grade', 'What it means'], rows),
    `## Standards\n\n\`--check\` looks at the requirements of a standard on the policy, as far as the policy alone can meet them.`,
    ...STANDARDS.map(({ name, source, notJudged, requirements }) =>
      [
        `### ${code(`--check ${name}`)}\n`,
        ...requirements.map(({ id, about }) => `- **${id}.** ${about}`),
        `\nFrom: ${source} Not judged: ${notJudged}`,
      ].join('\n'),
    ),
  )
}

function lintPage(one: PolicyLintCase): Page {
  const kind = policyLints[one.code]
  if (kind === undefined) throw new Error(`no lint is called ${one.code}`)
  const grade = `${kind.grade[0]?.toUpperCase()}${kind.grade.slice(1)}`
  const found = lintCase(one.bad, one).lints.find((lint) => lint.code === one.code)
  return page(
    `policy-lints/${fileOf(one.code)}`,
    one.code,
    `${grade}. ${kind.about}`,
    `**What to do.** ${kind.remedy}`,
    `## Bad: ${one.title}\n\n${yaml(one.bad)}`,
    ...(found === undefined ? [] : [`${said(found)}`]),
    `## Good\n\n${yaml(one.good)}`,
    ...(one.other === undefined ? [] : [`## The policy of the other server\n\n${yaml(one.other)}`]),
  )
}

/** What the linter says of the bad policy. */
function said({ message, effect, mend }: PolicyLint): string {
  const mended =
    mend === null || mend.yaml === '' ? '' : `\n\nMended, ${mend.about}:\n\n${yaml(mend.yaml)}`
  return `> ${`${message}. ${effect}`.replace(/[*_<>|\\[\]]/g, '\\$&')}${mended}`
}

const fileOf = (name: string): string => `${name.replace(/^.*\//, '')}.md`

const yaml = (text: string): string => `\`\`\`yaml\n${text.trimEnd()}\n\`\`\``
