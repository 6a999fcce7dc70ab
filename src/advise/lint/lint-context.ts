import type { Issue, Place } from '../../base/issue.ts'
import type { CompiledRule } from '../../detect/compile.ts'
import type { Catalogues } from '../../model/catalogue.ts'
import type { YamlMap } from '../../sigma/parse/document.ts'
import type { Leaf } from '../../sigma/plan/plan.ts'
import type { Use } from './uses.ts'

/** A rule as the lints look at it. */
export interface LintContext {
  readonly rule: CompiledRule
  readonly uses: readonly Use[]
  /** The document of the rule, to say where its attributes stand. */
  readonly document: YamlMap
  readonly catalogues: Catalogues
}

/** One lint, or a few that look at the same: what they find in a rule. */
export type RuleLint = (context: LintContext) => readonly Issue[]

/** The texts that a test names, in lower case; patterns without their wildcards. */
export const textsIn = ({ test }: Leaf): readonly string[] => {
  switch (test.kind) {
    case 'equals':
      return test.texts.map((text) => text.toLowerCase())
    case 'contains':
    case 'startswith':
    case 'endswith':
      return [test.text.toLowerCase()]
    case 'like':
      return test.pattern.flatMap((part) =>
        typeof part === 'object' ? [part.text.toLowerCase()] : [],
      )
    case 'regex':
      return [test.source.toLowerCase()]
    default:
      return []
  }
}

/** An issue for each place once: several values of one test are one mistake. */
export const onceEach = (issues: readonly Issue[]): readonly Issue[] => {
  const seen = new Map(issues.map((issue) => [`${issue.code} ${placeKey(issue.at)}`, issue]))
  return [...seen.values()]
}

const placeKey = ({ file, line, column }: Place): string => `${file} ${line} ${column}`
