import { isMap, isSeq, parseAllDocuments } from 'yaml'
import { LIMIT } from '../base/limit.ts'
import { latin1, utf8 } from '../base/slice.ts'
import type { Records } from './records.ts'

/** How much of a block is looked at. */
const HEAD_BYTES = 8_192

/**
 * Whether a block is YAML: its first line that says something is a key, a list item or `---`, and
 * one of the first lines is a key that audit events and their envelopes begin with.
 */
export const looksLikeYaml = (bytes: Buffer): boolean => {
  const first = bytes[0]
  if (first === 0x7b || first === 0x5b) return false
  const lines = latin1(bytes, 0, Math.min(bytes.length, HEAD_BYTES)).split('\n')
  const start = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  return START.test(start) && lines.some((line) => KNOWN.test(line))
}

const START = /^(\xef\xbb\xbf)?(---|- |[A-Za-z]\w*:)/
const KNOWN =
  /^(\xef\xbb\xbf)?(- | {2})?(kind|apiVersion|auditID|insertId|protoPayload|stage|items):/

/** Decodes every document of a block of YAML. */
export const yamlDocuments = (bytes: Buffer, offset: number, records: Records): void => {
  let from = 0
  while (from < bytes.length) {
    const next = bytes.indexOf('\n---', from)
    const end = next < 0 ? bytes.length : next + 1
    document(bytes, from, end, offset, records)
    from = end
  }
}

function document(
  bytes: Buffer,
  from: number,
  end: number,
  offset: number,
  records: Records,
): void {
  records.begin(offset + from, end - from, 0)
  if (end - from > LIMIT.yamlBytesMax) {
    records.issue('decode/bad-yaml', `more than ${LIMIT.yamlBytesMax} bytes`)
    return
  }
  const parsed = parse(utf8(bytes, from, end))
  if (typeof parsed === 'string') records.issue('decode/bad-yaml', parsed)
  else if (parsed.value !== null) records.value(parsed.value, 'yaml', 0, undefined)
}

/** The value of a document, or why there is none. */
function parse(text: string): { readonly value: unknown } | string {
  try {
    const [first] = parseAllDocuments(text, { schema: 'core', uniqueKeys: false })
    if (first === undefined || !('contents' in first) || first.contents === null) {
      return { value: null }
    }
    const error = first.errors[0]
    if (error !== undefined) return firstLine(error.message)
    if (!isMap(first.contents) && !isSeq(first.contents)) return { value: false }
    return { value: first.toJS({ maxAliasCount: LIMIT.yamlAliasesMax }) }
  } catch (error) {
    return firstLine(String(error))
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''
