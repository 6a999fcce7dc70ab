import { hash } from 'node:crypto'
import { WAYS } from './secret-ways.ts'
import { WRAPS } from './wrapped-lines.ts'

/** A secret that is planted in one record, to be looked for wherever the record went. */
export interface PlantedSecret {
  /** What must be found nowhere: as it stands, in base64, or escaped. */
  readonly canary: string
  /** Where it was planted, and in which writing. */
  readonly place: string
  /** One line, of any shape that is read. */
  readonly line: string
}

/** Secrets in every place, in every writing, and in every wrapping: the same at every call. */
export const plantedSecrets = (): readonly PlantedSecret[] => {
  const planted: PlantedSecret[] = []
  for (const way of WAYS) {
    for (const writing of WRITINGS) {
      if (way.plainOnly === true && writing.name !== 'plain') continue
      plant(planted, `${way.name}, ${writing.name}`, (canary) =>
        writing.write(way.make(canary), canary),
      )
    }
  }
  for (const wrap of WRAPS) {
    for (const way of WAYS.filter((one) => one.wrapped === true)) {
      plant(planted, `${way.name}, in ${wrap.name}`, (canary) => wrap.wrap(way.make(canary)))
    }
  }
  return planted
}

/** The canaries that stand in some bytes, in any writing that can be undone. */
export const canariesIn = (bytes: Uint8Array, canaries: readonly string[]): readonly string[] => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const texts = readings(text)
  return canaries.filter((canary) => texts.some((one) => one.includes(canary)))
}

/** How an event is written: its JSON is the same after reading. */
interface Writing {
  readonly name: string
  readonly write: (line: string, canary: string) => string
}

const WRITINGS: readonly Writing[] = [
  { name: 'plain', write: (line) => line },
  { name: 'as escapes', write: (line, canary) => line.replaceAll(canary, escaped(canary)) },
  { name: 'in part as escapes', write: escapedInPart },
  { name: 'with names as escapes', write: escapedNames },
  { name: 'with spaces', write: (line) => JSON.stringify(JSON.parse(line), undefined, 1) },
]

function plant(planted: PlantedSecret[], place: string, write: (canary: string) => string): void {
  const canary = `kanarie${hash('sha256', place).slice(0, 20)}`
  planted.push({ canary, place, line: write(canary) })
}

const escapedChar = (char: string): string =>
  `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

const escaped = (text: string): string => [...text].map(escapedChar).join('')

function escapedInPart(line: string, canary: string): string {
  return line.replaceAll(
    canary,
    `${canary.slice(0, 4)}${escaped(canary.slice(4, 6))}${canary.slice(6)}`,
  )
}

/** A letter in each name is an escape: `"t\u006fken"`. Names within texts stay. */
function escapedNames(line: string): string {
  return line.replace(
    /(?<=[{,]")(\w)(\w)(\w*)(?=":)/g,
    (_, first: string, one: string, rest: string) => `${first}${escapedChar(one)}${rest}`,
  )
}

/** The text as it stands, unescaped, percent-decoded, and what of it is base64. */
function readings(text: string): readonly string[] {
  const found = [text]
  let last = text
  for (let times = 0; times < 4; times += 1) {
    last = last
      .replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replaceAll('\\\\', '\\')
      .replace(/%([0-9a-fA-F]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    found.push(last)
  }
  return [...found, ...found.flatMap(decodedRuns)]
}

/** What runs of base64 say, from each of the four places where a group may begin. */
function decodedRuns(text: string): readonly string[] {
  const runs = text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? []
  return [0, 1, 2, 3].map((skip) =>
    runs.map((run) => Buffer.from(run.slice(skip), 'base64').toString('latin1')).join('\n'),
  )
}
