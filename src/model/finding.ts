import type { Issue } from '../base/issue.ts'
import type { Reason } from './blindness.ts'
import type { ActorKind, Outcome } from './facts.ts'
import type { Trust } from './fields.ts'

/** How bad a finding is, in Sigma's words. */
export type Severity = 'informational' | 'low' | 'medium' | 'high' | 'critical'

/** From harmless to worst: the order of `--level` and `--fail-on`. */
export const SEVERITIES: readonly Severity[] = [
  'informational',
  'low',
  'medium',
  'high',
  'critical',
]

/** What a finding says of its rule. */
export interface RuleRef {
  readonly id: string
  readonly title: string
  readonly level: Severity
  /** The id in the list of detections, such as B01, from the tag `detection.b01`. */
  readonly detection: string | undefined
  /** ATT&CK technique ids, upper case, from the tags `attack.t1609`. */
  readonly techniques: readonly string[]
  /** Short names of ATT&CK tactics, from the tags `attack.execution`. */
  readonly tactics: readonly string[]
  /** Ids of Microsoft's Threat Matrix for Kubernetes, from the tags `threat-matrix.ms-ta9006`. */
  readonly threatMatrix: readonly string[]
}

/** One logged event behind a finding: where it lies, so that anyone can read it again. */
export interface EventRef {
  /** SHA-256 of where it was read: cluster, server, file and place. */
  readonly id: string
  readonly auditID: string | undefined
  readonly stage: string
  readonly time: string
  /** The API server whose log it was read from. */
  readonly server: string
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** A field that decided, the values seen (masked, shortened), and who decides such values. */
export interface DecidingField {
  readonly name: string
  readonly value: string
  readonly trust: Trust
}

/** A rule's claim about an act. */
export interface Finding {
  /** Hash of (rule id, cluster, act without location): the same from a file, live or from SQL. */
  readonly id: string
  /** When the request arrived: RFC 3339 text. */
  readonly time: string
  readonly cluster: string
  readonly server: string
  readonly rule: RuleRef
  readonly actor: {
    readonly name: string
    readonly kind: ActorKind
    /** The authenticated user, when another identity was impersonated. */
    readonly impersonator: string | undefined
    readonly peer: string | undefined
    readonly userAgent: string | undefined
  }
  readonly target: {
    readonly verb: string
    /** resource or resource/subresource, or the path of a non-resource request. */
    readonly resource: string
    readonly namespace: string | undefined
    readonly name: string | undefined
  }
  /** Undefined: the log does not say. */
  readonly outcome: Outcome | undefined
  /** A sentence: who did what to which object, and which fields decided. */
  readonly reason: string
  readonly fields: readonly DecidingField[]
  /** In order of stage, then of place. Of a correlation the first `correlationEventsMax` of all. */
  readonly events: readonly EventRef[]
  /** Of a correlation: the acts that it joins. Undefined: the finding is about one act. */
  readonly correlation?: CorrelatedActs
}

/** What a correlation joins into one finding. */
export interface CorrelatedActs {
  /** event_count, value_count, temporal… */
  readonly type: string
  /** What all the acts have in common, masked and shortened; empty text where they have none. */
  readonly group: readonly { readonly name: string; readonly value: string }[]
  /** RFC 3339: the window at the moment when the condition began to hold. */
  readonly from: string
  readonly to: string
  /** Acts that count in that window; of value_count distinct values. */
  readonly matches: number
  /** Acts of the group that went on, each within the timespan of the one before, and the last. */
  readonly following: number
  readonly until: string
  /** The rules whose matches count, by id. */
  readonly rules: readonly string[]
}

/** What a rule could and could not judge. */
export interface RuleCoverage {
  readonly rule: RuleRef
  /** Acts of the kind that the rule speaks of. None: the rule is unproven on this log. */
  readonly eligible: number
  readonly findings: number
  readonly cannotTell: number
  /** How many of the cannot-tells have each reason; an act can have several. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>
}

/** One input and what became of it. */
export interface InputSummary {
  readonly file: string
  /** Bytes on disk, and decompressed. */
  readonly bytes: number
  readonly contentBytes: number
  /** Identity of the content by its first bytes and length. */
  readonly fingerprint: string
  readonly sha256: string | undefined
  readonly cluster: string
  readonly server: string
  readonly events: number
  readonly issues: number
  /** Shapes recognised, such as native, eks, gke. */
  readonly shapes: readonly string[]
  readonly firstTime: string | undefined
  readonly lastTime: string | undefined
}

/** A stretch without any event of a source, longer than its usual silence. */
export interface Gap {
  readonly cluster: string
  readonly server: string
  readonly from: string
  readonly to: string
}

/** All that a hunt says. Lists are sorted, so that equal inputs give equal bytes. */
export interface Report {
  readonly findings: readonly Finding[]
  readonly coverage: readonly RuleCoverage[]
  readonly inputs: readonly InputSummary[]
  readonly gaps: readonly Gap[]
  /** Kept issues, and how many there were of each code. */
  readonly issues: readonly Issue[]
  readonly issueCounts: Readonly<Record<string, number>>
  readonly totals: {
    readonly events: number
    readonly bytes: number
    readonly issues: number
    readonly findings: number
    readonly firstTime: string | undefined
    readonly lastTime: string | undefined
  }
  /** Versions that a replay needs: of deckwatch and of the rules (a hash of their content). */
  readonly tool: string
  readonly content: string
}
