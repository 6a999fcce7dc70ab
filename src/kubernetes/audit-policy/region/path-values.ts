import { isPossiblePath } from '../possible-request.ts'
import type { Effort } from './effort.ts'
import type { ReadyRule, UrlPattern } from './ready-rule.ts'

/**
 * Paths enough to decide whether one exists that all of `match` cover and none of `avoid` does: of
 * a pattern for one path, that path; of a pattern for all that begin alike, a path which goes on as
 * no rule's does, and so is covered by no rule that others of them are not covered by. Where such a
 * path is an object's, so is any other that goes on with more than slashes; then paths that go on
 * with slashes. Undefined when the effort ended.
 */
export const pathValues = (
  match: readonly ReadyRule[],
  avoid: readonly ReadyRule[],
  effort: Effort,
): readonly string[] | undefined => {
  const patterns = urlsIn(match, effort)
  if (patterns === undefined) return undefined
  const mentioned = [...match, ...avoid].flatMap(({ urls }) => urls.map(({ text }) => text))
  const found = new Set<string>()
  for (const { text, isPrefix } of patterns) {
    if (!effort.spend(1 + (isPrefix ? mentioned.length : 0))) return undefined
    for (const path of isPrefix ? pathsUnder(text, mentioned) : [text]) found.add(path)
  }
  return [...found]
}

/** The paths that all of some rules cover, by pattern. Undefined when the effort ended. */
export const urlsIn = (
  rules: readonly ReadyRule[],
  effort: Effort,
): readonly UrlPattern[] | undefined => {
  let patterns: readonly UrlPattern[] = [{ text: '', isPrefix: true }]
  for (const { urls } of rules) {
    if (urls.length === 0) continue
    if (!effort.spend(urls.length * (1 + patterns.length))) return undefined
    patterns = patterns.flatMap((one) => urls.flatMap((url) => meet(one, url)))
  }
  return patterns
}

/** What both patterns cover, as one pattern or none. */
const meet = (one: UrlPattern, other: UrlPattern): readonly UrlPattern[] => {
  if (one.isPrefix && other.text.startsWith(one.text)) return [other]
  if (other.isPrefix && one.text.startsWith(other.text)) return [one]
  return one.text === other.text ? [one] : []
}

const pathsUnder = (prefix: string, mentioned: readonly string[]): readonly string[] => {
  // Without a beginning there is also the path of a request that has none.
  if (prefix === '') return [...pathsUnder('/', mentioned), '']
  const longer = mentioned.filter((text) => text.length > prefix.length && text.startsWith(prefix))
  const going = longer.map((text) => text.slice(prefix.length))
  const begins = new Set(going.map((text) => text.charAt(0)))
  const end = ENDS.find((text) => !begins.has(text.charAt(0))) ?? unusedCharacter(begins)
  if (isPossiblePath(prefix + end, 'any')) return [prefix + end]
  const slashes = Math.max(0, ...going.map((text) => /^\/*/.exec(text)?.[0].length ?? 0))
  return Array.from({ length: slashes + 2 }, (_, count) => prefix + '/'.repeat(count))
}

const ENDS: readonly string[] = ['debug', 'other', 'info', 'x', 'y', 'z']

const unusedCharacter = (used: ReadonlySet<string>): string => {
  for (let code = 0x30; ; code++) {
    const character = String.fromCharCode(code)
    if (/[^*?/]/.test(character) && !used.has(character)) return character
  }
}
