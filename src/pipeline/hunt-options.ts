import type { Finding, Report } from '../model/finding.ts'
import type { SourceName } from '../source/inputs.ts'

/** A rule file's content and the name to show for it. */
export interface RuleFile {
  readonly file: string
  readonly text: string
}

/** What to hunt in and with. */
export interface HuntOptions {
  /** Files, folders, globs; `-` is the standard input. */
  readonly paths: readonly string[]
  readonly sources: readonly SourceName[]
  readonly rules: readonly RuleFile[]
  /** Files of lists: what the placeholders of rules stand for. */
  readonly lists: readonly RuleFile[]
  /**
   * RFC 3339 text; events before `since` or at or after `until` are passed over (and not counted).
   */
  readonly since: string | undefined
  readonly until: string | undefined
  /** CIDRs of trusted proxies, and of the cluster's own addresses. */
  readonly proxies: readonly string[]
  readonly clusterRanges: readonly string[]
  /** Look for duplicate keys in every event, not only in those that findings name. */
  readonly strict: boolean
  /** Compute the SHA-256 of every input. */
  readonly sha256: boolean
  /** Worker threads; 0 works in the calling thread. */
  readonly threads: number
  /** The version of deckwatch, for the report's head. */
  readonly tool: string
}

/** How far a hunt has come. */
export interface Progress {
  readonly bytes: number
  /** Undefined for the standard input. */
  readonly bytesTotal: number | undefined
  readonly events: number
  readonly findings: number
}

/** Called as the hunt goes on, in no promised order. */
export interface HuntHooks {
  readonly finding?: (finding: Finding) => void
  readonly progress?: (progress: Progress) => void
}

/** `hunt` of pipeline.ts. Stops early when the signal aborts, with what was found until then. */
export type Hunt = (options: HuntOptions, hooks: HuntHooks, signal: AbortSignal) => Promise<Report>
