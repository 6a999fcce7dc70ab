import type { CannotTell, Scalar } from '../base/truth.ts'
import type { AuditEvent } from './event.ts'

/**
 * A value that a patch, a stage or a provider may hide. Undefined: it could be there and is not.
 */
export type Known<T> = T | undefined | CannotTell

/**
 * What kind of identity acts. `node` is system:node:* of group system:nodes, `controlplane` a
 * component's own user.
 */
export type ActorKind =
  | 'anonymous'
  | 'unauthenticated'
  | 'human'
  | 'serviceaccount'
  | 'node'
  | 'controlplane'

/** Who acts in effect: the impersonated user where there is one, else the authenticated one. */
export interface Actor {
  readonly kind: ActorKind
  /** Undefined for a failed authentication. */
  readonly name: string | undefined
  readonly groups: readonly string[] | undefined
  /** Of a ServiceAccount: its namespace and its own name. */
  readonly namespace: string | undefined
  readonly serviceAccount: string | undefined
  /** A controller that kube-controller-manager itself runs, or a component of the control plane. */
  readonly builtin: boolean
  readonly impersonated: boolean
}

/** What kind of address a peer has; `cluster` is one of the configured ranges. */
export type PeerClass = 'public' | 'private' | 'loopback' | 'cluster' | 'unknown'

/** The TCP peer: the last of `sourceIPs` less the configured proxies. The only address to trust. */
export interface Peer {
  readonly address: string | undefined
  readonly class: PeerClass
  /** The addresses before it, which the client may have made up. */
  readonly claimed: readonly string[]
}

/** What came of the request, from `code` and the authorization decision together. */
export type Outcome = 'allowed' | 'denied' | 'failed' | 'dry-run'

/** What is asked: of the request alone, not of its body. */
export interface RequestFacts {
  /** `resource` or `resource/subresource`; undefined for a non-resource request. */
  readonly resource: string | undefined
  /** The core group is the empty string, and undefined means a non-resource request. */
  readonly apiGroup: string | undefined
  /** Percent-decoded, without the query. */
  readonly path: string | undefined
  /** All of a kind, in one namespace, one object, or not about objects at all. */
  readonly scope: 'cluster' | 'namespace' | 'object' | 'none'
  /** create, update, patch, delete or deletecollection. */
  readonly write: boolean
  readonly dryRun: boolean | CannotTell
  readonly longRunning: boolean
}

/** A command run in a container, as the request's query says. */
export interface ExecFacts {
  /** The arguments joined by spaces. */
  readonly command: string | undefined
  readonly arguments: readonly string[]
  /** The command without quotes and detours; see kubernetes/exec/SPEC.md. */
  readonly plainCommand: string | undefined
  /** A known tool for attacks that it names. */
  readonly tool: string | undefined
  /** The hosts named in it, and those that are outside the cluster. */
  readonly hosts: readonly string[]
  readonly remoteHosts: readonly string[]
  readonly container: string | undefined
  readonly stdin: boolean
  readonly tty: boolean
  /** Undefined: there is none, or not yet. */
  readonly session: 'live' | 'ended' | undefined
  /** How long it was; of an ended session. */
  readonly durationSeconds: number | undefined
}

/** What kind of program a client says it is. `script` is a tool or library for any HTTP. */
export type ClientKind =
  | 'kubectl'
  | 'kubernetes'
  | 'library'
  | 'browser'
  | 'script'
  | 'other'
  | 'none'

/** A sign in a path that its author tries what the API server, or a proxy, makes of it. */
export type PathSign =
  | 'traversal'
  | 'needless-escape'
  | 'escaped-slash'
  | 'double-escape'
  | 'odd-name'

/** One container of a pod, of any of the three kinds. */
export interface PodContainer {
  readonly kind: 'container' | 'init' | 'ephemeral'
  readonly name: Known<string>
  readonly image: Known<string>
  readonly command: Known<readonly string[]>
  readonly args: Known<readonly string[]>
  /** Command and arguments without quotes and detours; see kubernetes/exec/SPEC.md. */
  readonly commandLine: Known<string>
  /** Those of lifecycle hooks and exec probes, in the same form. */
  readonly hookCommands: Known<readonly string[]>
  /** Hosts that lifecycle hooks and probes name, instead of the pod itself. */
  readonly hookHosts: Known<readonly string[]>
  /** Whether admission added it, or what it runs, to what was asked for, as far as is shown. */
  readonly byAdmission: boolean
  /** Of an ephemeral container: the one whose processes it shares. */
  readonly targetContainer: Known<string>
  readonly privileged: Known<boolean>
  readonly allowPrivilegeEscalation: Known<boolean>
  readonly runAsUser: Known<number>
  readonly runAsNonRoot: Known<boolean>
  /** Upper case, without a leading CAP_. */
  readonly capabilitiesAdded: Known<readonly string[]>
  readonly capabilitiesDropped: Known<readonly string[]>
  readonly procMount: Known<string>
  readonly seccompProfile: Known<string>
  readonly hostPorts: Known<readonly number[]>
  readonly volumeMounts: Known<readonly string[]>
}

/** One volume of a pod. */
export interface PodVolume {
  readonly name: Known<string>
  /** The name of the source's field: hostPath, secret, projected… */
  readonly type: Known<string>
  /** Cleaned: `//`, `.`, `..` and a trailing `/` resolved. */
  readonly hostPath: Known<string>
  /** Of a CSI or flexVolume source. */
  readonly driver: Known<string>
  /** Whether a container mounts it so that it can write there. */
  readonly writable: Known<boolean>
}

/** Something that confines the containers of a pod, and that a pod spec can take down. */
export type Wall = 'proc-mount' | 'seccomp' | 'apparmor' | 'selinux' | 'sysctl' | 'host-process'

/** The pod spec that a request submits, wherever it sits; of a patch only what the patch sets. */
export interface PodFacts {
  readonly hostNetwork: Known<boolean>
  readonly hostPID: Known<boolean>
  readonly hostIPC: Known<boolean>
  readonly shareProcessNamespace: Known<boolean>
  readonly serviceAccountName: Known<string>
  readonly nodeName: Known<string>
  /** Keys of the taints tolerated; `*` is any. */
  readonly tolerations: Known<readonly string[]>
  /** Keys of the labels that the node must have; `metadata.name` where it must have a name. */
  readonly nodeSelectors: Known<readonly string[]>
  /** The walls around its containers that it takes down. */
  readonly unconfined: Known<readonly Wall[]>
  /** Whether the Pod itself has an ownerReference. Undefined for a template. */
  readonly owned: Known<boolean>
  readonly ownerKinds: Known<readonly string[]>
  /** Whether it is a mirror pod, which no kubelet starts. Undefined for a template. */
  readonly mirror: Known<boolean>
  /** Whether admission added power over the node to what was asked for, as far as is shown. */
  readonly raisedByAdmission: boolean
  readonly containers: readonly PodContainer[] | CannotTell
  readonly volumes: readonly PodVolume[] | CannotTell
}

/**
 * One rule of a Role or ClusterRole that really grants something: verbs × groups × resources ×
 * names.
 */
export interface GrantRule {
  readonly verbs: Known<readonly string[]>
  readonly apiGroups: Known<readonly string[]>
  readonly resources: Known<readonly string[]>
  readonly resourceNames: Known<readonly string[]>
  readonly nonResourceURLs: Known<readonly string[]>
}

/** Somebody to whom a binding gives a role. */
export interface BindingSubject {
  readonly kind: Known<string>
  readonly name: Known<string>
  readonly namespace: Known<string>
}

/** A RoleBinding or ClusterRoleBinding that a request writes. */
export interface BindingFacts {
  readonly roleKind: Known<string>
  readonly roleName: Known<string>
  readonly subjects: readonly BindingSubject[] | CannotTell
}

/** A CertificateSigningRequest: what is asked for, and what was decided. */
export interface CertificateFacts {
  readonly signerName: Known<string>
  readonly usages: Known<readonly string[]>
  /** From the PEM. */
  readonly commonName: Known<string>
  readonly organizations: Known<readonly string[]>
  /** Who asked for it, as the API server noted then: only its answer can be trusted with that. */
  readonly requester: Known<string>
  /** Conditions set by this request: Approved, Denied, Failed. */
  readonly conditions: Known<readonly string[]>
}

/** A Service that a request writes: how it can be reached. */
export interface ServiceFacts {
  readonly type: Known<string>
  readonly nodePorts: Known<readonly number[]>
  readonly externalIPs: Known<readonly string[]>
  /** Addresses of its load balancer, of a request that writes its status. */
  readonly ingress: Known<readonly string[]>
}

/** An Ingress, Gateway or HTTPRoute that a request writes. */
export interface RouteFacts {
  /** Hosts that it serves without TLS; `*` is any. */
  readonly plainHosts: Known<readonly string[]>
}

/** A PersistentVolume that a request writes: where it lies. */
export interface PersistentVolumeFacts {
  /** hostPath, local, flexVolume or csi; undefined for what does not touch a node. */
  readonly type: Known<string>
  /** The node's path, cleaned. */
  readonly path: Known<string>
  readonly driver: Known<string>
}

/** A Namespace that a request writes: what becomes of its Pod Security. */
export interface NamespaceFacts {
  /** As `kubectl label` would say it: `enforce=privileged`, `enforce-`. */
  readonly podSecurity: Known<readonly string[]>
  readonly podSecurityLoosened: boolean | CannotTell
}

/** What a request to nodes/proxy asks of the kubelet, by its path. */
export type KubeletCall =
  | 'read'
  | 'logs'
  | 'run'
  | 'exec'
  | 'attach'
  | 'port-forward'
  | 'cri'
  | 'checkpoint'
  | 'debug'
  | 'other'
  | 'other-port'

/** A request to nodes/proxy. */
export interface KubeletFacts {
  readonly call: KubeletCall
  /** The kubelet's own path, cleaned. */
  readonly path: string
}

/** A Secret that a request writes; never what is in it. */
export interface SecretFacts {
  readonly type: Known<string>
  /** Whose token it is to hold. */
  readonly serviceAccount: Known<string>
}

/** What the name of a Secret says of it. See kubernetes/secret-names/SPEC.md. */
export type SecretNameSign = 'credential' | 'deployment'

/** A TokenRequest. */
export interface TokenFacts {
  readonly audiences: Known<readonly string[]>
  /** Those of them that are none of the API server's own. */
  readonly foreignAudiences: Known<readonly string[]>
  readonly expirationSeconds: Known<number>
  readonly bound: boolean
  readonly boundKind: Known<string>
}

/** A sign that the client chose what the server should have said. See facts of the trust table. */
export type SpoofSignal =
  | 'audit-id'
  | 'forwarded-chain'
  | 'forwarded-loopback'
  | 'forwarded-private'
  | 'forwarded-many'
  | 'control-characters'
  | 'odd-name'
  | 'empty-verb'
  | 'oversize'

/**
 * An event with all that Kubernetes knowledge adds to it. `enrich` implements it; each part is
 * computed at the first touch and kept. Undefined: the request is not of that kind. "Cannot tell":
 * it is, and the event does not show it.
 */
export interface Facts {
  readonly event: AuditEvent
  readonly actor: Actor
  readonly peer: Peer
  readonly outcome: Outcome | CannotTell
  readonly request: RequestFacts
  readonly exec: ExecFacts | undefined
  /** What the client calls itself, which it chooses: never a proof. */
  readonly clientKind: ClientKind
  /** A known tool for attacks that the client calls itself. */
  readonly clientTool: string | undefined
  readonly pathSigns: readonly PathSign[] | CannotTell
  readonly pod: PodFacts | undefined | CannotTell
  readonly grantRules: readonly GrantRule[] | undefined | CannotTell
  readonly grantAggregated: Known<boolean>
  /** The aggregated ClusterRoles whose part this one is made: admin, edit, view or another. */
  readonly grantAggregatesTo: Known<readonly string[]>
  readonly binding: BindingFacts | undefined | CannotTell
  readonly certificate: CertificateFacts | undefined | CannotTell
  readonly service: ServiceFacts | undefined | CannotTell
  readonly route: RouteFacts | undefined | CannotTell
  readonly persistentVolume: PersistentVolumeFacts | undefined | CannotTell
  readonly namespace: NamespaceFacts | undefined | CannotTell
  readonly kubelet: KubeletFacts | undefined | CannotTell
  readonly token: TokenFacts | undefined | CannotTell
  readonly secret: SecretFacts | undefined | CannotTell
  /** Of the Secret that the request is about, whatever the verb. Undefined: it says nothing. */
  readonly secretNameSigns: readonly SecretNameSign[] | undefined
  /** The webhooks that were passed over because they could not be asked. Undefined: none. */
  readonly failedOpen: readonly string[] | undefined
  /** Whether the client chose the auditID; undefined when there is none. */
  readonly auditIDChosen: boolean | undefined
  readonly spoofSignals: readonly SpoofSignal[]
  /** Those of them that the forwarded addresses give. Undefined: no such address. */
  readonly forwardedSignals: readonly SpoofSignal[] | undefined
  /**
   * Values at a native dotted path below a body; keys may hold dots themselves. An empty list: what
   * is there is no scalar. "Cannot tell": too deep or too much to look at.
   */
  at(
    root: 'requestObject' | 'responseObject',
    path: string,
  ): readonly Scalar[] | undefined | CannotTell
}
