import type { RuleRef } from '../model/finding.ts'
import type { RuleHead } from '../sigma/parse/head.ts'

/** What findings say of a rule. */
export const refOf = (sigma: RuleHead): RuleRef => ({
  id: sigma.id,
  title: sigma.title,
  level: sigma.level,
  detection: tagged(sigma, 'detection.')[0]?.toUpperCase(),
  techniques: tagged(sigma, 'attack.')
    .filter((tag) => /^t\d{4}(\.\d{3})?$/.test(tag))
    .map((tag) => tag.toUpperCase()),
  tactics: tagged(sigma, 'attack.')
    .filter((tag) => /^[a-z]+([-_][a-z]+)*$/.test(tag))
    .map((tag) => tag.replaceAll('_', '-')),
  threatMatrix: tagged(sigma, 'threat-matrix.')
    .filter((tag) => /^ms-ta\d{4}$/.test(tag))
    .map((tag) => tag.toUpperCase()),
})

const tagged = (sigma: RuleHead, prefix: string): readonly string[] =>
  sigma.tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))
