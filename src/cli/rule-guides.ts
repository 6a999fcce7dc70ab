import type { RuleRef } from '../model/finding.ts'
import type { RuleHead } from '../sigma/parse/head.ts'
import type { RuleGuide } from './output/hunt-result.ts'

/** What each rule tells the one who reads its findings, by rule id. */
export const guidesOf = (
  rules: readonly { readonly ref: RuleRef; readonly sigma: RuleHead }[],
): ReadonlyMap<string, RuleGuide> =>
  new Map(rules.map(({ ref, sigma }) => [ref.id, guideOf(sigma)]))

/** What one rule tells the one who reads its findings. */
export const guideOf = ({
  custom,
  description,
  falsepositives,
  references,
}: RuleHead): RuleGuide => ({
  description: description === undefined ? undefined : oneLine(firstParagraph(description)),
  next: typeof custom.next === 'string' ? oneLine(custom.next) : undefined,
  harmless: falsepositives.map(oneLine).filter((text) => text !== ''),
  references,
})

const firstParagraph = (text: string): string => text.trim().split(/\n\s*\n/)[0] ?? ''

/** Paragraphs are laid out anew wherever they are shown. */
const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ')
