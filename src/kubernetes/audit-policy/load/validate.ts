import { POLICY_LEVELS, POLICY_STAGES, type PolicyPath } from '../policy.ts'
import { pathText } from './decode.ts'
import type { Json } from './value.ts'

/** A policy as decoded, before anything of it is known to be right. */
export interface RawPolicy {
  readonly rules: readonly RawRule[]
  readonly omitStages: readonly string[]
  readonly omitManagedFields: boolean
}

/** A rule as decoded. */
export interface RawRule {
  readonly level: string
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly verbs: readonly string[]
  readonly resources: readonly RawResources[]
  readonly namespaces: readonly string[]
  readonly nonResourceURLs: readonly string[]
  readonly omitStages: readonly string[]
  readonly omitManagedFields: boolean | undefined
}

/** An item of `resources` as decoded. */
export interface RawResources {
  readonly group: string
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
}

/** Something that the API server refuses, in its words. */
export interface Invalid {
  readonly path: PolicyPath
  readonly message: string
}

/**
 * Everything that the API server finds wrong with a policy, in its order; nothing when it would
 * start. Upstream: kubernetes/apiserver pkg/apis/audit/validation/validation.go.
 */
export const validate = (policy: RawPolicy): readonly Invalid[] => {
  const faults = [
    ...stageFaults(policy.omitStages, ['omitStages']),
    ...policy.rules.flatMap((rule, index) => ruleFaults(rule, ['rules', index])),
  ]
  const messages = new Map(faults.toReversed().map((fault) => [fault.message, fault]))
  return faults.filter((fault) => messages.get(fault.message) === fault)
}

const ruleFaults = (rule: RawRule, at: PolicyPath): readonly Invalid[] => {
  const urls = [...at, 'nonResourceURLs']
  const faults = [
    ...levelFaults(rule.level, [...at, 'level']),
    ...rule.nonResourceURLs.flatMap((url, index) => urlFaults(url, [...urls, index])),
    ...rule.resources.flatMap((item, index) => resourceFaults(item, at, index)),
    ...stageFaults(rule.omitStages, [...at, 'omitStages']),
  ]
  const isAboutObjects = rule.resources.length > 0 || rule.namespaces.length > 0
  return rule.nonResourceURLs.length > 0 && isAboutObjects
    ? [...faults, invalid(urls, asJson(rule.nonResourceURLs), BOTH)]
    : faults
}

const BOTH = 'rules cannot apply to both regular resources and non-resource URLs'

const levelFaults = (level: string, path: PolicyPath): readonly Invalid[] => {
  if (level === '') return [{ path, message: `${pathText(path)}: Required value` }]
  if (LEVELS.includes(level)) return []
  const supported = LEVELS.map((one) => `"${one}"`).join(', ')
  const said = `Unsupported value: ${asJson(level)}: supported values: ${supported}`
  return [{ path, message: `${pathText(path)}: ${said}` }]
}

const LEVELS: readonly string[] = POLICY_LEVELS

const urlFaults = (url: string, path: PolicyPath): readonly Invalid[] => [
  ...(url === '*' || url.startsWith('/') ? [] : [invalid(path, quoted(url), NO_SLASH)]),
  ...(url.slice(0, -1).includes('*') ? [invalid(path, quoted(url), INNER_STAR)] : []),
]

const NO_SLASH = "non-resource URL rules must begin with a '/' character"
const INNER_STAR = "non-resource URL wildcards '*' must be the final character of the rule"

/** The API server names the list, not the item. */
const resourceFaults = (
  item: RawResources,
  rule: PolicyPath,
  index: number,
): readonly Invalid[] => {
  const { group, resources, resourceNames } = item
  const fault = (field: string, value: string, said: string): Invalid => ({
    path: [...rule, 'resources', index, field],
    message: invalid([...rule, 'resources', field], value, said).message,
  })
  const wrong = group === '' || group === '*' ? '' : subdomainFaults(group)
  return [
    ...(wrong === '' ? [] : [fault('group', quoted(group), wrong)]),
    ...(resourceNames.length > 0 && resources.length === 0
      ? [fault('resourceNames', asJson(resourceNames), NO_RESOURCE)]
      : []),
  ]
}

const NO_RESOURCE = 'using resourceNames requires at least one resource'

/** Upstream: kubernetes/apimachinery pkg/util/validation/validation.go, IsDNS1123Subdomain. */
const subdomainFaults = (name: string): string =>
  [
    ...(Buffer.byteLength(name) > SUBDOMAIN_BYTES_MAX
      ? [`must be no more than ${SUBDOMAIN_BYTES_MAX} characters`]
      : []),
    ...(isSubdomain(name) ? [] : [NO_SUBDOMAIN]),
  ].join(',')

const SUBDOMAIN_BYTES_MAX = 253
const NO_SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for " +
  "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

const isSubdomain = (name: string): boolean =>
  name.split('.').every((label) => /^[a-z0-9-]+$/.test(label) && !/^-|-$/.test(label))

const stageFaults = (stages: readonly string[], path: PolicyPath): readonly Invalid[] =>
  stages.flatMap((stage, index) =>
    STAGES.includes(stage) ? [] : [invalid([...path, index], quoted(stage), NO_STAGE)],
  )

const STAGES: readonly string[] = POLICY_STAGES
const NO_STAGE = `allowed stages are ${STAGES.join(',')}`

const invalid = (path: PolicyPath, value: string, said: string): Invalid => ({
  path,
  message: `${pathText(path)}: Invalid value: ${value}: ${said}`,
})

/** As Go prints a text with %q. */
const quoted = (text: string): string => JSON.stringify(text)

/** As Go writes JSON: what means something in HTML is escaped. */
const asJson = (value: Json): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
