import { CANNOT_TELL, type FieldValue } from '../base/truth.ts'
import { PART } from './blindness.ts'
import type { Stage } from './event.ts'
import type { BindingSubject, Facts, GrantRule, Known, PodContainer, PodVolume } from './facts.ts'

/** Who decides a field's value: the API server, a client it authenticated, or anyone at all. */
export type Trust = 'server' | 'client' | 'anyone'

/**
 * The type of one value; a list type has any number of them. `any` is a value whose type the
 * event's author chose.
 */
export type FieldType = 'text' | 'number' | 'boolean' | 'time' | 'address' | 'any'

interface Description {
  readonly name: string
  readonly type: FieldType
  readonly list?: true
  readonly trust: Trust
  /** Parts of the event the value comes from: bits of `PART`. 0: always there. */
  readonly part: number
  /**
   * Where a computed value is taken from, if not from `part`: only to say why it cannot be told.
   */
  readonly from?: number
  /** The column that stores it; absent: computed from raw when asked. */
  readonly column?: string
  /** All values the field can have, where that is a closed set. */
  readonly values?: readonly string[]
  /** `values` are those that Kubernetes knows: a client can make others. */
  readonly open?: true
  /** A sentence for the reference page. */
  readonly about: string
}

/** A field with one value, or a list of scalars. */
export interface ValueField extends Description {
  readonly kind: 'value'
  readonly read: (facts: Facts) => FieldValue
}

/** A field below an array of objects: tests in one selection map hold for the same element. */
export interface ElementField extends Description {
  readonly kind: 'element'
  /** The array's name, such as `pod.containers`. */
  readonly group: ElementGroup
  readonly read: (element: never) => FieldValue
}

/** A family of fields named by a path that the event's author chose: `annotations.*`. */
export interface PathField extends Description {
  readonly kind: 'path'
  /** Gets what follows the prefix. */
  readonly read: (facts: Facts, path: string) => FieldValue
}

/** Anything a rule can read. */
export type Field = ValueField | ElementField | PathField

/** The arrays of objects whose elements have fields. */
export type ElementGroup = 'pod.containers' | 'pod.volumes' | 'grant.rules' | 'binding.subjects'

/** The elements of each array of objects. Undefined: none; each is read by the group's fields. */
export const GROUPS: Readonly<Record<ElementGroup, (facts: Facts) => Known<readonly unknown[]>>> = {
  'pod.containers': (facts) => below(facts.pod, (pod) => pod.containers),
  'pod.volumes': (facts) => below(facts.pod, (pod) => pod.volumes),
  'grant.rules': (facts) => facts.grantRules,
  'binding.subjects': (facts) => below(facts.binding, (binding) => binding.subjects),
}

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']
const METHODS = ['post', 'put', 'head', 'options', 'connect', 'trace', 'proxy', '']
const IDENTITY = PART.impersonation
const FROM_BODY: More = { from: PART.requestObject }

/**
 * Every field that a rule can read: the one table that the linter, the schema, both emitters and
 * the reference page use. Native names are those of `audit.k8s.io/v1`. (A table of data: exempt
 * from the file size limit.)
 */
export const FIELDS: readonly Field[] = [
  value(
    'level',
    'text',
    'server',
    0,
    'level',
    (f) => f.event.level,
    'The level it was logged at.',
    {
      values: ['Metadata', 'Request', 'RequestResponse'],
    },
  ),
  value('stage', 'text', 'server', 0, 'stage', (f) => f.event.stage, 'The stage of the request.', {
    values: ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'],
  }),
  value(
    'auditID',
    'text',
    'anyone',
    PART.auditID,
    'audit_id',
    (f) => f.event.auditID,
    'The id of the request. A client may choose it: it proves nothing.',
  ),
  value(
    'requestURI',
    'text',
    'client',
    PART.requestURI,
    'request_uri',
    (f) => f.event.requestURI,
    'The path and query as sent, percent-encoded.',
  ),
  value(
    'verb',
    'text',
    'server',
    0,
    'verb',
    (f) => f.event.verb,
    'The verb of a resource request, or the HTTP method in lower case.',
    {
      values: [...VERBS, ...METHODS],
      open: true,
    },
  ),
  value(
    'user.username',
    'text',
    'server',
    0,
    'user_username',
    (f) => f.event.user.username,
    'The authenticated user, before impersonation.',
  ),
  value(
    'user.uid',
    'text',
    'server',
    PART.credential,
    'user_uid',
    (f) => f.event.user.uid,
    'The uid of the authenticated user.',
  ),
  list(
    'user.groups',
    'text',
    'server',
    PART.groups,
    'user_groups',
    (f) => f.event.user.groups,
    'The groups of the authenticated user.',
  ),
  path(
    'user.extra.*',
    'server',
    PART.credential,
    (f, key) => f.event.user.extra?.[key],
    'Extra facts of the authenticator, such as the credential-id.',
  ),
  value(
    'impersonatedUser.username',
    'text',
    'server',
    PART.impersonation,
    'impersonated_username',
    (f) => f.event.impersonatedUser?.username,
    'The user acted as, when impersonating.',
  ),
  value(
    'impersonatedUser.uid',
    'text',
    'server',
    PART.impersonation,
    'impersonated_uid',
    (f) => f.event.impersonatedUser?.uid,
    'The uid acted as, when impersonating.',
  ),
  list(
    'impersonatedUser.groups',
    'text',
    'server',
    PART.impersonation,
    'impersonated_groups',
    (f) => f.event.impersonatedUser?.groups,
    'The groups acted as, when impersonating.',
  ),
  path(
    'impersonatedUser.extra.*',
    'server',
    PART.impersonation,
    (f, key) => f.event.impersonatedUser?.extra?.[key],
    'Extra facts claimed when impersonating.',
  ),
  value(
    'authenticationMetadata.impersonationConstraint',
    'text',
    'server',
    PART.impersonation,
    'impersonation_constraint',
    (f) => f.event.impersonationConstraint,
    'The constrained verb that allowed the impersonation, since Kubernetes 1.35.',
  ),
  list(
    'sourceIPs',
    'address',
    'anyone',
    PART.sourceIPs,
    'source_ips',
    (f) => f.event.sourceIPs,
    'All addresses; all but the last can be made up by the client. Prefer peer.address.',
  ),
  value(
    'userAgent',
    'text',
    'anyone',
    PART.userAgent,
    'user_agent',
    (f) => f.event.userAgent,
    'What the client calls itself.',
  ),
  value(
    'objectRef.resource',
    'text',
    'client',
    0,
    'object_resource',
    (f) => f.event.objectRef?.resource,
    'What was asked for, in the plural.',
  ),
  value(
    'objectRef.namespace',
    'text',
    'client',
    0,
    'object_namespace',
    (f) => f.event.objectRef?.namespace,
    'The namespace asked for.',
  ),
  value(
    'objectRef.name',
    'text',
    'client',
    PART.name,
    'object_name',
    (f) => f.event.objectRef?.name,
    'The name asked for; of a create known only after the body was read.',
  ),
  value(
    'objectRef.uid',
    'text',
    'client',
    PART.name,
    'object_uid',
    (f) => f.event.objectRef?.uid,
    'The uid, where the request or its body had one.',
  ),
  value(
    'objectRef.apiGroup',
    'text',
    'client',
    0,
    'object_api_group',
    (f) => f.event.objectRef?.apiGroup,
    'The API group; absent for the core group.',
  ),
  value(
    'objectRef.apiVersion',
    'text',
    'client',
    0,
    'object_api_version',
    (f) => f.event.objectRef?.apiVersion,
    'The API version.',
  ),
  value(
    'objectRef.resourceVersion',
    'text',
    'client',
    PART.name,
    'object_resource_version',
    (f) => f.event.objectRef?.resourceVersion,
    'The resourceVersion that the body carried.',
  ),
  value(
    'objectRef.subresource',
    'text',
    'client',
    0,
    'object_subresource',
    (f) => f.event.objectRef?.subresource,
    'The subresource asked for.',
  ),
  value(
    'responseStatus.code',
    'number',
    'server',
    PART.responseStatus,
    'response_code',
    (f) => f.event.responseStatus?.code,
    'The HTTP code. 101 is no proof of success.',
  ),
  value(
    'responseStatus.status',
    'text',
    'server',
    PART.responseStatus,
    'response_status',
    (f) => f.event.responseStatus?.status,
    'Success or Failure, where the answer was a Status.',
  ),
  value(
    'responseStatus.reason',
    'text',
    'server',
    PART.responseStatus,
    'response_reason',
    (f) => f.event.responseStatus?.reason,
    'The reason of a failure, such as Forbidden.',
  ),
  value(
    'responseStatus.message',
    'text',
    'server',
    PART.responseStatus,
    'response_message',
    (f) => f.event.responseStatus?.message,
    'The message of a failure.',
  ),
  value(
    'requestReceivedTimestamp',
    'time',
    'server',
    0,
    'received_at',
    (f) => f.event.requestReceivedTimestamp,
    'When the request arrived.',
  ),
  value(
    'stageTimestamp',
    'time',
    'server',
    0,
    'stage_at',
    (f) => f.event.stageTimestamp,
    "When this stage was reached: the event's own time.",
  ),
  path(
    'annotations.*',
    'server',
    PART.annotations,
    (f, key) => f.event.annotations?.[key],
    'Why the server did what it did: authorization, admission, Pod Security.',
  ),
  path(
    'requestObject.*',
    'client',
    PART.requestObject,
    (f, at) => f.at('requestObject', at),
    'What was submitted, by a dotted path; any member of a list matches.',
    'any',
  ),
  path(
    'responseObject.*',
    'server',
    PART.responseObject,
    (f, at) => f.at('responseObject', at),
    'What was answered, by a dotted path; any member of a list matches.',
    'any',
  ),

  value(
    'actor.name',
    'text',
    'server',
    0,
    'actor_name',
    (f) => f.actor.name,
    'Who acts in effect: the impersonated user, else the authenticated one.',
  ),
  value(
    'actor.kind',
    'text',
    'server',
    0,
    'actor_kind',
    (f) => f.actor.kind,
    'What kind of identity acts in effect.',
    {
      values: ['anonymous', 'unauthenticated', 'human', 'serviceaccount', 'node', 'controlplane'],
    },
  ),
  list(
    'actor.groups',
    'text',
    'server',
    PART.groups,
    'actor_groups',
    (f) => f.actor.groups,
    'The groups of the effective actor.',
  ),
  value(
    'actor.namespace',
    'text',
    'server',
    0,
    'actor_namespace',
    (f) => f.actor.namespace,
    'The namespace of an acting ServiceAccount.',
  ),
  value(
    'actor.serviceAccount',
    'text',
    'server',
    0,
    'actor_service_account',
    (f) => f.actor.serviceAccount,
    'The name of an acting ServiceAccount, without its namespace.',
  ),
  value(
    'actor.builtin',
    'boolean',
    'server',
    0,
    'actor_builtin',
    (f) => f.actor.builtin,
    'Whether the actor is a component of the control plane or one of its own controllers.',
  ),
  value(
    'actor.impersonated',
    'boolean',
    'server',
    IDENTITY,
    'actor_impersonated',
    (f) => whereKnown(f, IDENTITY, f.actor.impersonated),
    'Whether the actor is impersonated.',
  ),
  value(
    'peer.address',
    'address',
    'server',
    PART.sourceIPs,
    'peer_address',
    (f) => f.peer.address,
    'The TCP peer: the last address less the configured proxies.',
  ),
  value(
    'peer.class',
    'text',
    'server',
    PART.sourceIPs,
    'peer_class',
    (f) => (f.peer.class === 'unknown' ? CANNOT_TELL : f.peer.class),
    'What network the peer is in. Without an address that one can have, it cannot be told.',
    {
      values: ['public', 'private', 'loopback', 'cluster'],
    },
  ),
  list(
    'peer.claimed',
    'address',
    'anyone',
    PART.sourceIPs,
    'peer_claimed',
    (f) => f.peer.claimed,
    'The addresses before the peer, which the client may have made up.',
  ),
  value(
    'outcome',
    'text',
    'server',
    PART.responseStatus,
    'outcome',
    (f) => f.outcome,
    'What came of it, from the code and the authorization decision together.',
    {
      values: ['allowed', 'denied', 'failed', 'dry-run'],
    },
  ),
  value(
    'request.resource',
    'text',
    'client',
    0,
    'request_resource',
    (f) => f.request.resource,
    'resource or resource/subresource, such as pods/exec.',
  ),
  value(
    'request.apiGroup',
    'text',
    'client',
    0,
    'request_api_group',
    (f) => f.request.apiGroup,
    'The API group; the core group is the empty string.',
  ),
  value(
    'request.path',
    'text',
    'client',
    PART.requestURI,
    'request_path',
    (f) => f.request.path,
    'The percent-decoded path, without the query.',
  ),
  value(
    'request.scope',
    'text',
    'client',
    0,
    'request_scope',
    (f) => f.request.scope,
    'How much was asked for.',
    { values: ['cluster', 'namespace', 'object', 'none'] },
  ),
  value(
    'request.write',
    'boolean',
    'server',
    0,
    'request_write',
    (f) => f.request.write,
    'Whether the verb changes something.',
  ),
  value(
    'request.dryRun',
    'boolean',
    'client',
    PART.requestURI,
    'request_dry_run',
    (f) => f.request.dryRun,
    'Whether nothing was to be stored (dryRun=All).',
  ),
  value(
    'request.longRunning',
    'boolean',
    'server',
    0,
    'request_long_running',
    (f) => f.request.longRunning,
    'Whether the request has a ResponseStarted stage.',
  ),
  list(
    'request.pathSigns',
    'text',
    'client',
    PART.requestURI,
    'request_path_signs',
    (f) => f.pathSigns,
    'Signs in the path that somebody tries what is made of it: going up, odd escapes, odd names.',
    { values: ['traversal', 'needless-escape', 'escaped-slash', 'double-escape', 'odd-name'] },
  ),
  value(
    'client.kind',
    'text',
    'anyone',
    PART.userAgent,
    'client_kind',
    (f) => whereKnown(f, PART.userAgent, f.clientKind),
    'What kind of program the user agent names; the client chooses it.',
    { values: ['kubectl', 'kubernetes', 'library', 'browser', 'script', 'other', 'none'] },
  ),
  value(
    'client.tool',
    'text',
    'anyone',
    PART.userAgent,
    'client_tool',
    (f) => f.clientTool,
    'A known tool for attacks that the user agent names; the client chooses it.',
  ),
  value(
    'exec.command',
    'text',
    'client',
    PART.requestURI,
    'exec_command',
    (f) => f.exec?.command,
    'The command of an exec, joined by spaces.',
  ),
  list(
    'exec.arguments',
    'text',
    'client',
    PART.requestURI,
    'exec_arguments',
    (f) => f.exec?.arguments,
    'The command of an exec, argument by argument.',
  ),
  value(
    'exec.container',
    'text',
    'client',
    PART.requestURI,
    'exec_container',
    (f) => f.exec?.container,
    'The container of an exec or attach.',
  ),
  value(
    'exec.stdin',
    'boolean',
    'client',
    PART.requestURI,
    'exec_stdin',
    (f) => f.exec?.stdin,
    'Whether the session can be typed into.',
  ),
  value(
    'exec.tty',
    'boolean',
    'client',
    PART.requestURI,
    'exec_tty',
    (f) => f.exec?.tty,
    'Whether the session has a terminal.',
  ),
  value(
    'exec.plainCommand',
    'text',
    'client',
    PART.requestURI,
    'exec_plain_command',
    (f) => f.exec?.plainCommand,
    'The command of an exec without quotes, backslashes, `$IFS` and detours in paths.',
  ),
  value(
    'exec.tool',
    'text',
    'client',
    PART.requestURI,
    'exec_tool',
    (f) => f.exec?.tool,
    'A known tool for attacks that the command of an exec names.',
  ),
  list(
    'exec.hosts',
    'text',
    'client',
    PART.requestURI,
    'exec_hosts',
    (f) => f.exec?.hosts,
    'The hosts named in the command of an exec; addresses in their usual form.',
  ),
  list(
    'exec.remoteHosts',
    'text',
    'client',
    PART.requestURI,
    'exec_remote_hosts',
    (f) => f.exec?.remoteHosts,
    'The hosts named in it that are neither the pod itself nor names within the cluster.',
  ),
  value(
    'exec.session',
    'text',
    'server',
    PART.responseStatus | PART.requestURI,
    'exec_session',
    (f) => f.exec?.session,
    'Whether the session of an exec or attach is still going on; absent if it was refused.',
    { values: ['live', 'ended'] },
  ),
  value(
    'exec.durationSeconds',
    'number',
    'server',
    PART.responseStatus | PART.requestURI,
    'exec_duration_seconds',
    (f) => f.exec?.durationSeconds,
    'How long a session was that has ended, in seconds.',
  ),

  value(
    'pod.hostNetwork',
    'boolean',
    'client',
    0,
    'pod_host_network',
    (f) => below(f.pod, (pod) => pod.hostNetwork),
    "Whether the pod uses the node's network.",
    FROM_BODY,
  ),
  value(
    'pod.hostPID',
    'boolean',
    'client',
    0,
    'pod_host_pid',
    (f) => below(f.pod, (pod) => pod.hostPID),
    "Whether the pod sees the node's processes.",
    FROM_BODY,
  ),
  value(
    'pod.hostIPC',
    'boolean',
    'client',
    0,
    'pod_host_ipc',
    (f) => below(f.pod, (pod) => pod.hostIPC),
    "Whether the pod shares the node's IPC.",
    FROM_BODY,
  ),
  value(
    'pod.shareProcessNamespace',
    'boolean',
    'client',
    0,
    'pod_share_process_namespace',
    (f) => below(f.pod, (pod) => pod.shareProcessNamespace),
    'Whether the containers see each other’s processes.',
    FROM_BODY,
  ),
  value(
    'pod.serviceAccountName',
    'text',
    'client',
    0,
    'pod_service_account_name',
    (f) => below(f.pod, (pod) => pod.serviceAccountName),
    'The ServiceAccount the pod runs as.',
    FROM_BODY,
  ),
  value(
    'pod.nodeName',
    'text',
    'client',
    0,
    'pod_node_name',
    (f) => below(f.pod, (pod) => pod.nodeName),
    'The node the pod is pinned to.',
    FROM_BODY,
  ),
  list(
    'pod.tolerations',
    'text',
    'client',
    0,
    'pod_tolerations',
    (f) => below(f.pod, (pod) => pod.tolerations),
    'Keys of the taints that the pod tolerates; * is all of them.',
    FROM_BODY,
  ),
  list(
    'pod.nodeSelectors',
    'text',
    'client',
    0,
    'pod_node_selectors',
    (f) => below(f.pod, (pod) => pod.nodeSelectors),
    'Keys of the labels that its node must have; metadata.name where it must have a certain name.',
    FROM_BODY,
  ),
  list(
    'pod.unconfined',
    'text',
    'client',
    0,
    'pod_unconfined',
    (f) => below(f.pod, (pod) => pod.unconfined),
    'What the pod takes down of the walls around its containers, by field or annotation.',
    {
      ...FROM_BODY,
      values: ['proc-mount', 'seccomp', 'apparmor', 'selinux', 'sysctl', 'host-process'],
    },
  ),
  value(
    'pod.owned',
    'boolean',
    'client',
    0,
    'pod_owned',
    (f) => below(f.pod, (pod) => pod.owned),
    'Whether a Pod has an ownerReference; absent for a template.',
    FROM_BODY,
  ),
  list(
    'pod.ownerKinds',
    'text',
    'client',
    0,
    'pod_owner_kinds',
    (f) => below(f.pod, (pod) => pod.ownerKinds),
    'The kinds of a Pod’s owners.',
    FROM_BODY,
  ),
  value(
    'pod.mirror',
    'boolean',
    'client',
    0,
    'pod_mirror',
    (f) => below(f.pod, (pod) => pod.mirror),
    'Whether a Pod only shows a static pod of a node: kubelets start none of these.',
    FROM_BODY,
  ),
  value(
    'pod.raisedByAdmission',
    'boolean',
    'server',
    0,
    'pod_raised_by_admission',
    (f) => below(f.pod, (pod) => pod.raisedByAdmission),
    'Whether admission added power: privileged, a capability, a shared namespace, a path, a port, a wall less.',
    FROM_BODY,
  ),
  container('kind', 'text', (c) => c.kind, 'Whether it is a plain, init or ephemeral container.', {
    values: ['container', 'init', 'ephemeral'],
  }),
  container('name', 'text', (c) => c.name, 'The container’s name.'),
  container('image', 'text', (c) => c.image, 'The container’s image as written.'),
  container('command', 'text', (c) => c.command, 'The entrypoint, argument by argument.', {
    list: true,
  }),
  container('args', 'text', (c) => c.args, 'The arguments, one by one.', { list: true }),
  container(
    'commandLine',
    'text',
    (c) => c.commandLine,
    'Command and arguments in one line, without quotes, backslashes and detours in paths.',
  ),
  container(
    'hookCommands',
    'text',
    (c) => c.hookCommands,
    'Commands of lifecycle hooks and exec probes, each in one line of the same form.',
    { list: true },
  ),
  container(
    'hookHosts',
    'text',
    (c) => c.hookHosts,
    'Hosts that lifecycle hooks and probes name, instead of the pod itself.',
    { list: true },
  ),
  container(
    'byAdmission',
    'boolean',
    (c) => c.byAdmission,
    'Whether admission added the container or changed its commands.',
  ),
  container(
    'targetContainer',
    'text',
    (c) => c.targetContainer,
    'Of an ephemeral container: the container whose processes it shares.',
  ),
  container('privileged', 'boolean', (c) => c.privileged, 'Whether the container is privileged.'),
  container(
    'allowPrivilegeEscalation',
    'boolean',
    (c) => c.allowPrivilegeEscalation,
    'Whether a process may gain more privileges than its parent; absent means true.',
  ),
  container(
    'runAsUser',
    'number',
    (c) => c.runAsUser,
    'The user id, of the container else of the pod.',
  ),
  container(
    'runAsNonRoot',
    'boolean',
    (c) => c.runAsNonRoot,
    'Whether root is refused, of the container else of the pod.',
  ),
  container(
    'capabilitiesAdded',
    'text',
    (c) => c.capabilitiesAdded,
    'Capabilities added, upper case without CAP_.',
    { list: true },
  ),
  container(
    'capabilitiesDropped',
    'text',
    (c) => c.capabilitiesDropped,
    'Capabilities dropped, upper case without CAP_.',
    { list: true },
  ),
  container('procMount', 'text', (c) => c.procMount, 'Default or Unmasked.'),
  container(
    'seccompProfile',
    'text',
    (c) => c.seccompProfile,
    'The seccomp profile’s type, of the container else of the pod.',
  ),
  container('hostPorts', 'number', (c) => c.hostPorts, 'Ports opened on the node.', { list: true }),
  container('volumeMounts', 'text', (c) => c.volumeMounts, 'The names of the volumes mounted.', {
    list: true,
  }),
  volume('name', (v) => v.name, 'The volume’s name.'),
  volume('type', (v) => v.type, 'The field of its source: hostPath, secret, projected…'),
  volume('hostPath', (v) => v.hostPath, 'The node’s path, cleaned of //, ., .. and a trailing /.'),
  volume('driver', (v) => v.driver, 'The driver of a CSI or flexVolume source.'),
  volume('writable', (v) => v.writable, 'Whether a container mounts it and may write.', 'boolean'),

  rule('verbs', (r) => r.verbs, 'The verbs granted; * is any.'),
  rule('apiGroups', (r) => r.apiGroups, 'The groups granted; "" is core, * is any.'),
  rule('resources', (r) => r.resources, 'The resources granted; */log is that subresource of any.'),
  rule('resourceNames', (r) => r.resourceNames, 'The names granted; none means all.'),
  rule('nonResourceURLs', (r) => r.nonResourceURLs, 'The paths granted.'),
  value(
    'grant.aggregated',
    'boolean',
    'client',
    0,
    'grant_aggregated',
    (f) => f.grantAggregated,
    'Whether a ClusterRole takes its rules from others (aggregationRule).',
    FROM_BODY,
  ),
  list(
    'grant.aggregatesTo',
    'text',
    'client',
    0,
    'grant_aggregates_to',
    (f) => f.grantAggregatesTo,
    'The roles whose part a ClusterRole is made by a label aggregate-to-…: admin, edit, view.',
    FROM_BODY,
  ),
  value(
    'binding.role.kind',
    'text',
    'client',
    0,
    'binding_role_kind',
    (f) => below(f.binding, (b) => b.roleKind),
    'Role or ClusterRole.',
    FROM_BODY,
  ),
  value(
    'binding.role.name',
    'text',
    'client',
    0,
    'binding_role_name',
    (f) => below(f.binding, (b) => b.roleName),
    'The role bound.',
    FROM_BODY,
  ),
  subject('kind', (s) => s.kind, 'User, Group or ServiceAccount.'),
  subject('name', (s) => s.name, 'The subject’s name.'),
  subject('namespace', (s) => s.namespace, 'The namespace of a ServiceAccount subject.'),
  value(
    'csr.signerName',
    'text',
    'client',
    0,
    'csr_signer_name',
    (f) => below(f.certificate, (c) => c.signerName),
    'The signer asked.',
    FROM_BODY,
  ),
  list(
    'csr.usages',
    'text',
    'client',
    0,
    'csr_usages',
    (f) => below(f.certificate, (c) => c.usages),
    'The key usages asked for.',
    FROM_BODY,
  ),
  value(
    'csr.commonName',
    'text',
    'client',
    0,
    'csr_common_name',
    (f) => below(f.certificate, (c) => c.commonName),
    'The user that the certificate would be, from the PEM.',
    FROM_BODY,
  ),
  list(
    'csr.organizations',
    'text',
    'client',
    0,
    'csr_organizations',
    (f) => below(f.certificate, (c) => c.organizations),
    'The groups it would have, from the PEM.',
    FROM_BODY,
  ),
  value(
    'csr.requester',
    'text',
    'server',
    0,
    'csr_requester',
    (f) => below(f.certificate, (c) => c.requester),
    'Who asked for the certificate, from the answer alone.',
    { from: PART.responseObject },
  ),
  list(
    'csr.conditions',
    'text',
    'client',
    0,
    'csr_conditions',
    (f) => below(f.certificate, (c) => c.conditions),
    'What this request decides: Approved, Denied, Failed.',
    FROM_BODY,
  ),
  value(
    'service.type',
    'text',
    'client',
    0,
    'service_type',
    (f) => below(f.service, (s) => s.type),
    'ClusterIP, NodePort, LoadBalancer or ExternalName.',
    FROM_BODY,
  ),
  list(
    'service.nodePorts',
    'number',
    'client',
    0,
    'service_node_ports',
    (f) => below(f.service, (s) => s.nodePorts),
    'Ports opened on every node.',
    FROM_BODY,
  ),
  list(
    'service.externalIPs',
    'text',
    'client',
    0,
    'service_external_ips',
    (f) => below(f.service, (s) => s.externalIPs),
    'Addresses whose traffic it takes.',
    FROM_BODY,
  ),
  list(
    'service.ingress',
    'text',
    'client',
    0,
    'service_ingress',
    (f) => below(f.service, (s) => s.ingress),
    'Addresses of a load balancer that a request writes into the status of a Service.',
    FROM_BODY,
  ),
  list(
    'route.plainHosts',
    'text',
    'client',
    0,
    'route_plain_hosts',
    (f) => below(f.route, (r) => r.plainHosts),
    'Hosts that an Ingress, Gateway or Route serves without TLS; * is any. An HTTPRoute does not say.',
    FROM_BODY,
  ),
  value(
    'persistentVolume.type',
    'text',
    'client',
    0,
    'persistent_volume_type',
    (f) => below(f.persistentVolume, (v) => v.type),
    'The source of a PersistentVolume, if it leads to a node or to code on it.',
    { ...FROM_BODY, values: ['hostPath', 'local', 'flexVolume', 'csi'] },
  ),
  value(
    'persistentVolume.path',
    'text',
    'client',
    0,
    'persistent_volume_path',
    (f) => below(f.persistentVolume, (v) => v.path),
    'The node’s path of a PersistentVolume, cleaned.',
    FROM_BODY,
  ),
  value(
    'persistentVolume.driver',
    'text',
    'client',
    0,
    'persistent_volume_driver',
    (f) => below(f.persistentVolume, (v) => v.driver),
    'The CSI or flexVolume driver of a PersistentVolume.',
    FROM_BODY,
  ),
  list(
    'namespace.podSecurity',
    'text',
    'client',
    0,
    'namespace_pod_security',
    (f) => below(f.namespace, (n) => n.podSecurity),
    'What is done to the Pod Security labels of a Namespace: enforce=privileged, enforce-.',
    FROM_BODY,
  ),
  value(
    'namespace.podSecurityLoosened',
    'boolean',
    'client',
    0,
    'namespace_pod_security_loosened',
    (f) => below(f.namespace, (n) => n.podSecurityLoosened),
    'Whether a change of a Namespace makes its Pod Security weaker.',
    FROM_BODY,
  ),
  value(
    'kubelet.call',
    'text',
    'client',
    PART.requestURI,
    'kubelet_call',
    (f) => below(f.kubelet, (k) => k.call),
    'What a request to nodes/proxy asks of the kubelet, or of another port of the node.',
    {
      values: [
        ...['read', 'logs', 'run', 'exec', 'attach', 'port-forward', 'cri', 'checkpoint'],
        ...['debug', 'other', 'other-port'],
      ],
    },
  ),
  value(
    'kubelet.path',
    'text',
    'client',
    PART.requestURI,
    'kubelet_path',
    (f) => below(f.kubelet, (k) => k.path),
    'The kubelet’s own path of such a request, decoded and cleaned.',
  ),
  list(
    'token.audiences',
    'text',
    'client',
    0,
    'token_audiences',
    (f) => below(f.token, (t) => t.audiences),
    'The audiences of a requested token.',
    FROM_BODY,
  ),
  list(
    'token.foreignAudiences',
    'text',
    'client',
    0,
    'token_foreign_audiences',
    (f) => below(f.token, (t) => t.foreignAudiences),
    'Those of them that are none of the API server’s own, as clusters name them.',
    FROM_BODY,
  ),
  value(
    'token.expirationSeconds',
    'number',
    'client',
    0,
    'token_expiration_seconds',
    (f) => below(f.token, (t) => t.expirationSeconds),
    'How long a requested token lives, in seconds.',
    FROM_BODY,
  ),
  value(
    'token.bound',
    'boolean',
    'client',
    0,
    'token_bound',
    (f) => below(f.token, (t) => t.bound),
    'Whether a requested token is bound to an object, and ends with it.',
    FROM_BODY,
  ),
  value(
    'token.boundKind',
    'text',
    'client',
    0,
    'token_bound_kind',
    (f) => below(f.token, (t) => t.boundKind),
    'The kind of object a requested token is bound to.',
    FROM_BODY,
  ),
  value(
    'secret.type',
    'text',
    'client',
    0,
    'secret_type',
    (f) => below(f.secret, (s) => s.type),
    'The type of a Secret that is written.',
    FROM_BODY,
  ),
  value(
    'secret.serviceAccountName',
    'text',
    'client',
    0,
    'secret_service_account_name',
    (f) => below(f.secret, (s) => s.serviceAccount),
    'The ServiceAccount whose token a Secret that is written is to hold.',
    FROM_BODY,
  ),
  list(
    'secret.nameSigns',
    'text',
    'client',
    PART.name,
    'secret_name_signs',
    (f) => whereKnown(f, PART.name, f.secretNameSigns),
    'What the name of a Secret says of it: that it opens more than one application, or deploys one.',
    { values: ['credential', 'deployment'] },
  ),
  list(
    'webhook.failedOpen',
    'text',
    'server',
    PART.annotations,
    'webhook_failed_open',
    (f) => f.failedOpen,
    'Webhooks that could not be asked about the request and were passed over (failurePolicy Ignore).',
  ),
  value(
    'spoof.auditID',
    'boolean',
    'server',
    PART.auditID,
    'spoof_audit_id',
    (f) => f.auditIDChosen,
    'Whether the client chose the auditID: no API server makes such a one.',
  ),
  list(
    'spoof.forwarded',
    'text',
    'server',
    PART.sourceIPs,
    'spoof_forwarded',
    (f) => f.forwardedSignals,
    'Signs in the addresses that the client says it speaks for; absent where it names none.',
    {
      values: ['forwarded-chain', 'forwarded-loopback', 'forwarded-private', 'forwarded-many'],
    },
  ),
  list(
    'spoof.signals',
    'text',
    'server',
    0,
    'spoof_signals',
    (f) => f.spoofSignals,
    'Signs that the client chose what the server should have said.',
    {
      values: [
        'audit-id',
        'forwarded-chain',
        'forwarded-loopback',
        'forwarded-private',
        'forwarded-many',
        'control-characters',
        'odd-name',
        'empty-verb',
        'oversize',
      ],
    },
  ),
]

const BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]))
const PATHS = FIELDS.filter((field) => field.kind === 'path')

/** The field of that name, and for a path field what follows its prefix. */
export const findField = (name: string): { field: Field; path: string } | undefined => {
  const exact = BY_NAME.get(name)
  if (exact !== undefined && exact.kind !== 'path') return { field: exact, path: '' }
  const found = PATHS.find((field) => name.startsWith(field.name.slice(0, -1)))
  return found && { field: found, path: name.slice(found.name.length - 1) }
}

/** The part that says why a field cannot be told. */
export const partBehind = (field: Field): number => field.from ?? field.part

/** The stages at which a field can be present, for the reference page and the linter. */
export const stagesOf = (field: Field): readonly Stage[] => {
  const part = partBehind(field)
  const late = PART.requestObject | PART.responseObject | PART.responseStatus | PART.annotations
  if ((part & PART.responseObject) !== 0) return ['ResponseComplete', 'Panic']
  if ((part & (late | PART.impersonation | PART.name)) !== 0) {
    return ['ResponseStarted', 'ResponseComplete', 'Panic']
  }
  return ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']
}

type More = {
  readonly list?: true
  readonly values?: readonly string[]
  readonly open?: true
  readonly from?: number
}

function value(
  name: string,
  type: FieldType,
  trust: Trust,
  part: number,
  column: string,
  read: (facts: Facts) => FieldValue,
  about: string,
  more: More = {},
): ValueField {
  return { kind: 'value', name, type, trust, part, column, read, about, ...more }
}

function list(
  name: string,
  type: FieldType,
  trust: Trust,
  part: number,
  column: string,
  read: (facts: Facts) => FieldValue,
  about: string,
  more: More = {},
): ValueField {
  return { ...value(name, type, trust, part, column, read, about, more), list: true }
}

function path(
  name: string,
  trust: Trust,
  part: number,
  read: (facts: Facts, path: string) => FieldValue,
  about: string,
  type: FieldType = 'text',
): PathField {
  return { kind: 'path', name, type, list: true, trust, part, read, about }
}

function element<E>(
  group: ElementGroup,
  leaf: string,
  type: FieldType,
  read: (element: E) => FieldValue,
  about: string,
  more: More,
): ElementField {
  const column = `${group}_${leaf}`
    .replace('.', '_')
    .replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
  return {
    kind: 'element',
    group,
    name: `${group}[].${leaf}`,
    type,
    trust: 'client',
    part: 0,
    from: PART.requestObject,
    column,
    read,
    about,
    ...more,
  }
}

function container(
  leaf: string,
  type: FieldType,
  read: (c: PodContainer) => FieldValue,
  about: string,
  more: More = {},
): ElementField {
  return element('pod.containers', leaf, type, read, about, more)
}

function volume(
  leaf: string,
  read: (v: PodVolume) => FieldValue,
  about: string,
  type: FieldType = 'text',
): ElementField {
  return element('pod.volumes', leaf, type, read, about, {})
}

function rule(leaf: string, read: (r: GrantRule) => FieldValue, about: string): ElementField {
  return element('grant.rules', leaf, 'text', read, about, { list: true })
}

function subject(
  leaf: string,
  read: (s: BindingSubject) => FieldValue,
  about: string,
): ElementField {
  return element('binding.subjects', leaf, 'text', read, about, {})
}

/** Follows a fact into its parts: "cannot tell" stays so, and nothing stays nothing. */
function below<T extends object, V>(whole: Known<T>, read: (whole: T) => Known<V>): Known<V> {
  return whole === undefined || whole === CANNOT_TELL ? whole : read(whole as T)
}

/** A computed value that means nothing when the part it is computed from could not be there. */
function whereKnown<V>(facts: Facts, part: number, known: V): Known<V> {
  return (facts.event.unknown & part) === 0 ? known : CANNOT_TELL
}
