import { readRequest } from '../../request-info/request-info.ts'
import {
  type AuditPolicy,
  type GroupResources,
  type PolicyRequest,
  type PolicyRule,
  policyRule,
} from '../policy.ts'

/** A policy as a case writes it: the fields that matter, by their names in `audit.k8s.io/v1`. */
export interface PolicyText {
  readonly rules: readonly RuleText[]
  readonly omitStages?: AuditPolicy['omitStages']
  readonly omitManagedFields?: boolean
}

type RuleText = Partial<Omit<PolicyRule, 'resources'>> & {
  readonly resources?: readonly Partial<GroupResources>[]
}

/** The policy that a case means. It may be one that an API server would refuse. */
export const policyFrom = (text: PolicyText): AuditPolicy => ({
  rules: text.rules.map(ruleFrom),
  omitStages: text.omitStages ?? [],
  omitManagedFields: text.omitManagedFields ?? false,
})

const ruleFrom = ({ level, resources, ...rest }: RuleText): PolicyRule =>
  policyRule(level ?? 'Metadata', {
    ...rest,
    resources: (resources ?? []).map((item) => ({
      group: item.group ?? '',
      resources: item.resources ?? [],
      resourceNames: item.resourceNames ?? [],
    })),
  })

/** Who asks; alice of group dev where a case says nothing, nobody where it says null. */
export type UserText = PolicyRequest['user'] | null

/** The request that a line such as `GET /api/v1/pods` means, read as an API server reads it. */
export const requestFrom = (line: string, user?: UserText): PolicyRequest => {
  const space = line.indexOf(' ')
  const info = readRequest(line.slice(0, space), line.slice(space + 1))
  if (info === undefined) throw new Error(`no request: ${line}`)
  const { isResource, verb, path, resource, subresource, namespace, name } = info
  return {
    user: user === null ? undefined : (user ?? { name: 'alice', groups: ['dev'] }),
    verb,
    resource: isResource
      ? { group: info.apiGroup, resource, subresource, namespace, name }
      : undefined,
    path,
  }
}
