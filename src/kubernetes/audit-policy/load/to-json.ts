import type { AuditPolicy, GroupResources, LoadedPolicy, PolicyRule } from '../policy.ts'
import { GROUP } from './version.ts'

/** A policy as the API server itself writes it: without lists that are empty, or switches off. */
export const toJson = (
  policy: AuditPolicy,
  metadata: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  kind: 'Policy',
  apiVersion: `${GROUP}/v1`,
  metadata,
  rules: policy.rules.map(ruleToJson),
  ...list('omitStages', policy.omitStages),
  ...(policy.omitManagedFields ? { omitManagedFields: true } : {}),
})

/** What the API server has in force of a file; undefined when it refuses the file. */
export const effectiveOf = (loaded: LoadedPolicy): Readonly<Record<string, unknown>> | undefined =>
  loaded.policy === undefined ? undefined : toJson(loaded.policy, loaded.metadata)

const ruleToJson = (rule: PolicyRule): Readonly<Record<string, unknown>> => ({
  level: rule.level,
  ...list('users', rule.users),
  ...list('userGroups', rule.userGroups),
  ...list('verbs', rule.verbs),
  ...list('resources', rule.resources.map(resourcesToJson)),
  ...list('namespaces', rule.namespaces),
  ...list('nonResourceURLs', rule.nonResourceURLs),
  ...list('omitStages', rule.omitStages),
  ...(rule.omitManagedFields === undefined ? {} : { omitManagedFields: rule.omitManagedFields }),
})

const resourcesToJson = (item: GroupResources): Readonly<Record<string, unknown>> => ({
  ...(item.group === '' ? {} : { group: item.group }),
  ...list('resources', item.resources),
  ...list('resourceNames', item.resourceNames),
})

const list = (name: string, items: readonly unknown[]): Readonly<Record<string, unknown>> =>
  items.length === 0 ? {} : { [name]: items }
