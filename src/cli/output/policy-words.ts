import type { AuditPolicy } from '../../kubernetes/audit-policy/policy.ts'
import { counted, listed } from './words.ts'

/** `rule 4 (line 31)`: counted from 1, as people do. */
export const ruleName = (rule: number, line: number | undefined): string =>
  rule < 0 ? 'no rule' : `rule ${rule + 1}${line === undefined ? '' : ` (line ${line})`}`

/** `12 rules`. */
export const policyWords = ({ rules, omitStages, omitManagedFields }: AuditPolicy): string => {
  const words = [
    counted(rules.length, 'rule'),
    ...(omitStages.length === 0 ? [] : [`without ${listed(omitStages)}`]),
    ...(omitManagedFields ? ['without managedFields'] : []),
  ]
  return words.join(', ')
}
