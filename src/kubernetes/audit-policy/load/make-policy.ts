import type { Stage } from '../../../model/event.ts'
import {
  type AuditPolicy,
  type GroupResources,
  POLICY_LEVELS,
  POLICY_STAGES,
  type PolicyRule,
} from '../policy.ts'
import { isObject } from './decode.ts'
import type { RawPolicy, RawResources, RawRule } from './validate.ts'
import type { Json, JsonObject } from './value.ts'

/** A decoded policy with every field in its place; what is absent is empty. */
export const rawPolicyOf = (object: JsonObject): RawPolicy => ({
  rules: objectsOf(object.rules).map(rawRuleOf),
  omitStages: textsOf(object.omitStages),
  omitManagedFields: object.omitManagedFields === true,
})

/** The policy of what was found to be valid. */
export const toPolicy = (raw: RawPolicy): AuditPolicy => ({
  rules: raw.rules.map(toRule),
  omitStages: stagesOf(raw.omitStages),
  omitManagedFields: raw.omitManagedFields,
})

const rawRuleOf = (object: JsonObject): RawRule => ({
  level: textOf(object.level),
  users: textsOf(object.users),
  userGroups: textsOf(object.userGroups),
  verbs: textsOf(object.verbs),
  resources: objectsOf(object.resources).map(rawResourcesOf),
  namespaces: textsOf(object.namespaces),
  nonResourceURLs: textsOf(object.nonResourceURLs),
  omitStages: textsOf(object.omitStages),
  omitManagedFields:
    typeof object.omitManagedFields === 'boolean' ? object.omitManagedFields : undefined,
})

const rawResourcesOf = (object: JsonObject): RawResources & GroupResources => ({
  group: textOf(object.group),
  resources: textsOf(object.resources),
  resourceNames: textsOf(object.resourceNames),
})

const toRule = (raw: RawRule): PolicyRule => ({
  ...raw,
  level: POLICY_LEVELS.find((level) => level === raw.level) ?? 'None',
  omitStages: stagesOf(raw.omitStages),
})

const stagesOf = (texts: readonly string[]): readonly Stage[] =>
  texts.flatMap((text) => POLICY_STAGES.filter((stage) => stage === text))

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(textOf) : []

const objectsOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.map((item) => (isObject(item) ? item : {})) : []
