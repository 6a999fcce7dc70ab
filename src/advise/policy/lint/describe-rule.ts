import type {
  GroupResources,
  PolicyRequest,
  PolicyRule,
} from '../../../kubernetes/audit-policy/policy.ts'

/** What a rule does, in a clause: `None for get, list of secrets, by users a, b`. */
export const describeRule = (rule: PolicyRule): string => {
  const verbs = rule.verbs.length === 0 ? 'any verb' : few(rule.verbs)
  const who = [
    ...(rule.users.length > 0 ? [`by ${few(rule.users)}`] : []),
    ...(rule.userGroups.length > 0 ? [`by members of ${few(rule.userGroups)}`] : []),
  ]
  const where = rule.namespaces.length > 0 ? [`in namespace ${few(rule.namespaces)}`] : []
  const everybody = who.length === 0 ? ['by anybody'] : who
  return `${rule.level} for ${verbs} of ${whatOf(rule)} ${[...where, ...everybody].join(' ')}`
}

/** A request, as a person says it: `get secrets ci/db-password (by alice)`. */
export const describeRequest = ({ user, verb, resource, path }: PolicyRequest): string => {
  const by = user === undefined ? 'with refused credentials' : `by ${user.name}${groupsOf(user)}`
  if (resource === undefined) return `${verb} ${path} ${by}`
  const { group, namespace, name } = resource
  const kind = `${resource.resource}${resource.subresource === '' ? '' : `/${resource.subresource}`}`
  const inGroup = group === '' ? kind : `${kind} of ${group}`
  const place =
    resource.resource === 'namespaces' ? name : [namespace, name].filter(Boolean).join('/')
  return `${verb === '' ? 'another method on' : verb} ${inGroup}${place === '' ? '' : ` ${place}`} ${by}`
}

/** Some texts, and how many more. */
export const few = (texts: readonly string[]): string => {
  const shown = texts.slice(0, FEW).map((text) => (text === '' ? '""' : text))
  return `${shown.join(', ')}${texts.length > FEW ? ` and ${texts.length - FEW} more` : ''}`
}

const FEW = 6

const whatOf = (rule: PolicyRule): string => {
  if (rule.resources.length > 0) return few(rule.resources.flatMap(itemWords))
  if (rule.namespaces.length > 0) return 'all resources'
  return rule.nonResourceURLs.length > 0 ? few(rule.nonResourceURLs) : 'all there is'
}

const itemWords = ({ group, resources, resourceNames }: GroupResources): readonly string[] => {
  const of = group === '*' ? 'all groups' : group === '' ? 'the core group' : group
  if (resources.length === 0) return [`everything in ${of}`]
  const named = resourceNames.length === 0 ? '' : ` called ${few(resourceNames)}`
  return resources.map((name) => `${name}${group === '' ? '' : ` of ${of}`}${named}`)
}

/** Groups that say something, which those that everybody has do not. */
const groupsOf = ({ groups }: NonNullable<PolicyRequest['user']>): string => {
  const told = groups.filter((group) => !/^system:(?:un)?authenticated$/.test(group))
  return told.length === 0 ? '' : ` (${few(told)})`
}
