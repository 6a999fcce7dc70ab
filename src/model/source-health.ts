import type { GapKind, LogSource, SourceGap, Way } from './delivery.ts'
import type { EventRef } from './finding.ts'

/**
 * What the events of one delivery say of the log that they came from. The analysis counts it; it
 * is small enough to cross threads, whatever the delivery holds.
 */
export interface SourceObservation {
  readonly events: number
  /** Of the records. */
  readonly bytes: number
  /** Of the earliest and the latest event, by the API server's clock, in µs since 1970. */
  readonly firstUs: number | undefined
  readonly lastUs: number | undefined
  readonly stages: StageCounts
  /** Leases renewed by nodes and by the control plane. */
  readonly heartbeats: number
  /** When the API server showed that it has just started. */
  readonly startedUs: number | undefined
  /** Events whose bodies the API server cut off. */
  readonly truncated: number
  /** Events at level Metadata longer than `LIMIT.metadataEventBytesUsual`, and all their bytes. */
  readonly hugeMetadata: number
  readonly hugeMetadataBytes: number
  /** Events without the body that their level promises. */
  readonly missingBodies: number
  /** Where the evidence of the counts above lies: the first few. */
  readonly examples: readonly EventRef[]
  /** By kind of request, the levels it was logged at. */
  readonly levels: readonly KindLevels[]
  /** Requests that began here and did not end here. */
  readonly opened: readonly OpenRequest[]
  /** Keys of requests that ended here and did not begin here. */
  readonly closed: Float64Array
  /** Events by the second of their stage. */
  readonly seconds: readonly SecondCount[]
  /** Requests and kinds that were left out of the lists above for want of room. */
  readonly leftOut: number
}

/** Events by stage. */
export interface StageCounts {
  readonly received: number
  readonly started: number
  readonly complete: number
  readonly panic: number
}

/** Of one kind of request: how many of its final events were logged at each level. */
export interface KindLevels {
  /** `verb resource/subresource by actor-class`. */
  readonly kind: string
  readonly metadata: number
  readonly request: number
  readonly requestResponse: number
}

/** A request that the log saw arrive. */
export interface OpenRequest {
  /** Digest of its auditID and of the moment it was received, the same for all its stages. */
  readonly key: number
  readonly receivedUs: number
  /** A watch, a session: it may stay open for hours. */
  readonly longRunning: boolean
  readonly write: boolean
  readonly verb: string
  readonly target: string
  readonly user: string
  readonly event: EventRef
}

/** How many events have their stage within one second, and the sum of their digests. */
export interface SecondCount {
  /** Since 1970. */
  readonly second: number
  readonly events: number
  readonly sum: number
}

/** What kind of thing a note says. */
export type NoteKind = SourceNote['kind']

/**
 * What is worth telling about a log itself, before any rule has judged it: an episode with a
 * beginning. The same episode may be noted again as it grows; its `key` and `fromUs` stay.
 * A number that is undefined was not measured, and rules that ask for it cannot tell.
 */
export type SourceNote =
  | SilenceNote
  | HeartbeatNote
  | OrphanNote
  | GapNote
  | EvidenceNote
  | SkewNote
  | EvictionNote
  | MetricsNote
  | DriftNote
  | OneWayNote
  | CollisionNote

interface NoteHead {
  readonly cluster: string
  readonly server: string
  /** Undefined: of the API server, however its log comes. */
  readonly way: Way | undefined
  /** Begins the episode; µs since 1970. */
  readonly fromUs: number
  /** Up to where it is known to go on. */
  readonly toUs: number
  /** Tells episodes apart that begin at the same moment; often empty. */
  readonly key: string
  /** Events that show it, if any do. */
  readonly events: readonly EventRef[]
}

/** An API server's log has stopped. */
export interface SilenceNote extends NoteHead {
  readonly kind: 'silence'
  readonly seconds: number
  /** How long it is usually silent; undefined: too little was seen. */
  readonly usualSeconds: number | undefined
  /** Other API servers of the cluster that still log. Undefined: there is no other. */
  readonly othersLogging: number | undefined
  /** Whether the same server's log still comes by another way. Undefined: it has no other. */
  readonly otherWayLogs: boolean | undefined
}

/**
 * Leases are renewed every few seconds. Their renewals have stopped, or are not logged any more.
 */
export interface HeartbeatNote extends NoteHead {
  readonly kind: 'missing-heartbeats'
  readonly seconds: number
  readonly usualSeconds: number
  /** As many as usually come in that time. */
  readonly missed: number
  /** Events of the same log since the last heartbeat. */
  readonly otherEvents: number
}

/** Requests that arrived, and of which no answer was logged. */
export interface OrphanNote extends NoteHead {
  readonly kind: 'orphans'
  readonly count: number
  /** Those among them that write. */
  readonly writes: number
  /** Whether the log stopped right after them, as when the API server is killed. */
  readonly atStop: boolean
  readonly verb: string
  readonly target: string
  readonly user: string
}

/** Something that was not ingested. */
export interface GapNote extends NoteHead {
  readonly kind: 'gap'
  readonly gapKind: GapKind
  readonly bytes: number | undefined
  readonly count: number | undefined
  readonly seconds: number | undefined
  readonly message: string
}

/** Events that say less than they should. */
export interface EvidenceNote extends NoteHead {
  readonly kind: 'truncated' | 'huge-metadata' | 'missing-bodies'
  /** Within an hour. */
  readonly count: number
  readonly bytes: number | undefined
}

/** A clock that is wrong. */
export interface SkewNote extends NoteHead {
  readonly kind: 'clock-skew'
  /** How far it is ahead of ours; behind is negative. */
  readonly aheadSeconds: number
  /** How far it is ahead of the cluster's other API servers. Undefined: there is no other. */
  readonly aheadOfOthersSeconds: number | undefined
}

/** Bytes that come much faster than usual push older evidence out of the API server's files. */
export interface EvictionNote extends NoteHead {
  readonly kind: 'eviction'
  readonly bytesPerSecond: number
  /** Undefined: too little was seen. */
  readonly usualBytesPerSecond: number | undefined
  /** Between two rotations of the file; undefined: none was seen. */
  readonly rotationSeconds: number | undefined
  /** Until rotation deletes what is not read; undefined: not a file, or not known. */
  readonly budgetSeconds: number | undefined
  /** Long events at level Metadata in the same time. */
  readonly hugeMetadata: number
}

/** What the API server's own counters say. */
export interface MetricsNote extends NoteHead {
  readonly kind: 'undelivered' | 'unaccounted' | 'audit-errors' | 'hidden-share'
  /** Events lost, too many, or perhaps lost; of hidden-share the requests that are hidden. */
  readonly count: number
  /** Of hidden-share: the share of requests at level None, now and before. */
  readonly share: number | undefined
  readonly usualShare: number | undefined
  /** Of audit-errors: log, webhook, buffered, truncate. */
  readonly plugin: string | undefined
}

/** API servers of one cluster log the same kind of request differently. */
export interface DriftNote extends NoteHead {
  readonly kind: 'policy-drift'
  readonly requestKind: string
  readonly level: string
  readonly otherLevel: string
  readonly otherServer: string
}

/** Events that came by one way and not by the other. `way` is the one that lacks them. */
export interface OneWayNote extends NoteHead {
  readonly kind: 'one-way'
  readonly count: number
  /** Whether the API server stopped or started then: open watches end so. */
  readonly atStop: boolean
}

/** The same request and stage, logged twice with different content. */
export interface CollisionNote extends NoteHead {
  readonly kind: 'audit-id-collision'
  readonly auditID: string
}

/** A gap that the completeness of a source has, besides those that sources themselves notice. */
export interface NoticedGap {
  readonly source: LogSource
  readonly gap: SourceGap
}

/** What observing a delivery, a scrape or the passing of time has brought to light. */
export interface Noticed {
  readonly notes: readonly SourceNote[]
  readonly gaps: readonly NoticedGap[]
}

/** The `apiserver_audit_*` counters of one API server, scraped at one moment. */
export interface AuditMetrics {
  readonly cluster: string
  readonly server: string
  /** By our clock, in the middle of the request. */
  readonly atUs: number
  readonly eventTotal: number
  /** By plugin: log, webhook, buffered, truncate. */
  readonly errorTotal: Readonly<Record<string, number>>
  /** By level: None, Metadata, Request, RequestResponse. */
  readonly levelTotal: Readonly<Record<string, number>>
  readonly rejectedTotal: number
  /** When the process began, by its own clock; undefined: it does not say. */
  readonly startedUs: number | undefined
}

/** Everything that `deckwatch sources` shows, for machines. */
export interface SourcesReport {
  /** RFC 3339. */
  readonly at: string
  /** Of an instance that runs, or of what is stored. */
  readonly live: boolean
  readonly sources: readonly SourceReport[]
}

/** One log source in the report. Undefined is always: not known. */
export interface SourceReport {
  readonly cluster: string
  readonly server: string
  readonly way: Way
  readonly events: number
  readonly bytes: number
  /** RFC 3339, by the API server's clock. */
  readonly lastEvent: string | undefined
  readonly lastArrived: string | undefined
  /** Of the last minutes. */
  readonly eventsPerSecond: number | undefined
  readonly bytesPerSecond: number | undefined
  /** From an event's stage to its arrival here, as a median. */
  readonly delaySeconds: number | undefined
  readonly lagBytes: number | undefined
  /** Until rotation deletes what is not read. */
  readonly budgetSeconds: number | undefined
  readonly duplicates: number | undefined
  /** Events that came by both ways; those of the last ten minutes are not compared yet. */
  readonly linked: number | undefined
  readonly gaps: readonly GapCount[]
  readonly silentSeconds: number | undefined
  readonly usualSilenceSeconds: number | undefined
  readonly skewSeconds: number | undefined
  readonly truncated: number | undefined
  readonly orphans: number | undefined
  readonly policy: PolicySeen | undefined
  /** What is not as it should be, in sentences. */
  readonly troubles: readonly string[]
}

/** Gaps of one kind, and how much they say is missing. */
export interface GapCount {
  readonly kind: GapKind
  readonly count: number
  readonly events: number | undefined
  /** RFC 3339. */
  readonly last: string | undefined
}

/** What the log lets one think of the audit policy behind it. */
export interface PolicySeen {
  /** Events by level. */
  readonly levels: Readonly<Record<string, number>>
  /** Share of requests that the policy hides, from metrics. */
  readonly hiddenShare: number | undefined
  readonly receivedStage: boolean
  /** What every cluster does all the time, and this log does not show. */
  readonly neverSeen: readonly string[]
}
