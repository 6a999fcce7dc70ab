import { Recall } from '../base/recall.ts'
import type { CannotTell, Scalar } from '../base/truth.ts'
import { failedOpenOf } from '../kubernetes/admission/failed-open.ts'
import { certificateOf } from '../kubernetes/certificates/signing-request.ts'
import { clientKind, clientTool } from '../kubernetes/clients/client.ts'
import { execOf } from '../kubernetes/exec/exec.ts'
import { actorOf } from '../kubernetes/identity/actor.ts'
import { kubeletOf } from '../kubernetes/kubelet/kubelet-call.ts'
import { namespaceOf } from '../kubernetes/namespaces/pod-security-labels.ts'
import { outcomeOf } from '../kubernetes/outcome/outcome.ts'
import { pathSignsOf } from '../kubernetes/paths/path-signs.ts'
import { persistentVolumeOf } from '../kubernetes/persistent-volumes/persistent-volume.ts'
import { podOf } from '../kubernetes/pod-spec/pod.ts'
import { bindingOf } from '../kubernetes/rbac/binding.ts'
import { type Grants, grantsOf } from '../kubernetes/rbac/grants.ts'
import { requestFactsOf } from '../kubernetes/request-info/request-facts.ts'
import { routeOf } from '../kubernetes/routes/plain-route.ts'
import { secretNameSignsOf } from '../kubernetes/secret-names/secret-name.ts'
import { secretOf } from '../kubernetes/secrets/secret.ts'
import { serviceOf } from '../kubernetes/services/service.ts'
import { tokenOf } from '../kubernetes/tokens/token-request.ts'
import { peerOf } from '../kubernetes/trust/peer.ts'
import {
  forwardedSignalsOf,
  isServerChosen,
  spoofSignalsOf,
} from '../kubernetes/trust/spoof-signals.ts'
import type { AuditEvent } from '../model/event.ts'
import type {
  Actor,
  BindingFacts,
  CertificateFacts,
  ClientKind,
  ExecFacts,
  Facts,
  GrantRule,
  Known,
  KubeletFacts,
  NamespaceFacts,
  Outcome,
  PathSign,
  Peer,
  PersistentVolumeFacts,
  PodFacts,
  RequestFacts,
  RouteFacts,
  SecretFacts,
  SecretNameSign,
  ServiceFacts,
  SpoofSignal,
  TokenFacts,
} from '../model/facts.ts'
import { type EnrichOptions, networksOf } from './networks.ts'
import { valuesAt } from './path-values.ts'

export type { EnrichOptions } from './networks.ts'

/** The event with all that Kubernetes knowledge adds. Costs nothing until a part is touched. */
export const enrich = (event: AuditEvent, options?: EnrichOptions): Facts =>
  new EnrichedEvent(event, options)

/** A log has few user agents, and these are asked of nearly every event. */
const KINDS = new Recall((agent) => clientKind(agent))
const TOOLS = new Recall((agent) => clientTool(agent))

const UNREAD: unique symbol = Symbol('unread')
type Unread = typeof UNREAD

/** Computes each part at its first touch and keeps it. */
class EnrichedEvent implements Facts {
  readonly event: AuditEvent
  readonly #options: EnrichOptions | undefined
  #actor: Actor | undefined = undefined
  #peer: Peer | undefined = undefined
  #request: RequestFacts | undefined = undefined
  #outcome: Outcome | CannotTell | undefined = undefined
  #spoofSignals: readonly SpoofSignal[] | undefined = undefined
  #pathSigns: readonly PathSign[] | CannotTell | undefined = undefined
  #exec: ExecFacts | undefined | Unread = UNREAD
  #pod: PodFacts | undefined | CannotTell | Unread = UNREAD
  #grants: Grants | undefined | CannotTell | Unread = UNREAD
  #binding: BindingFacts | undefined | CannotTell | Unread = UNREAD
  #certificate: CertificateFacts | undefined | CannotTell | Unread = UNREAD
  #service: ServiceFacts | undefined | CannotTell | Unread = UNREAD
  #token: TokenFacts | undefined | CannotTell | Unread = UNREAD
  #secret: SecretFacts | undefined | CannotTell | Unread = UNREAD

  constructor(event: AuditEvent, options: EnrichOptions | undefined) {
    this.event = event
    this.#options = options
  }

  get actor(): Actor {
    this.#actor ??= actorOf(this.event)
    return this.#actor
  }

  get peer(): Peer {
    this.#peer ??= peerOf(this.event.sourceIPs, networksOf(this.#options))
    return this.#peer
  }

  get request(): RequestFacts {
    this.#request ??= requestFactsOf(this.event)
    return this.#request
  }

  get outcome(): Outcome | CannotTell {
    this.#outcome ??= outcomeOf(this.event)
    return this.#outcome
  }

  get auditIDChosen(): boolean | undefined {
    const { auditID } = this.event
    return auditID === undefined ? undefined : !isServerChosen(auditID)
  }

  get spoofSignals(): readonly SpoofSignal[] {
    this.#spoofSignals ??= spoofSignalsOf(this.event, this.peer)
    return this.#spoofSignals
  }

  get forwardedSignals(): readonly SpoofSignal[] | undefined {
    // Asked of every event, and nearly all have one address.
    if ((this.event.sourceIPs?.length ?? 0) < 2) return undefined
    return forwardedSignalsOf(this.event, this.peer)
  }

  get clientKind(): ClientKind {
    return KINDS.of(this.event.userAgent ?? '')
  }

  get clientTool(): string | undefined {
    return TOOLS.of(this.event.userAgent ?? '')
  }

  get pathSigns(): readonly PathSign[] | CannotTell {
    this.#pathSigns ??= pathSignsOf(this.event)
    return this.#pathSigns
  }

  get exec(): ExecFacts | undefined {
    if (this.#exec === UNREAD) this.#exec = execOf(this.event)
    return this.#exec
  }

  get pod(): PodFacts | undefined | CannotTell {
    if (this.#pod === UNREAD) this.#pod = podOf(this.event)
    return this.#pod
  }

  get grantRules(): readonly GrantRule[] | undefined | CannotTell {
    const grants = this.#readGrants()
    return typeof grants === 'object' ? grants.rules : grants
  }

  get grantAggregated(): Known<boolean> {
    const grants = this.#readGrants()
    return typeof grants === 'object' ? grants.aggregated : grants
  }

  get grantAggregatesTo(): Known<readonly string[]> {
    const grants = this.#readGrants()
    return typeof grants === 'object' ? grants.aggregatesTo : grants
  }

  get binding(): BindingFacts | undefined | CannotTell {
    if (this.#binding === UNREAD) this.#binding = bindingOf(this.event)
    return this.#binding
  }

  get certificate(): CertificateFacts | undefined | CannotTell {
    if (this.#certificate === UNREAD) this.#certificate = certificateOf(this.event)
    return this.#certificate
  }

  get service(): ServiceFacts | undefined | CannotTell {
    if (this.#service === UNREAD) this.#service = serviceOf(this.event)
    return this.#service
  }

  // Asked of a few requests, by one rule or two: not worth a place in every event.
  get route(): RouteFacts | undefined | CannotTell {
    return routeOf(this.event)
  }

  get persistentVolume(): PersistentVolumeFacts | undefined | CannotTell {
    return persistentVolumeOf(this.event)
  }

  get namespace(): NamespaceFacts | undefined | CannotTell {
    return namespaceOf(this.event)
  }

  get kubelet(): KubeletFacts | undefined | CannotTell {
    return kubeletOf(this.event)
  }

  get token(): TokenFacts | undefined | CannotTell {
    if (this.#token === UNREAD) this.#token = tokenOf(this.event)
    return this.#token
  }

  get secret(): SecretFacts | undefined | CannotTell {
    if (this.#secret === UNREAD) this.#secret = secretOf(this.event)
    return this.#secret
  }

  get secretNameSigns(): readonly SecretNameSign[] | undefined {
    return secretNameSignsOf(this.event)
  }

  get failedOpen(): readonly string[] | undefined {
    return failedOpenOf(this.event)
  }

  at(
    root: 'requestObject' | 'responseObject',
    path: string,
  ): readonly Scalar[] | undefined | CannotTell {
    return valuesAt(this.event[root], path)
  }

  #readGrants(): Grants | undefined | CannotTell {
    if (this.#grants === UNREAD) this.#grants = grantsOf(this.event)
    return this.#grants
  }
}
