import { keyTable } from './output.ts'
import { type Page, page } from './page.ts'
import { POLICY_KEYS } from './policy-output-keys.ts'
import { policySamples } from './policy-samples.ts'

/** What the commands of `deckwatch policy` write for machines: every key, and what it is. */
export const policyOutputPage = async (): Promise<Page> => {
  const samples = await policySamples()
  const sections = [...samples].flatMap(([name, written]) => [
    `## policy ${name}`,
    name === 'evaluate' ? '`--format ndjson`, one line for each event:' : '`--format json`:',
    keyTable(written, POLICY_KEYS[name] ?? new Map()),
  ])
  return page('policy-output.md', 'Output of the policy commands', INTRODUCTION, ...sections)
}

const INTRODUCTION = `\
What \`deckwatch policy\` writes for machines; \`policy new\` writes a policy as the API server does,
and \`--format sarif\` of lint is [SARIF 2.1.0](output.md). Every key is always there, and \`null\` where nothing
is known; new ones may be added. In the tables, \`a.b\` is key \`b\` of the map \`a\`, and \`[]\` a
list. Rules of a policy are counted from 0, as an API server does; the text for people counts from
1. What \`hunt\` writes is in [output formats](output.md).`
