import type { RuleRef } from '../../model/finding.ts'
import { attackVersion } from '../catalogues.ts'
import type { RuleGuide } from './hunt-result.ts'
import { wrap } from './layout.ts'
import type { Palette } from './palette.ts'
import { tacticWords, techniqueWords, threatWords } from './rule-words.ts'

/** WHAT TO CHECK NEXT; nothing where the rule does not say. */
export const nextLines = (
  guide: RuleGuide | undefined,
  width: number,
  palette: Palette,
): readonly string[] => {
  if (guide?.next === undefined) return []
  const lines = wrap(guide.next, width - 2).map((line) => `  ${line}`)
  return [palette.strong('WHAT TO CHECK NEXT'), ...lines]
}

/** WHEN IT IS HARMLESS; nothing where the rule does not say. */
export const harmlessLines = (
  guide: RuleGuide | undefined,
  width: number,
  palette: Palette,
): readonly string[] => {
  if (guide === undefined || guide.harmless.length === 0) return []
  return [
    palette.strong('WHEN IT IS HARMLESS'),
    ...guide.harmless.flatMap((text) =>
      wrap(text, width - 4).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`),
    ),
  ]
}

/** What a rule maps to, as names and texts; a name that is empty belongs to the one above. */
export const mappingRows = (rule: RuleRef): readonly (readonly [string, string])[] => [
  ...named('tactic', tacticWords(rule.tactics)),
  ...named('technique', techniqueWords(rule.techniques)),
  ['', `(MITRE ${attackVersion()})`],
  ...named('matrix', threatWords(rule.threatMatrix)),
]

/** Each on a line of its own, so that none is cut. */
const named = (name: string, texts: readonly string[]): readonly (readonly [string, string])[] =>
  texts.length === 0 ? [[name, '-']] : texts.map((text, i) => [i === 0 ? name : '', text])
