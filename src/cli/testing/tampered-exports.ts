import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A change to an export that nobody may make, and what must be said of it. */
export interface ExportTamper {
  readonly title: string
  readonly by: (folder: string) => void
  /** A part of what is told; besides it, files have other digests. */
  readonly told: string
}

/** A copy of an export. */
export const copyOf = (folder: string, to: string): string => {
  rmSync(to, { recursive: true, force: true })
  cpSync(folder, to, { recursive: true })
  return to
}

/** Signs an export anew, as somebody with this key would who has changed it. */
export const signAnew = (folder: string, key: KeyObject): void => {
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  manifest.files = manifest.files.filter(({ path: of }: { path: string }) =>
    existsSync(join(folder, of)),
  )
  for (const file of manifest.files) {
    const content = readFileSync(join(folder, file.path))
    file.bytes = content.length
    file.sha256 = sha256(content)
  }
  const publicKey = createPublicKey(key)
  manifest.public_key_sha256 = sha256(publicKey.export({ type: 'spki', format: 'der' }))
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)
  writeFileSync(path, text)
  writeFileSync(`${path}.sig`, sign(null, text, key))
  writeFileSync(join(folder, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  const sums = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS')
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .sort()
    .map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`)
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
}

/** A key that is not that of the instance. */
export const otherKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

const sha256 = (content: Uint8Array): string => hash('sha256', content)

const edit = (folder: string, path: string, how: (text: string) => string): void => {
  const file = join(folder, path)
  // Latin-1 keeps every byte.
  writeFileSync(file, how(readFileSync(file, 'latin1')), 'latin1')
}

const editLines = (
  folder: string,
  path: string,
  how: (lines: readonly string[]) => readonly string[],
): void =>
  edit(folder, path, (text) =>
    how(text.split('\n').slice(0, -1))
      .map((line) => `${line}\n`)
      .join(''),
  )

const [EVENTS, INDEX, LINKS] = ['events/0001.ndjson', 'index/0001.ndjson', 'links/0001.ndjson']

/** Every kind of change, of the export of an instance that received `receiveBodies`. */
export const EXPORT_TAMPERS: readonly ExportTamper[] = [
  {
    title: 'a bit in the bytes of an event',
    by: (folder) => edit(folder, EVENTS, (text) => text.replace('"verb":"', '"verb":"x').slice(0)),
    told: `changed: ${INDEX}:`,
  },
  {
    title: 'one byte for another',
    by: (folder) => edit(folder, EVENTS, (text) => text.replace('"stage":"R', '"stage":"Q')),
    told: 'the bytes of event',
  },
  {
    title: 'the digest before masking',
    by: (folder) =>
      edit(folder, 'index/0002.ndjson', (text) =>
        text.replace(/"masked_from":"\w{64}"/, `"masked_from":"${'0'.repeat(63)}1"`),
      ),
    told: 'changed: index/0002.ndjson:',
  },
  {
    title: 'an event taken out',
    by: (folder) => {
      editLines(folder, EVENTS, (lines) => lines.toSpliced(3, 1))
      editLines(folder, INDEX, (lines) => shifted(lines.toSpliced(3, 1)))
    },
    told: 'missing: prod/a/webhook link 1: 1 of its events are missing: 3',
  },
  {
    title: 'an event added',
    by: (folder) => {
      editLines(folder, EVENTS, (lines) => [...lines, lines[0] ?? ''])
      editLines(folder, INDEX, (lines) => shifted([...lines, lines[0] ?? '']))
    },
    told: `added: ${INDEX}:41`,
  },
  {
    title: 'two events swapped in both files',
    by: (folder) => {
      editLines(folder, EVENTS, swapped)
      editLines(folder, INDEX, (lines) => shifted(swapped(lines)))
    },
    told: 'stands behind event',
  },
  {
    title: 'the places of two events swapped',
    by: (folder) =>
      editLines(folder, INDEX, ([a = '', b = '', ...rest]) => {
        const [first, second] = [JSON.parse(a), JSON.parse(b)]
        return [
          JSON.stringify({ ...first, place: second.place }),
          JSON.stringify({ ...second, place: first.place }),
          ...rest,
        ]
      }),
    told: 'or what is said of them, differ',
  },
  {
    title: 'a link taken out of the middle',
    by: (folder) => editLines(folder, LINKS, (lines) => lines.toSpliced(0, 1)),
    told: 'before it link 1 of the chain is missing',
  },
  {
    title: 'the tail of the links cut off',
    by: (folder) => editLines(folder, LINKS, (lines) => lines.slice(0, -1)),
    told: 'the links from 2 to 2 are missing at its end',
  },
  {
    title: 'a link edited',
    by: (folder) => edit(folder, LINKS, (text) => text.replace('"batch":1,', '"batch":0,')),
    told: 'its digest is not that of what it says',
  },
  {
    title: 'a leaf edited',
    by: (folder) =>
      edit(folder, LINKS, (text) =>
        text.replace(/"leaf":\["\w{4}/, (found) => `${found.slice(0, -4)}0000`),
      ),
    told: 'its leaves are not those that it was made of',
  },
  {
    title: 'a file taken away',
    by: (folder) => rmSync(join(folder, INDEX)),
    told: `missing: ${INDEX}`,
  },
  {
    title: 'a file put beside the others',
    by: (folder) => writeFileSync(join(folder, 'events/0009.ndjson'), '{}\n'),
    told: 'added: events/0009.ndjson',
  },
  {
    title: 'the manifest edited',
    by: (folder) => edit(folder, 'manifest.json', (text) => text.replace('"prod"', '"test"')),
    told: 'forged: manifest.json: its signature is not that of the key',
  },
  {
    title: 'the sums edited',
    by: (folder) => edit(folder, 'SHA256SUMS', (text) => text.replace(/^\w{4}/, '0000')),
    told: 'changed: SHA256SUMS: it does not agree with the files',
  },
  {
    title: 'the signature of another key',
    by: (folder) => {
      const text = readFileSync(join(folder, 'manifest.json'))
      writeFileSync(join(folder, 'manifest.json.sig'), sign(null, text, otherKey()))
    },
    told: 'forged: manifest.json: its signature is not that of the key',
  },
]

const swapped = ([a = '', b = '', ...rest]: readonly string[]): readonly string[] => [b, a, ...rest]

/** Offsets that fit the order of the lines. */
const shifted = (lines: readonly string[]): readonly string[] => {
  let offset = 0
  return lines.map((line) => {
    const entry = { ...JSON.parse(line), offset }
    offset += entry.length + 1
    return JSON.stringify(entry)
  })
}
