import { LIMIT } from '../../base/limit.ts'
import type { Transform } from './modifiers.ts'
import { literalOf, type Pattern } from './pattern.ts'

/**
 * The patterns that a value stands for after all that is done to it, one after the other: any of
 * them is enough. A text says why it cannot be done. `expand` has been done before.
 */
export const transformPattern = (
  pattern: Pattern,
  transforms: readonly Transform[],
): readonly Pattern[] | string => {
  const encodings = transforms.filter((each) => each !== 'expand' && each !== 'windash')
  const patterns = transforms.includes('windash') ? withAnyDash(pattern) : [pattern]
  if (typeof patterns === 'string' || encodings.length === 0) return patterns
  const encoded: Pattern[] = []
  for (const each of patterns) {
    const texts = encode(each, encodings)
    if (typeof texts === 'string') return texts
    encoded.push(...texts.map((text) => [{ text }]))
  }
  return encoded
}

const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const

/** A dash that begins a word, after what is none. Upstream: pySigma, SigmaWindowsDashModifier. */
const OPTION_DASH = /(?<![\p{L}\p{N}_])[-/\u2013\u2014\u2015](?=[\p{L}\p{N}_])/gu

const withAnyDash = (pattern: Pattern): readonly Pattern[] | string => {
  let patterns: readonly Pattern[] = [[]]
  for (const part of pattern) {
    const forms = typeof part === 'object' ? dashForms(part.text) : [part]
    if (patterns.length * forms.length > LIMIT.valueFormsMax) {
      return `windash gives more than ${LIMIT.valueFormsMax} forms of the value`
    }
    patterns = patterns.flatMap((before) => forms.map((form) => [...before, form]))
  }
  return patterns
}

const dashForms = (text: string): readonly { readonly text: string }[] => {
  const places = [...text.matchAll(OPTION_DASH)].map(({ index }) => index)
  let forms = ['']
  let from = 0
  for (const place of places) {
    const before = text.slice(from, place)
    // One more than allowed is enough for the caller to refuse.
    if (forms.length > LIMIT.valueFormsMax) break
    forms = forms.flatMap((form) => DASHES.map((dash) => form + before + dash))
    from = place + 1
  }
  return forms.map((form) => ({ text: form + text.slice(from) }))
}

const encode = (pattern: Pattern, encodings: readonly Transform[]): readonly string[] | string => {
  const literal = literalOf(pattern)
  if (literal === undefined) return `${encodings.join(' and ')} cannot encode wildcards`
  const wide = encodings.find((each) => each.startsWith('utf16'))
  const bytes = wide === undefined ? Buffer.from(literal) : wideBytes(literal, wide)
  if (encodings.includes('base64')) return [bytes.toString('base64')]
  if (encodings.includes('base64offset')) return offsetForms(bytes)
  // An event holds text, so bytes that are no text could never be found in one.
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? [text] : `${wide} gives bytes that are no text`
}

const wideBytes = (text: string, encoding: string): Buffer => {
  const bytes = Buffer.from(encoding === 'utf16' ? `\ufeff${text}` : text, 'utf16le')
  return encoding === 'utf16be' ? bytes.swap16() : bytes
}

/** What of the first and the last character of Base64 depends on the neighbours is cut off. */
const STARTS = [0, 2, 3] as const
const ENDS = [undefined, -3, -2] as const

const offsetForms = (bytes: Buffer): readonly string[] | string => {
  const forms = STARTS.map((start, offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
    return shifted.toString('base64').slice(start, ENDS[shifted.length % 3])
  })
  const tooShort = forms.some((form) => form === '')
  return tooShort ? 'too short for base64offset: nothing of it is sure' : [...new Set(forms)]
}
