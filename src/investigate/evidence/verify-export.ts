import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import { logSourceName } from '../../model/delivery.ts'
import { type AnchoredHead, type AnchoredLinks, checkAnchor, UNKNOWN_LINK } from './anchor-check.ts'
import { keyFingerprint } from './export.ts'
import { ExportedChain } from './exported-chain.ts'
import { linesOf, openToRead } from './lines.ts'
import {
  EXPORT_FILES,
  type ExportFile,
  Malformed,
  type Manifest,
  readManifest,
  readTombstoneLine,
} from './manifest.ts'
import { Problems, type Verification } from './problem.ts'
import type { TombstoneRecord } from './tombstones.ts'

/** What to verify an export with. */
export interface VerifyExportRequest {
  readonly folder: string
  /** Public keys that are known to be right; none: that of the export itself is taken. */
  readonly keys: readonly KeyObject[]
  readonly anchors: readonly string[]
}

/** Verifies an export by itself: nothing of the instance that wrote it is needed. */
export const verifyExport = async (request: VerifyExportRequest): Promise<Verification> => {
  const { folder, anchors } = request
  const problems = new Problems()
  const key = await keyOf(request, problems)
  const manifest = await manifestOf(folder, key, problems)
  if (manifest === undefined) return problems.done()
  const sums = await checkFiles(folder, manifest, problems)
  await checkSums(folder, sums, problems)
  await checkNames(folder, manifest, problems)
  const keys = key === undefined ? [] : [key]
  const stones = await tombstonesOf(folder, manifest, problems)
  const chains = new Map<string, ReadonlyMap<number, string>>()
  for (const source of manifest.sources) {
    const chain = new ExportedChain({
      ...{ folder, source, stones, keys },
      isWhole: manifest.whole,
      isAnchored: anchors.length > 0,
    })
    const name = chainKey(source.instance, logSourceName(source))
    chains.set(name, await guarded(problems, source.files.links, () => chain.verify(problems)))
  }
  if (anchors.length === 0) problems.note('no anchor was given: it would say when a link was made')
  for (const file of anchors) await checkAnchor(problems, file, keys, within(manifest, chains))
  return problems.done()
}

const chainKey = (instance: string, name: string): string => `${instance} ${name}`

/** What an anchor says of links that were not asked for, or made later, is not compared. */
const within =
  (manifest: Manifest, chains: ReadonlyMap<string, ReadonlyMap<number, string>>): AnchoredLinks =>
  async (instance, source, heads) => {
    const name = logSourceName(source)
    const links = chains.get(chainKey(instance, name)) ?? new Map<number, string>()
    const of = manifest.sources.find(
      (one) => one.instance === instance && logSourceName(one) === name,
    )
    const { cluster } = manifest.selection
    const isWhole = manifest.whole && (cluster === null || cluster === source.cluster)
    const isUnknown = ({ number, at }: AnchoredHead): boolean => {
      if (of === undefined || number > of.last_link) return !isWhole || at > manifest.made_at
      return number < of.first_link
    }
    const unknown = heads.filter(isUnknown).map(({ number }) => [number, UNKNOWN_LINK] as const)
    return new Map([...unknown, ...links])
  }

const keyOf = async (
  { folder, keys }: VerifyExportRequest,
  problems: Problems,
): Promise<KeyObject | undefined> => {
  const own = await ownKey(join(folder, EXPORT_FILES.publicKey))
  if (own === undefined) {
    problems.problem('changed', EXPORT_FILES.publicKey, 'it holds no public key')
    return keys[0]
  }
  const name = keyFingerprint(own)
  if (keys.length === 0) {
    problems.note(`the key is that of the export itself: compare its SHA-256 with the one you know`)
    problems.note(`SHA-256 of the public key: ${name}`)
    return own
  }
  const known = keys.find((key) => keyFingerprint(key) === name)
  if (known === undefined) {
    problems.problem('forged', EXPORT_FILES.publicKey, 'it is not the key that was given')
  }
  return known ?? keys[0]
}

const ownKey = async (path: string): Promise<KeyObject | undefined> => {
  const bytes = await bytesOf(path, KEY_BYTES_MAX)
  try {
    const key = createPublicKey(bytes)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

const KEY_BYTES_MAX = 65_536

const manifestOf = async (
  folder: string,
  key: KeyObject | undefined,
  problems: Problems,
): Promise<Manifest | undefined> => {
  const { manifest, signature } = EXPORT_FILES
  const bytes = await bytesOf(join(folder, manifest), LIMIT.evidenceManifestBytesMax)
  const signed = await bytesOf(join(folder, signature), KEY_BYTES_MAX)
  if (key === undefined || !verify(null, bytes, key, signed)) {
    problems.problem('forged', manifest, 'its signature is not that of the key')
  }
  try {
    const read = readManifest(bytes.toString('utf8'))
    if (key !== undefined && read.public_key_sha256 !== keyFingerprint(key)) {
      problems.problem('changed', manifest, 'it names another public key')
    }
    return read
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    problems.problem('changed', manifest, error.message)
    return undefined
  }
}

/** The digests of the files that are there. */
const checkFiles = async (
  folder: string,
  { files, sources }: Manifest,
  problems: Problems,
): Promise<ReadonlyMap<string, string>> => {
  const sums = new Map<string, string>()
  for (const { path, bytes, sha256 } of files) {
    const found = await digestOf(folder, path, problems)
    if (found === undefined) continue
    sums.set(path, found.sha256)
    if (found.bytes !== bytes) {
      problems.problem(
        'changed',
        path,
        `it has ${found.bytes} bytes, and was written with ${bytes}`,
      )
    } else if (found.sha256 !== sha256) {
      problems.problem('changed', path, 'its bytes are not those that were written')
    }
  }
  const named = new Set(files.map(({ path }) => path))
  for (const path of sources.flatMap((source) => Object.values(source.files))) {
    if (!named.has(path)) problems.problem('missing', path, 'the manifest has no digest of it')
  }
  for (const path of SEALED) {
    const found = await digestOf(folder, path, problems)
    if (found !== undefined) sums.set(path, found.sha256)
  }
  return sums
}

const SEALED = [EXPORT_FILES.manifest, EXPORT_FILES.signature, EXPORT_FILES.publicKey]

const digestOf = async (
  folder: string,
  path: string,
  problems: Problems,
): Promise<Omit<ExportFile, 'path'> | undefined> => {
  const digest = createHash('sha256')
  let bytes = 0
  try {
    const file = await openToRead(join(folder, path), true)
    for await (const chunk of file.createReadStream()) {
      digest.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    problems.problem('missing', path, 'it is not there, or cannot be read')
    return undefined
  }
  return { bytes, sha256: digest.digest('hex') }
}

const checkSums = async (
  folder: string,
  sums: ReadonlyMap<string, string>,
  problems: Problems,
): Promise<void> => {
  const expected = [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, sha256]) => `${sha256}  ${path}\n`)
    .join('')
  const bytes = await bytesOf(join(folder, EXPORT_FILES.sums), LIMIT.evidenceManifestBytesMax)
  if (bytes.toString('utf8') !== expected) {
    problems.problem('changed', EXPORT_FILES.sums, 'it does not agree with the files')
  }
}

/** A file of which nothing speaks could be taken for evidence. */
const checkNames = async (
  folder: string,
  { files }: Manifest,
  problems: Problems,
): Promise<void> => {
  const known = new Set([...files.map(({ path }) => path), ...SEALED, EXPORT_FILES.sums])
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isDirectory()) continue
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/')
    if (!known.has(path)) {
      problems.problem('added', path, 'the manifest does not speak of it')
    }
  }
}

const tombstonesOf = async (
  folder: string,
  { files }: Manifest,
  problems: Problems,
): Promise<readonly TombstoneRecord[]> => {
  const name = EXPORT_FILES.tombstones
  if (!files.some(({ path }) => path === name)) return []
  const records: TombstoneRecord[] = []
  await guarded(problems, name, async () => {
    for await (const { text } of linesOf(join(folder, name), true)) {
      records.push(readTombstoneLine(text))
    }
    return new Map()
  })
  return records
}

/** What cannot be read is told, and the rest is verified all the same. */
const guarded = async (
  problems: Problems,
  at: string,
  work: () => Promise<ReadonlyMap<number, string>>,
): Promise<ReadonlyMap<number, string>> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Fault || error instanceof Malformed)) throw error
    problems.problem('changed', at, `it cannot be read further: ${error.message}`)
    return new Map()
  }
}

/** A small file as a whole. */
const bytesOf = async (path: string, bytesMax: number): Promise<Buffer> => {
  const file = await openToRead(path, true)
  try {
    const { size } = await file.stat()
    if (size > bytesMax) throw new Fault('export/unreadable', `${path} is too long`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}
