import type { AuditPolicy, PolicyRule } from '../../kubernetes/audit-policy/policy.ts'
import { listed } from './words.ts'

/** `rule 4 (line 31)`: counted from 1, as people do. */
export const ruleName = (rule: number, line: number | undefined): string =>
  rule < 0 ? 'no rule' : `rule ${rule + 1}${line === undefined ? '' : ` (line ${line})`}`

/** What a rule is about, in a few words: `get, list secrets by system:nodes`. */
export const ruleWords = (rule: PolicyRule): string => {
  const { users, userGroups, verbs, namespaces } = rule
  const who = [...users, ...userGroups]
  const words = [
    some(verbs),
    targetWords(rule),
    namespaces.length === 0 ? '' : `in ${some(namespaces.map((one) => one || 'no namespace'))}`,
    who.length === 0 ? '' : `by ${some(who)}`,
  ]
  return words.filter((word) => word !== '').join(' ') || 'everything else'
}

/** `12 rules`. */
export const policyWords = ({ rules, omitStages, omitManagedFields }: AuditPolicy): string => {
  const words = [
    `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`,
    ...(omitStages.length === 0 ? [] : [`without ${listed(omitStages)}`]),
    ...(omitManagedFields ? ['without managedFields'] : []),
  ]
  return words.join(', ')
}

const targetWords = ({ resources, nonResourceURLs, verbs }: PolicyRule): string => {
  if (nonResourceURLs.length > 0) return some(nonResourceURLs)
  const names = resources.flatMap(({ group, resources: patterns, resourceNames }) => {
    const suffix = resourceNames.length === 0 ? '' : ` named ${some(resourceNames)}`
    const within = group === '' ? '' : `.${group}`
    if (patterns.length > 0) return patterns.map((one) => `${one}${within}${suffix}`)
    return [group === '*' ? 'any object' : group === '' ? 'core objects' : `any of ${group}`]
  })
  return names.length === 0 ? (verbs.length === 0 ? '' : 'anything') : some(names)
}

/** The first few of a list, and how many more there are. */
const some = (words: readonly string[]): string => {
  const shown = words.slice(0, WORDS_SHOWN).join(', ')
  return words.length > WORDS_SHOWN ? `${shown} and ${words.length - WORDS_SHOWN} more` : shown
}

const WORDS_SHOWN = 4
