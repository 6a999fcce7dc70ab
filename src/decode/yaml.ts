import { type Document, isMap, isSeq, parseAllDocuments } from 'yaml'
import { LIMIT } from '../base/limit.ts'
import { indexWithin, utf8 } from '../base/slice.ts'
import type { Records } from './records.ts'

/** Called with the bytes of a document that is no YAML, which may hold records of another shape. */
export type OnOther = (from: number, end: number) => void

/** Decodes every document of a block of YAML. */
export const yamlDocuments = (
  bytes: Buffer,
  offset: number,
  records: Records,
  onOther: OnOther,
): void => {
  let from = 0
  while (from < bytes.length) {
    const next = bytes.indexOf('\n---', from)
    const end = next < 0 ? bytes.length : next + 1
    const isYaml = document(bytes, from, end, offset, records)
    if (!isYaml && indexWithin(bytes, '\n{', from, end) >= 0) onOther(from, end)
    from = end
  }
}

/** False when it is no YAML, or too long. */
function document(
  bytes: Buffer,
  from: number,
  end: number,
  offset: number,
  records: Records,
): boolean {
  records.begin(offset + from, end - from, 0)
  if (end - from > LIMIT.yamlBytesMax) {
    records.issue('decode/bad-yaml', `more than ${LIMIT.yamlBytesMax} bytes`)
    return false
  }
  let isYaml = true
  for (const one of parse(utf8(bytes, from, end))) {
    if (typeof one === 'string') {
      records.issue('decode/bad-yaml', one)
      isYaml = false
    } else if (one.value !== null) records.value(one.value, 'yaml', 0, undefined)
  }
  return isYaml
}

/** Errors name no line: to find it for every error takes quadratic time. */
const OPTIONS = { schema: 'core', uniqueKeys: false, prettyErrors: false } as const

/** What a document holds, or why that cannot be told. */
type Parsed = { readonly value: unknown } | string

/** The values of the documents: more than one where `...` ends one and no `---` begins the next. */
function parse(text: string): readonly Parsed[] {
  try {
    const documents = parseAllDocuments(text, OPTIONS)
    return Array.isArray(documents) ? documents.map(documentValue) : []
  } catch (error) {
    return [firstLine(String(error))]
  }
}

function documentValue(one: Document.Parsed): Parsed {
  if (one.contents === null) return { value: null }
  const error = one.errors[0]
  if (error !== undefined) return firstLine(error.message)
  if (!isMap(one.contents) && !isSeq(one.contents)) return { value: false }
  try {
    return { value: one.toJS({ maxAliasCount: LIMIT.yamlAliasesMax }) }
  } catch (failure) {
    return firstLine(String(failure))
  }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''
