import type { Clock } from '../../base/clock.ts'
import type { Keep, LogSource } from '../../model/delivery.ts'
import type { ByteRange } from '../../source/import.ts'
import type { ListenAddress } from '../../source/webhook/receiver-options.ts'
import type { RuleFile } from '../hunt-options.ts'
import type { ServeConfig } from '../serve-options.ts'
import type { ToldFinding } from './rows.ts'
import type { Status } from './status.ts'

/** The rules that are in force, and what they know of addresses. */
export interface Judging {
  readonly rules: readonly RuleFile[]
  readonly lists: readonly RuleFile[]
  readonly proxies: readonly string[]
  readonly clusterRanges: readonly string[]
}

/** The ranges of a file's content that are stored or on their way, whichever way they came. */
export type RangesStored = (source: LogSource, fingerprint: string) => Promise<readonly ByteRange[]>

/** Hands on all that is to be imported and is not stored; then it is done. */
export type Importing = (keep: Keep, stored: RangesStored, signal: AbortSignal) => Promise<void>

/** What serve works with: what was asked, read and checked. */
export interface ServeOptions {
  readonly config: ServeConfig
  readonly judging: Judging
  /** PEM of the public key of `config.evidence.sealKey`. */
  readonly sealKey: string | undefined
  /** The password of a store that has a URL. */
  readonly storePassword: string | undefined
  /** Certificates in PEM to trust for it, besides the usual ones. */
  readonly storeCa: string | undefined
  readonly clock: Clock
  /** The version of deckwatch. */
  readonly tool: string
  /** How long acts wait for logs that are behind, in ms; the usual time when it is left out. */
  readonly waitMs?: number
  /** Files to be imported; serve ends when they are stored. */
  readonly importing?: Importing
}

/** How bad a line of the program's own log is. */
export type LogLevel = 'info' | 'warn' | 'error'

/** What serve tells while it runs. */
export interface ServeHooks {
  /** A finding, at once. `isUpdate`: it was told before, and something of it has changed. */
  finding(told: ToldFinding, isUpdate: boolean): void
  /** So many events were analyzed. */
  analyzed?(events: number): void
  /** The program's own log: never an event's text. */
  log(level: LogLevel, message: string, more?: Readonly<Record<string, unknown>>): void
  /** It works: sources are open. */
  started?(instance: Instance): void
}

/** An instance that runs. */
export interface Instance {
  /** Where the receiver listens; undefined without one. */
  readonly webhook: ListenAddress | undefined
  readonly status: Status
  /**
   * Takes other rules from the next delivery on, and certificates that have changed. The rules have
   * been looked through: those with errors would simply be missing.
   */
  reload(judging: Judging): Promise<void>
}

/** `serve` of pipeline.ts. Rejects with a Fault when it cannot start, or cannot go on. */
export type Serve = (options: ServeOptions, hooks: ServeHooks, signal: AbortSignal) => Promise<void>
