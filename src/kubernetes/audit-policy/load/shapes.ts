/**
 * The types that a policy is decoded into. `type` is how the API server calls it when a value does
 * not fit. Upstream: kubernetes/apiserver pkg/apis/audit/v1/types.go, PolicyRule;
 * kubernetes/apimachinery pkg/apis/meta/v1/types.go, ObjectMeta.
 */
export type Shape =
  | { readonly kind: 'text' | 'boolean' | 'integer'; readonly type: string }
  /** A pointer to one: null is absent. */
  | { readonly kind: 'optional'; readonly of: Shape }
  | { readonly kind: 'time' }
  /** Kept as it is. */
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly type: string; readonly of: Shape }
  /** A map of texts to texts. */
  | { readonly kind: 'texts'; readonly type: string }
  | StructShape

/** A type with fields of fixed names. */
export interface StructShape {
  readonly kind: 'struct'
  readonly type: string
  readonly fields: ReadonlyMap<string, Shape>
}

const text = (type = 'string'): Shape => ({ kind: 'text', type })
const list = (of: Shape, type: string): Shape => ({ kind: 'list', type: `[]${type}`, of })
const struct = (type: string, fields: Readonly<Record<string, Shape>>): StructShape => ({
  kind: 'struct',
  type,
  fields: new Map(Object.entries(fields)),
})

const STRING = text()
const STRINGS = list(STRING, 'string')
const BOOL: Shape = { kind: 'boolean', type: 'bool' }
const INTEGER: Shape = { kind: 'integer', type: 'int64' }
const OPTIONAL_BOOL: Shape = { kind: 'optional', of: BOOL }
const TIME: Shape = { kind: 'time' }
const TEXTS: Shape = { kind: 'texts', type: 'map[string]string' }

const OWNER = struct('v1.OwnerReference', {
  apiVersion: STRING,
  kind: STRING,
  name: STRING,
  uid: text('types.UID'),
  controller: OPTIONAL_BOOL,
  blockOwnerDeletion: OPTIONAL_BOOL,
})

const MANAGER = struct('v1.ManagedFieldsEntry', {
  manager: STRING,
  operation: text('v1.ManagedFieldsOperationType'),
  apiVersion: STRING,
  time: { kind: 'optional', of: TIME },
  fieldsType: STRING,
  fieldsV1: { kind: 'any' },
  subresource: STRING,
})

const METADATA = {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  selfLink: STRING,
  uid: text('types.UID'),
  resourceVersion: STRING,
  generation: INTEGER,
  creationTimestamp: TIME,
  deletionTimestamp: { kind: 'optional', of: TIME },
  deletionGracePeriodSeconds: { kind: 'optional', of: INTEGER },
  labels: TEXTS,
  annotations: TEXTS,
  ownerReferences: list(OWNER, 'v1.OwnerReference'),
  finalizers: STRINGS,
  managedFields: list(MANAGER, 'v1.ManagedFieldsEntry'),
} as const satisfies Record<string, Shape>

const RESOURCES = struct('v1.GroupResources', {
  group: STRING,
  resources: STRINGS,
  resourceNames: STRINGS,
})

const RULE = struct('v1.PolicyRule', {
  level: text('v1.Level'),
  users: STRINGS,
  userGroups: STRINGS,
  verbs: STRINGS,
  resources: list(RESOURCES, 'v1.GroupResources'),
  namespaces: STRINGS,
  nonResourceURLs: STRINGS,
  omitStages: list(text('v1.Stage'), 'v1.Stage'),
  omitManagedFields: OPTIONAL_BOOL,
})

/** A policy of audit.k8s.io/v1. */
export const POLICY: StructShape = struct('v1.Policy', {
  kind: STRING,
  apiVersion: STRING,
  metadata: struct('v1.ObjectMeta', METADATA),
  rules: list(RULE, 'v1.PolicyRule'),
  omitStages: list(text('v1.Stage'), 'v1.Stage'),
  omitManagedFields: BOOL,
})

const INTERNAL_RESOURCES = struct('audit.GroupResources', {
  Group: STRING,
  Resources: STRINGS,
  ResourceNames: STRINGS,
})

const INTERNAL_RULE = struct('audit.PolicyRule', {
  Level: text('audit.Level'),
  Users: STRINGS,
  UserGroups: STRINGS,
  Verbs: STRINGS,
  Resources: list(INTERNAL_RESOURCES, 'audit.GroupResources'),
  Namespaces: STRINGS,
  NonResourceURLs: STRINGS,
  OmitStages: list(text('audit.Stage'), 'audit.Stage'),
  OmitManagedFields: OPTIONAL_BOOL,
})

/**
 * What a file without a version is decoded into, before it is refused: the API server's own type,
 * whose fields have other names. Upstream: kubernetes/apiserver pkg/apis/audit/types.go, Policy.
 */
export const INTERNAL_POLICY: StructShape = struct('audit.Policy', {
  kind: STRING,
  apiVersion: STRING,
  ...METADATA,
  Rules: list(INTERNAL_RULE, 'audit.PolicyRule'),
  OmitStages: list(text('audit.Stage'), 'audit.Stage'),
  OmitManagedFields: BOOL,
})
