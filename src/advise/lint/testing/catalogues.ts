import { readFileSync } from 'node:fs'
import type { Catalogues } from '../../../model/catalogue.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../content/mappings/${name}`, import.meta.url), 'utf8'))

/** The catalogues that come with deckwatch. */
export const CATALOGUES: Catalogues = {
  attack: read('attack.json'),
  threatMatrix: read('threat-matrix.json'),
}
