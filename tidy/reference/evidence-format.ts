import { readText } from '../files.ts'
import { type Page, page } from './page.ts'

/** How exported evidence is written, and checked without deckwatch. */
export const evidenceFormatPage = (): Page =>
  page(
    'evidence-format.md',
    'The format of evidence',
    readText('src/investigate/evidence/FORMAT.md').trimEnd(),
  )
