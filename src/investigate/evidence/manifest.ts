import type { LogSource, Way } from '../../model/delivery.ts'
import type { Tombstone } from '../../store/upkeep/tombstone.ts'

/** Of which version an export is. */
export const EXPORT_FORMAT = 'deckwatch-export-1'

/** The files of an export besides those of its sources. */
export const EXPORT_FILES = {
  manifest: 'manifest.json',
  signature: 'manifest.json.sig',
  publicKey: 'public.pem',
  sums: 'SHA256SUMS',
  tombstones: 'tombstones.ndjson',
  finding: 'finding.json',
} as const

/** A file of an export. */
export interface ExportFile {
  /** Within the folder, with `/`. */
  readonly path: string
  readonly bytes: number
  /** 64 hex digits. */
  readonly sha256: string
}

/** What an export says of one log source. */
export interface ExportSource extends LogSource {
  readonly instance: string
  /** Events whose bytes are in it. */
  readonly events: number
  /** Of the first and the last of them, by their own time; null: none says any. */
  readonly first_time: string | null
  readonly last_time: string | null
  /** Numbers of its first and last link in it, all of those between included; 0: none. */
  readonly first_link: number
  readonly last_link: number
  readonly files: { readonly events: string; readonly index: string; readonly links: string }
}

/** What is signed: which files there are, and what they are about. */
export interface Manifest {
  readonly format: typeof EXPORT_FORMAT
  readonly tool: string
  /** A digest of the rules that came with the tool, or null. */
  readonly rules: string | null
  /** RFC 3339, UTC. */
  readonly made_at: string
  readonly made_by: string
  /** SHA-256 of the public key in DER (SubjectPublicKeyInfo). */
  readonly public_key_sha256: string
  readonly selection: {
    readonly cluster: string | null
    readonly since: string | null
    readonly until: string | null
    readonly finding: string | null
  }
  /** Every event of each of its links is in it, but for what retention removed. */
  readonly whole: boolean
  readonly sources: readonly ExportSource[]
  readonly files: readonly ExportFile[]
}

/** A line of an index file. */
export interface IndexLine {
  /** The number of the link, and which of its leaves this event is, from 0. */
  readonly link: number
  readonly leaf: number
  /** Where its bytes are in the file of events. */
  readonly offset: number
  readonly length: number
  readonly place: string
  readonly masked_from: string | null
}

/** A line of a file of links. */
export interface LinkLine {
  readonly number: number
  readonly batch: number
  readonly events: number
  readonly leaves: string
  readonly reading: string
  readonly previous: string
  readonly link: string
  /** The leaf of each of its events that is stored; null where none of them was asked for. */
  readonly leaf: readonly string[] | null
}

/** What a file that somebody else wrote says wrong. */
export class Malformed extends Error {}

/** Reads a manifest that anyone may have written. Throws `Malformed`. */
export const readManifest = (text: string): Manifest => {
  const of = objectOf(text)
  if (of.format !== EXPORT_FORMAT) throw new Malformed(`its format is not ${EXPORT_FORMAT}`)
  const selection = recordOf(of.selection, 'selection')
  return {
    format: EXPORT_FORMAT,
    tool: textOf(of, 'tool'),
    rules: textOrNull(of, 'rules'),
    made_at: textOf(of, 'made_at'),
    made_by: textOf(of, 'made_by'),
    public_key_sha256: textOf(of, 'public_key_sha256'),
    selection: {
      cluster: textOrNull(selection, 'cluster'),
      since: textOrNull(selection, 'since'),
      until: textOrNull(selection, 'until'),
      finding: textOrNull(selection, 'finding'),
    },
    whole: of.whole === true,
    sources: listOf(of.sources, 'sources').map((one) => exportSource(recordOf(one, 'sources'))),
    files: listOf(of.files, 'files').map((one) => {
      const file = recordOf(one, 'files')
      return {
        path: pathOf(file, 'path'),
        bytes: numberOf(file, 'bytes'),
        sha256: digestOf(file, 'sha256'),
      }
    }),
  }
}

/** Reads a line of an index file. Throws `Malformed`. */
export const readIndexLine = (text: string): IndexLine => {
  const of = objectOf(text)
  return {
    link: numberOf(of, 'link'),
    leaf: numberOf(of, 'leaf'),
    offset: numberOf(of, 'offset'),
    length: numberOf(of, 'length'),
    place: textOf(of, 'place'),
    masked_from: of.masked_from === null ? null : digestOf(of, 'masked_from'),
  }
}

/** Reads a line of a file of links. Throws `Malformed`. */
export const readLinkLine = (text: string): LinkLine => {
  const of = objectOf(text)
  return {
    number: numberOf(of, 'number'),
    batch: numberOf(of, 'batch'),
    events: numberOf(of, 'events'),
    leaves: digestOf(of, 'leaves'),
    reading: textOf(of, 'reading'),
    previous: digestOf(of, 'previous'),
    link: digestOf(of, 'link'),
    leaf:
      of.leaf === null
        ? null
        : listOf(of.leaf, 'leaf').map((leaf) => digestOf({ leaf } as Fields, 'leaf')),
  }
}

/** Reads a line of tombstones. Throws `Malformed`. */
export const readTombstoneLine = (
  text: string,
): { readonly document: string; readonly signature: string } => {
  const of = objectOf(text)
  return { document: textOf(of, 'document'), signature: textOf(of, 'signature') }
}

/** Reads what a tombstone says. Throws `Malformed`. */
export const readTombstone = (text: string): Tombstone => {
  const of = objectOf(text)
  const format = 'deckwatch-tombstone-1'
  if (of.format !== format) throw new Malformed(`its format is not ${format}`)
  return {
    format,
    instance: textOf(of, 'instance'),
    cluster: textOf(of, 'cluster'),
    server: textOf(of, 'server'),
    way: textOf(of, 'way'),
    from: numberOf(of, 'from'),
    to: numberOf(of, 'to'),
    partly: listOf(of.partly, 'partly').map((link) => numberOf({ link }, 'link')),
    leaves: listOf(of.leaves, 'leaves').map((one) => {
      const [link, position, leaf] = listOf(one, 'leaves')
      const fields = { link, position, leaf }
      return [numberOf(fields, 'link'), numberOf(fields, 'position'), digestOf(fields, 'leaf')]
    }),
    events: numberOf(of, 'events'),
    link: textOf(of, 'link'),
    why: textOf(of, 'why'),
    when: textOf(of, 'when'),
  }
}

type Fields = Readonly<Record<string, unknown>>

const exportSource = (of: Fields): ExportSource => {
  const files = recordOf(of.files, 'files')
  return {
    instance: textOf(of, 'instance'),
    cluster: textOf(of, 'cluster'),
    server: textOf(of, 'server'),
    // Only compared as text: a link of another way has another digest.
    way: textOf(of, 'way') as Way,
    events: numberOf(of, 'events'),
    first_time: textOrNull(of, 'first_time'),
    last_time: textOrNull(of, 'last_time'),
    first_link: numberOf(of, 'first_link'),
    last_link: numberOf(of, 'last_link'),
    files: {
      events: pathOf(files, 'events'),
      index: pathOf(files, 'index'),
      links: pathOf(files, 'links'),
    },
  }
}

const objectOf = (text: string): Fields => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Malformed('it is no JSON')
  }
  return recordOf(value, 'it')
}

const recordOf = (value: unknown, name: string): Fields => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new Malformed(`${name} is no object`)
}

const listOf = (value: unknown, name: string): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new Malformed(`${name} is no list`)
}

const textOf = (of: Fields, name: string): string => {
  const value = of[name]
  if (typeof value === 'string') return value
  throw new Malformed(`${name} is no text`)
}

const textOrNull = (of: Fields, name: string): string | null =>
  of[name] === null ? null : textOf(of, name)

const numberOf = (of: Fields, name: string): number => {
  const value = of[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Malformed(`${name} is no number`)
}

const DIGEST = /^[0-9a-f]{64}$/

const digestOf = (of: Fields, name: string): string => {
  const value = textOf(of, name)
  if (DIGEST.test(value)) return value
  throw new Malformed(`${name} is no digest of 64 hexadecimal digits`)
}

/** The only names that an export has: nothing else of the machine is read. */
const PATH = /^(?:(?:events|index|links)\/\d{4,9}\.ndjson|tombstones\.ndjson|finding\.json)$/

const pathOf = (of: Fields, name: string): string => {
  const value = textOf(of, name)
  if (PATH.test(value)) return value
  throw new Malformed(`${name} names no file of an export`)
}
