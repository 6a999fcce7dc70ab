import { readFileSync } from 'node:fs'
import type {
  AttackCatalogue,
  Catalogues,
  Tactic,
  Technique,
  ThreatMatrix,
} from '../model/catalogue.ts'

/** The catalogues that come with deckwatch; read at the first call. */
export const catalogues = (): Catalogues => {
  shipped ??= { attack: read('attack.json'), threatMatrix: read('threat-matrix.json') }
  return shipped
}

/** The technique with this id, such as T1609; undefined: the catalogue has none. */
export const techniqueOf = (id: string): Technique | undefined =>
  index().techniques.get(id.toUpperCase())

/** The tactic with this short name, such as stealth; undefined: the catalogue has none. */
export const tacticOf = (shortname: string): Tactic | undefined => index().tactics.get(shortname)

/** What Microsoft calls MS-TA9006 and its like; undefined: the matrix has no such id. */
export const threatOf = (id: string): string | undefined => index().threats.get(id.toUpperCase())

/** `ATT&CK 19.1`: names change with the version, so it stands beside them. */
export const attackVersion = (): string => `ATT&CK ${catalogues().attack.version}`

interface Index {
  readonly techniques: ReadonlyMap<string, Technique>
  readonly tactics: ReadonlyMap<string, Tactic>
  readonly threats: ReadonlyMap<string, string>
}

let shipped: Catalogues | undefined
let indexed: Index | undefined

function index(): Index {
  if (indexed !== undefined) return indexed
  const { attack, threatMatrix } = catalogues()
  indexed = {
    techniques: new Map(attack.techniques.map((one) => [one.id, one])),
    tactics: new Map(attack.tactics.map((one) => [one.shortname, one])),
    threats: new Map(threatMatrix.techniques.map((one) => [one.id, one.name])),
  }
  return indexed
}

/** They are part of the package, and a test holds them to their form. */
function read<T extends AttackCatalogue | ThreatMatrix>(name: string): T {
  // Both src/cli and dist/cli lie two folders below the package.
  const file = new URL(`../../content/mappings/${name}`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}
