import type { Logsource } from '../parse/head.ts'

/** Whether a log source is of the kind that another describes. What that leaves open may vary. */
export const covers = (wide: Logsource, narrow: Logsource): boolean =>
  PARTS.every((part) => wide[part] === undefined || wide[part] === narrow[part])

/**
 * Whether a rule is for the log at hand, as far as both say. The category is no part of it, unless
 * the rule says nothing else: published rules for one log differ in it.
 */
export const isForLog = (log: Logsource, rule: Logsource): boolean => {
  if (rule.product === undefined && rule.service === undefined) return rule.category === undefined
  return [[log.product, rule.product] as const, [log.service, rule.service] as const].every(
    ([ours, theirs]) => ours === undefined || theirs === undefined || ours === theirs,
  )
}

/** A log source in words. */
export const describeLogsource = (logsource: Logsource): string =>
  PARTS.flatMap((part) => logsource[part] ?? []).join('/')

const PARTS = ['product', 'service', 'category'] as const
