import { toYaml } from '../../../kubernetes/audit-policy/load/to-yaml.ts'
import type { PolicyRule } from '../../../kubernetes/audit-policy/policy.ts'

/** Rules as the items of a list in YAML, from the first column on; empty when there are none. */
export const rulesYaml = (rules: readonly PolicyRule[]): string => {
  const text = toYaml({ rules, omitStages: [], omitManagedFields: false })
  return rules.length === 0
    ? ''
    : text.slice(text.indexOf(HEAD) + HEAD.length).replace(/^ {2}/gm, '')
}

const HEAD = '\nrules:\n'
