import { isUtf8 } from 'node:buffer'
import { bufferOf } from '../base/slice.ts'
import { looksLikeYaml } from '../base/yaml-sniff.ts'
import type { Source } from '../model/event.ts'
import { Framing } from './framing.ts'
import { Records } from './records.ts'
import type { DecodeOptions, DecodeSink } from './sink.ts'
import { yamlDocuments } from './yaml.ts'

export type { DecodeOptions, DecodeSink } from './sink.ts'

/**
 * Decodes a block of whole records: each byte is an event's, an issue's, or counted as not audit.
 * `offset` is that of the first byte in the decompressed content of `source.file`. Never throws.
 * The events keep the block's bytes, which must not change.
 */
export const decodeBlock = (
  bytes: Uint8Array,
  offset: number,
  source: Source,
  options: DecodeOptions,
  sink: DecodeSink,
): void => {
  const buffer = bufferOf(bytes)
  const records = new Records(source, options, sink, (text, shape, depth) => {
    const inner = Buffer.from(text)
    new Framing(inner, records, { offset: undefined, shape, depth, utf8: true }).run()
  })
  const frame = (from: number, end: number): void => {
    const part = buffer.subarray(from, end)
    const setting = { offset: offset + from, shape: 'native', depth: 0, utf8: isUtf8(part) }
    new Framing(part, records, setting).run()
  }
  if (looksLikeYaml(buffer)) yamlDocuments(buffer, offset, records, frame)
  else frame(0, buffer.length)
  records.finish()
}
