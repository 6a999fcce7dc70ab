import { isMap, isSeq, parseAllDocuments } from 'yaml'
import { LIMIT } from '../base/limit.ts'
import { utf8 } from '../base/slice.ts'
import type { Records } from './records.ts'

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
