/**
 * The level an event was logged at. Upstream: kubernetes/apiserver pkg/apis/audit/types.go, Level.
 */
export type Level = 'Metadata' | 'Request' | 'RequestResponse'

/** The stage of a request at which an event was made. Upstream: the same file, Stage. */
export type Stage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

/** The shapes that the log comes in: who wrote the record, and so what it can say. */
export type Provider = 'native' | 'gke' | 'admission'

/** Who asks, as the authenticator said. `username` is undefined for a failed authentication. */
export interface User {
  readonly username: string | undefined
  readonly uid: string | undefined
  readonly groups: readonly string[] | undefined
  readonly extra: Readonly<Record<string, readonly string[]>> | undefined
}

/** What was asked for. All of it is split from the decoded path and may hold any text. */
export interface ObjectRef {
  readonly resource: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly uid: string | undefined
  /** Undefined is the core group. */
  readonly apiGroup: string | undefined
  readonly apiVersion: string | undefined
  readonly resourceVersion: string | undefined
  readonly subresource: string | undefined
}

/** What was answered. */
export interface ResponseStatus {
  readonly code: number | undefined
  readonly status: string | undefined
  readonly reason: string | undefined
  readonly message: string | undefined
}

/** A file, or a member of an archive, and whose log it is. One object shared by all its events. */
export interface Source {
  readonly cluster: string
  readonly server: string
  readonly file: string
}

/**
 * Where the bytes of an event lie: in the decompressed content of `source.file`. For a wrapped
 * record this is the outer record, and `index` the place of the event within it.
 */
export interface Origin {
  readonly source: Source
  readonly offset: number
  readonly length: number
  /** Place among the events of one record, from 0. */
  readonly index: number
  /** Place among the events that these very bytes hold: above 0 only in an envelope. */
  readonly within?: number
}

/**
 * One canonical audit event, whatever shape it came in. Names are those of `audit.k8s.io/v1`.
 * A value that the record lacks is undefined; whether it *could* have been there is said by
 * `unknown`, a set of parts (see blindness.ts).
 *
 * The bodies may be read lazily: a getter parses them at the first touch. Text in an event may be
 * chosen by anybody, and may be a slice that keeps its block of bytes alive: copy before keeping.
 */
export interface AuditEvent {
  readonly provider: Provider
  /** Undefined when the record does not say. */
  readonly level: Level | undefined
  readonly auditID: string | undefined
  readonly stage: Stage
  readonly requestURI: string | undefined
  readonly verb: string
  readonly user: User
  readonly impersonatedUser: User | undefined
  /** `authenticationMetadata.impersonationConstraint`, since Kubernetes 1.35. */
  readonly impersonationConstraint: string | undefined
  readonly sourceIPs: readonly string[] | undefined
  readonly userAgent: string | undefined
  readonly objectRef: ObjectRef | undefined
  readonly responseStatus: ResponseStatus | undefined
  readonly requestObject: unknown
  readonly responseObject: unknown
  /** RFC 3339 text as logged, microseconds where the server wrote them. */
  readonly requestReceivedTimestamp: string
  /** The event's own time, RFC 3339 text as logged. */
  readonly stageTimestamp: string
  readonly annotations: Readonly<Record<string, string>> | undefined
  /** Where the record itself says whether it is a dry run, as an AdmissionReview does. */
  readonly dryRun?: boolean | undefined
  /** Parts that this event could not carry: bits of `PART`. */
  readonly unknown: number
  /** Parts whose bytes are no JSON: bits of `PART`, a subset of `unknown`. */
  readonly unparsable: number
  readonly origin: Origin
}

/** Later stages know more. The rank of the stage that decides an act's verdict. */
export const STAGE_RANK: Readonly<Record<Stage, number>> = {
  RequestReceived: 0,
  ResponseStarted: 1,
  Panic: 2,
  ResponseComplete: 3,
}
