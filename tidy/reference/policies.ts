import { authorPolicy } from '../../src/advise/policy/author/author.ts'
import { policyText } from '../../src/advise/policy/author/policy-file.ts'
import { PRESETS } from '../../src/advise/policy/author/preset.ts'
import type { Page } from './page.ts'

/** The audit policies that deckwatch brings along, as files: one for each preset. */
export const policyFiles = (): readonly Page[] =>
  PRESETS.map(({ name }) => ({
    folder: 'content/audit-policies',
    name: `${name}.yaml`,
    text: policyText(authorPolicy(name)),
  }))
