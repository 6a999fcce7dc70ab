import { PREFIXES, WRITINGS } from '../../src/decode/shape/prefixes.ts'
import { SHAPES } from '../../src/decode/shape/registry.ts'
import { code, type Page, page, table } from './page.ts'

/** Every shape of record that decode knows. */
export const shapesPage = (): Page =>
  page(
    'shapes.md',
    'Shapes of the log',
    INTRODUCTION,
    table(
      ['Shape', 'What it is', 'Proven by'],
      [...WRITINGS, ...SHAPES, ...PREFIXES].map((shape) => [
        code(shape.name),
        shape.about,
        PROOF[shape.proof],
      ]),
    ),
  )

const PROOF = {
  sample: 'real records',
  documentation: 'the vendor’s documentation only: unproven',
} as const

const INTRODUCTION = `\
The log comes in many wrappings. Each record is recognised by itself, so one file may mix them.
A native event is one JSON object as the API server writes it: one a line, several on a line,
pretty-printed, in an array, or as a YAML document. Around it, or instead of it, these shapes
are known. Files may be plain, gzip, zstd, or tar archives of any of them.`
