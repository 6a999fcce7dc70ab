import type { RuleReference } from './correlation.ts'
import type { Detection } from './detection.ts'
import type { Logsource, RuleHead } from './head.ts'

/** A filter: a condition that is added, with `and`, to rules that others wrote. */
export interface SigmaFilter extends RuleHead {
  readonly logsource: Logsource
  /** `any`: every rule whose log source the filter's covers. */
  readonly rules: readonly RuleReference[] | 'any'
  readonly detection: Detection
}
