import type { Issue } from '../../base/issue.ts'
import type { SigmaFilter } from '../parse/filter.ts'
import type { RefusedDocument, SigmaRule } from '../parse/rule.ts'
import { suggest } from '../suggest.ts'
import { covers, describeLogsource } from './logsource.ts'

/** Whether a filter is added to a rule: by its scope and its log source. */
export const isFiltered = (rule: SigmaRule, { rules, logsource }: SigmaFilter): boolean =>
  covers(logsource, rule.logsource) &&
  (rules === 'any' || rules.some(({ name }) => name === rule.id || name === rule.name))

/**
 * What the scopes of filters say that comes to nothing: rules that there are not, or that are for a
 * log source which the filter does not cover. To be asked once, with all rules there are.
 */
export const filterIssues = (
  filters: readonly SigmaFilter[],
  rules: readonly SigmaRule[],
  others: readonly Pick<RefusedDocument, 'id' | 'name'>[] = [],
): readonly Issue[] => {
  const known = new Map<string, SigmaRule>()
  for (const rule of rules) for (const key of [rule.id, rule.name ?? rule.id]) known.set(key, rule)
  const elsewhere = new Set(others.flatMap(({ id, name }) => [id, name]))
  return filters.flatMap((filter) => {
    if (filter.rules === 'any') return []
    return filter.rules.flatMap(({ name, place }): readonly Issue[] => {
      const rule = known.get(name)
      const message = rule === undefined ? unknownRule(name, known) : notCovered(filter, rule)
      if (message === undefined || (rule === undefined && elsewhere.has(name))) return []
      return [{ code: 'sigma/filter-without-rule', message, at: place }]
    })
  })
}

const unknownRule = (name: string, known: ReadonlyMap<string, unknown>): string => {
  const near = suggest(name, [...known.keys()])
  return `the filter names ${name}, and there is no such rule${near === undefined ? '' : `: did you mean ${near}?`}`
}

const notCovered = (filter: SigmaFilter, rule: SigmaRule): string | undefined => {
  if (covers(filter.logsource, rule.logsource)) return undefined
  const [wide, narrow] = [filter.logsource, rule.logsource].map(describeLogsource)
  return `the filter is for ${wide} and not added to ${rule.title}, which is for ${narrow}`
}
