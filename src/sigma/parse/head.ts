import type { Place } from '../../base/issue.ts'

/** How bad a match is, from harmless to worst. */
export type RuleLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical'

/** Another rule that this one has to do with, as `related` says. */
export interface RelatedRule {
  readonly id: string
  /** derived, obsolete, merged, renamed, similar or correlation. */
  readonly type: string
}

/** What every document says of itself: rules, correlations and filters alike. */
export interface RuleHead {
  /** The document's `id`; without one its `name`, else its title. */
  readonly id: string
  /** What correlations and filters may call it besides its id. */
  readonly name: string | undefined
  readonly title: string
  readonly description: string | undefined
  readonly status: string | undefined
  /** `medium` where the document does not say. */
  readonly level: RuleLevel
  readonly tags: readonly string[]
  readonly references: readonly string[]
  readonly related: readonly RelatedRule[]
  readonly author: string | undefined
  readonly date: string | undefined
  readonly falsepositives: readonly string[]
  /** All other top-level keys, such as `summary` or `license`. */
  readonly custom: Readonly<Record<string, unknown>>
  readonly place: Place
}

/** Which log a rule is for. */
export interface Logsource {
  readonly product: string | undefined
  readonly service: string | undefined
  readonly category: string | undefined
}
