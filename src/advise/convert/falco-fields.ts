import { findField } from '../../model/fields.ts'

/** What a field of Falco is in a Sigma rule. */
export type FieldMeaning =
  | SameField
  /** A filter by stage or level: acts are judged whole, at every level. */
  | { readonly kind: 'dropped'; readonly why: string }
  /** Whether the event is there at all: true of every event. */
  | { readonly kind: 'event' }
  | { readonly kind: 'none'; readonly why: string }

/** A field that says the same. */
export interface SameField {
  readonly kind: 'same'
  readonly field: string
  /** What is done to each value before it is compared. */
  readonly values: ValueForm
  /** How it differs from Falco's; empty: it does not. */
  readonly note: string
}

/**
 * `repository`: an image without tag or digest. `capability`: without CAP_, in upper case. `path`:
 * the field's argument is a host path, and the value says whether a volume has it.
 */
export type ValueForm = 'plain' | 'repository' | 'capability' | 'path'

/** What a field of Falco's k8saudit plugin means here; its argument stands in brackets. */
export const meaningOf = (name: string, argument: string | undefined): FieldMeaning => {
  if (name === 'jevt.rawtime' || name === 'evt.rawtime') return { kind: 'event' }
  if (name === 'jevt.value' || name === 'json.value') return pointerMeaning(argument ?? '')
  if (name === 'ka.uri.param') return parameterMeaning(argument ?? '')
  const known = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
  if (known === undefined) return none(`${name} has no counterpart`)
  if (argument !== undefined && known.kind === 'same' && known.values !== 'path') {
    return { ...known, note: both(known.note, `[${argument}] became any: order says nothing`) }
  }
  return known
}

const none = (why: string): FieldMeaning => ({ kind: 'none', why })

const same = (field: string, note = '', values: ValueForm = 'plain'): SameField => ({
  kind: 'same',
  field,
  values,
  note,
})

const both = (...notes: readonly string[]): string => notes.filter(Boolean).join('; ')

const CONTAINERS = 'pod.containers[] has init and ephemeral containers as well'
const POD_ONLY = 'only the body of a Pod itself is read, not a workload template'
const CLEANED = 'paths are compared cleaned of //, ., .. and a trailing /'
const TUPLES = 'each test is asked of all rules of a role, as in Falco; one map would ask one rule'
const OBJECTS = 'its values are objects, which have no text'
const WHOLE = { kind: 'dropped', why: 'acts are judged whole, so no stage is filtered' } as const
const ANY_LEVEL = {
  kind: 'dropped',
  why: 'the level is not filtered: what it hides is unknown',
} as const

/** Fields of a pod's own body that have no field of their own. */
const below = (path: string): SameField => same(`requestObject.spec.${path}`, POD_ONLY)

/**
 * The fields of Falco's plugin, by name. Upstream: falcosecurity/plugins,
 * plugins/k8saudit/pkg/k8saudit/{fields,extract}.go. (A table of data.)
 */
const FIELDS: Readonly<Record<string, FieldMeaning>> = {
  'ka.auditid': same('auditID'),
  'ka.stage': WHOLE,
  'ka.auth.decision': same('annotations.authorization.k8s.io/decision'),
  'ka.auth.reason': same('annotations.authorization.k8s.io/reason'),
  'ka.user.name': same('user.username'),
  'ka.user.groups': same('user.groups'),
  'ka.impuser.name': same('impersonatedUser.username'),
  'ka.verb': same('verb'),
  'ka.uri': same('requestURI'),
  'ka.target.name': same('objectRef.name'),
  'ka.target.namespace': same('objectRef.namespace'),
  'ka.target.resource': same('objectRef.resource'),
  'ka.target.subresource': same('objectRef.subresource'),
  'ka.req.binding.subjects': none(`ka.req.binding.subjects: ${OBJECTS}; use binding.subjects[]`),
  'ka.req.binding.role': same('binding.role.name'),
  'ka.req.binding.subject.has_name': none('ka.req.binding.subject.has_name says nothing in Falco'),
  'ka.req.configmap.name': same('objectRef.name'),
  'ka.req.configmap.obj': none('ka.req.configmap.obj: the data of a ConfigMap is no single text'),
  'ka.req.pod.containers.image': same('pod.containers[].image', CONTAINERS),
  'ka.req.container.image': same('pod.containers[].image', both('first became any', CONTAINERS)),
  'ka.req.pod.containers.image.repository': same(
    'pod.containers[].image',
    CONTAINERS,
    'repository',
  ),
  'ka.req.container.image.repository': same(
    'pod.containers[].image',
    both('first became any', CONTAINERS),
    'repository',
  ),
  'ka.req.pod.host_ipc': same('pod.hostIPC'),
  'ka.req.pod.host_network': same('pod.hostNetwork'),
  'ka.req.container.host_network': same('pod.hostNetwork'),
  'ka.req.pod.host_pid': same('pod.hostPID'),
  'ka.req.pod.containers.host_port': same('pod.containers[].hostPorts', CONTAINERS),
  'ka.req.pod.containers.privileged': same('pod.containers[].privileged', CONTAINERS),
  'ka.req.container.privileged': same('pod.containers[].privileged', CONTAINERS),
  'ka.req.pod.containers.allow_privilege_escalation': same(
    'pod.containers[].allowPrivilegeEscalation',
    both('absent means true', CONTAINERS),
  ),
  'ka.req.pod.containers.read_only_fs': below('containers.securityContext.readOnlyRootFilesystem'),
  'ka.req.pod.run_as_user': below('securityContext.runAsUser'),
  'ka.req.pod.containers.run_as_user': below('containers.securityContext.runAsUser'),
  'ka.req.pod.containers.eff_run_as_user': none(
    'ka.req.pod.containers.eff_run_as_user takes an absent user for 0, which an image may change',
  ),
  'ka.req.pod.run_as_group': below('securityContext.runAsGroup'),
  'ka.req.pod.containers.run_as_group': below('containers.securityContext.runAsGroup'),
  'ka.req.pod.containers.eff_run_as_group': none(
    'ka.req.pod.containers.eff_run_as_group takes an absent group for 0, which an image may change',
  ),
  'ka.req.pod.containers.proc_mount': same('pod.containers[].procMount', CONTAINERS),
  'ka.req.role.rules': none(`ka.req.role.rules: ${OBJECTS}; use grant.rules[]`),
  'ka.req.role.rules.apiGroups': same('grant.rules[].apiGroups', TUPLES),
  'ka.req.role.rules.nonResourceURLs': same('grant.rules[].nonResourceURLs', TUPLES),
  'ka.req.role.rules.verbs': same('grant.rules[].verbs', TUPLES),
  'ka.req.role.rules.resources': same('grant.rules[].resources', TUPLES),
  'ka.req.pod.fs_group': below('securityContext.fsGroup'),
  'ka.req.pod.supplemental_groups': below('securityContext.supplementalGroups'),
  'ka.req.pod.containers.add_capabilities': same(
    'pod.containers[].capabilitiesAdded',
    CONTAINERS,
    'capability',
  ),
  'ka.req.service.type': same('service.type'),
  'ka.req.service.ports': none(`ka.req.service.ports: ${OBJECTS}; use service.nodePorts`),
  'ka.req.pod.volumes.hostpath': same('pod.volumes[].hostPath', CLEANED),
  'ka.req.volume.hostpath': same('pod.volumes[].hostPath', CLEANED, 'path'),
  'ka.req.pod.volumes.flexvolume_driver': below('volumes.flexVolume.driver'),
  'ka.req.pod.volumes.volume_type': same('pod.volumes[].type'),
  'ka.resp.name': same('responseObject.metadata.name'),
  'ka.response.code': same('responseStatus.code'),
  'ka.response.reason': same('responseStatus.reason'),
  'ka.useragent': same('userAgent'),
}

/** A JSON Pointer into the event: a native field, or a path below one. */
function pointerMeaning(pointer: string): FieldMeaning {
  if (pointer === '/stage') return WHOLE
  if (pointer === '/level') return ANY_LEVEL
  const segments = pointer.split('/').slice(1)
  const keys = segments.map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'))
  const isAnnotation = keys[0] === 'annotations'
  const named = isAnnotation ? keys : keys.filter((key) => !/^\d+$/.test(key))
  const field = named.join('.')
  if (!pointer.startsWith('/') || findField(field) === undefined) {
    return none(`jevt.value[${pointer}] has no counterpart`)
  }
  return same(field, named.length < keys.length ? `the index in ${pointer} became any` : '')
}

function parameterMeaning(argument: string): FieldMeaning {
  if (argument === 'container') return same('exec.container', 'only of exec and attach')
  return none(`ka.uri.param[${argument}] has no counterpart; see exec.* and request.*`)
}
