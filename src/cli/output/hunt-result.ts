import type { Level } from '../../model/event.ts'
import type { Report } from '../../model/finding.ts'
import type { IgnoreEntry } from '../ignore-file.ts'

/** What a rule needs of the log, to say what to change when it is blind. */
export interface RuleNeed {
  /** The least level at which every field of the rule can be there. */
  readonly level: Level
  /** The resources that it speaks of, sorted; empty: any. */
  readonly resources: readonly string[]
}

/** What a rule tells the one who reads its findings: once for each rule, not for each finding. */
export interface RuleGuide {
  /** What the rule finds and why that matters: the first paragraph of its description. */
  readonly description: string | undefined
  /** What to check next. */
  readonly next: string | undefined
  /** How it looks when nothing is wrong, each a sentence or two. */
  readonly harmless: readonly string[]
  readonly references: readonly string[]
}

/** An entry of the ignore file and what it did. */
export interface SetAside extends IgnoreEntry {
  /** Findings set aside by it. */
  readonly findings: number
  /** Findings that it would have set aside had it not expired before they happened. */
  readonly expired: number
}

/** What became of findings that are not shown. All are counted, none is lost. */
export interface Hidden {
  readonly setAside: readonly SetAside[]
  /** Already in the baseline. */
  readonly known: number
  /** Left out by --level, --actor or --namespace. */
  readonly filtered: number
}

/** A hunt's report as it is shown: `report.findings` holds what remains after every choice. */
export interface HuntResult {
  readonly report: Report
  readonly hidden: Hidden
  /** By rule id. */
  readonly needs: ReadonlyMap<string, RuleNeed>
  /** By rule id. */
  readonly guides: ReadonlyMap<string, RuleGuide>
  /** Whether `--source` named API servers; else folders and files do. */
  readonly named: boolean
  /** What `--since` and `--until` said: nothing outside was judged. */
  readonly since: string | undefined
  readonly until: string | undefined
  /** False when the user interrupted it. */
  readonly complete: boolean
}
