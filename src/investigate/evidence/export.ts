import { createPublicKey, hash, type KeyObject, sign } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { LIMIT } from '../../base/limit.ts'
import { publicKeyOf } from '../../store/evidence/anchor.ts'
import type { Link } from '../../store/evidence/chain.ts'
import { LEAF_SQL } from '../../store/evidence/leaf.ts'
import type { Store, StoreRecord } from '../../store/store.ts'
import { timeOfStore } from '../../store/upkeep/store-time.ts'
import { ExportFolder, type ExportWriter } from './export-folder.ts'
import {
  EXPORT_FILES,
  EXPORT_FORMAT,
  type ExportSource,
  type IndexLine,
  type LinkLine,
  type Manifest,
} from './manifest.ts'
import { Problems } from './problem.ts'
import { type Selection, type SelectionSql, selectionSql } from './selection.ts'
import {
  type BatchRange,
  type ChainName,
  chainNames,
  type LinkStep,
  lastBatches,
  linkPages,
  OF_CHAIN,
  PATIENT,
  stepsOf,
  tombstonesIn,
} from './stored-chain.ts'
import { type TombstoneRecord, Tombstones } from './tombstones.ts'

/** What to export, from where, and who says so. */
export interface ExportRequest {
  readonly store: Store
  readonly folder: string
  readonly selection: Selection
  /** The private key of the data directory: Ed25519. */
  readonly key: KeyObject
  readonly clock: Clock
  readonly tool: string
  /** A digest of the rules that come with the tool. */
  readonly rules: string | undefined
  /** The user who asks for it. */
  readonly by: string
}

/**
 * Writes the selected events as they are stored, with the links that prove them, to a new folder.
 * The same store, selection and moment give the same bytes. Gives what was signed. Rejects with the
 * Fault `export/retained` when retention removed some of it meanwhile.
 */
export const exportEvidence = async (request: ExportRequest): Promise<Manifest> => {
  const { store, selection, key } = request
  const asked = await selectionSql(store, selection)
  const folder = new ExportFolder(request.folder)
  await folder.make()
  const last = await lastBatches(store)
  const sources: ExportSource[] = []
  const stones: string[] = []
  for (const chain of await chainNames(store)) {
    const { cluster } = chain.source
    if (selection.cluster !== undefined && selection.cluster !== cluster) continue
    const range = await rangeOf(store, chain, asked, last.get(chain.instance) ?? 0)
    if (range === undefined) continue
    const name = `${String(sources.length + 1).padStart(4, '0')}.ndjson`
    const records = await tombstonesIn(store, chain)
    const own = new Tombstones(new Problems(), chain, records, [createPublicKey(key)])
    sources.push(await new ChainExport(store, chain, asked, folder, own).run(range, name))
    await mustBeLast(store, chain, records)
    for (const stone of records) stones.push(`${JSON.stringify(stone)}\n`)
  }
  if (stones.length > 0) await folder.write(EXPORT_FILES.tombstones, stones.join(''))
  if (asked.finding !== undefined) await folder.write(EXPORT_FILES.finding, `${asked.finding}\n`)
  const manifest = manifestOf(request, asked, sources, folder)
  await seal(folder, manifest, key)
  return manifest
}

/** Retention signs before it removes: what it signed for meanwhile may be missing in the export. */
const mustBeLast = async (
  store: Store,
  chain: ChainName,
  before: readonly TombstoneRecord[],
): Promise<void> => {
  if ((await tombstonesIn(store, chain)).length === before.length) return
  const message = 'retention removed events while they were exported: export again, to a new folder'
  throw new Fault('export/retained', message)
}

/** The SHA-256 by which a key is recognised: of its public half in DER. */
export const keyFingerprint = (publicKey: KeyObject): string =>
  hash('sha256', publicKey.export({ type: 'spki', format: 'der' }))

const manifestOf = (
  { selection, key, clock, tool, rules, by }: ExportRequest,
  { isWhole }: SelectionSql,
  sources: readonly ExportSource[],
  folder: ExportFolder,
): Manifest => {
  const timeOrNull = (us: number | undefined): string | null =>
    us === undefined ? null : timeOfStore(us)
  return {
    format: EXPORT_FORMAT,
    tool,
    rules: rules ?? null,
    made_at: timeOfStore(clock.nowUs()),
    made_by: by,
    public_key_sha256: keyFingerprint(createPublicKey(key)),
    selection: {
      cluster: selection.cluster ?? null,
      since: timeOrNull(selection.sinceUs),
      until: timeOrNull(selection.untilUs),
      finding: selection.finding ?? null,
    },
    whole: isWhole,
    sources,
    files: folder.files,
  }
}

/** Manifest, signature, public key, and the sums for `sha256sum -c`. */
const seal = async (folder: ExportFolder, manifest: Manifest, key: KeyObject): Promise<void> => {
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)
  await folder.write(EXPORT_FILES.manifest, text)
  await folder.write(EXPORT_FILES.signature, sign(null, text, key))
  await folder.write(EXPORT_FILES.publicKey, publicKeyOf(key))
  const sums = folder.files.map(({ path, sha256 }) => `${sha256}  ${path}\n`)
  await folder.write(EXPORT_FILES.sums, sums.join(''))
}

/** The batches in which events of a chain were asked for; undefined: none. */
const rangeOf = async (
  store: Store,
  { instance, source }: ChainName,
  { condition, parameters, isWhole }: SelectionSql,
  lastBatch: number,
): Promise<BatchRange | undefined> => {
  if (isWhole) return { from: 0, to: lastBatch }
  const [row] = await store.query(
    'SELECT count() AS events, min(batch) AS first, max(batch) AS last FROM events ' +
      `WHERE ${OF_CHAIN} AND batch <= {lastBatch:UInt64} AND ${condition}`,
    { instance, ...source, lastBatch, ...parameters },
    PATIENT,
  )
  if (Number(row?.events ?? 0) === 0) return undefined
  return { from: Number(row?.first), to: Number(row?.last) }
}

/** Writes what was selected of one chain. */
class ChainExport {
  readonly #store: Store
  readonly #chain: ChainName
  readonly #asked: SelectionSql
  readonly #folder: ExportFolder
  readonly #stones: Tombstones
  #events = 0
  #firstUs: number | undefined
  #lastUs: number | undefined
  #firstLink = 0
  #lastLink = 0

  constructor(
    store: Store,
    chain: ChainName,
    asked: SelectionSql,
    folder: ExportFolder,
    stones: Tombstones,
  ) {
    this.#store = store
    this.#chain = chain
    this.#asked = asked
    this.#folder = folder
    this.#stones = stones
  }

  async run(range: BatchRange, name: string): Promise<ExportSource> {
    const files = { events: `events/${name}`, index: `index/${name}`, links: `links/${name}` }
    const events = await this.#folder.create(files.events)
    const index = await this.#folder.create(files.index)
    const links = await this.#folder.create(files.links)
    for await (const page of linkPages(this.#store, this.#chain, range)) {
      const steps = stepsOf(page, range.from - 1, bytesBehind, LIMIT.evidenceBytesPerStep)
      for (const step of steps) await this.#step(step, { events, index, links })
    }
    for (const file of [events, index, links]) await file.close()
    const { instance, source } = this.#chain
    return {
      instance,
      ...source,
      events: this.#events,
      first_time: this.#firstUs === undefined ? null : timeOfStore(this.#firstUs),
      last_time: this.#lastUs === undefined ? null : timeOfStore(this.#lastUs),
      first_link: this.#firstLink,
      last_link: this.#lastLink,
      files,
    }
  }

  async #step({ links, batches }: LinkStep, to: Writers): Promise<void> {
    const byBatch = new Map(links.map((link) => [link.batch, link]))
    const leaves = new Map(links.map((link) => [link, this.#leafList(link)]))
    const touched = new Set<Link>()
    for await (const rows of this.#rows(batches)) {
      for (const row of rows) {
        const link = byBatch.get(Number(row.batch))
        if (link === undefined) continue
        const leaf = leaves.get(link)?.add(Number(row.position), String(row.leaf)) ?? 0
        if (row.bytes === null) continue
        touched.add(link)
        await this.#event(row, link.number, leaf, to)
      }
    }
    for (const link of links) {
      await this.#link(
        link,
        touched.has(link) ? (leaves.get(link)?.done() ?? null) : null,
        to.links,
      )
    }
  }

  #leafList({ number }: Link): LeafList {
    return new LeafList(this.#stones.coversPartly(number) ? this.#stones.leavesOf(number) : NONE)
  }

  #rows({ from, to }: BatchRange): AsyncIterable<readonly StoreRecord[]> {
    const { condition, parameters } = this.#asked
    const { instance, source } = this.#chain
    // Bytes travel as base64: they need not be UTF-8.
    return this.#store.stream(
      `SELECT batch, position, lower(hex(${LEAF_SQL})) AS leaf, place, lower(hex(masked_from)) AS masked, ` +
        'toUnixTimestamp64Micro(received_at) AS received_us, ' +
        `if(${condition}, base64Encode(raw), NULL) AS bytes FROM events ` +
        `WHERE ${OF_CHAIN} AND batch BETWEEN {from:UInt64} AND {to:UInt64} ` +
        'ORDER BY batch, position, leaf',
      { instance, ...source, from, to, ...parameters },
    )
  }

  async #event(row: StoreRecord, link: number, leaf: number, to: Writers): Promise<void> {
    const raw = Buffer.from(String(row.bytes), 'base64')
    const line: IndexLine = {
      link,
      leaf,
      offset: to.events.bytes,
      length: raw.length,
      place: String(row.place),
      masked_from: row.masked === ZEROS ? null : String(row.masked),
    }
    await to.index.write(`${JSON.stringify(line)}\n`)
    await to.events.write(raw)
    await to.events.write('\n')
    this.#events += 1
    if (row.received_us === null) return
    const us = Number(row.received_us)
    this.#firstUs = Math.min(us, this.#firstUs ?? us)
    this.#lastUs = Math.max(us, this.#lastUs ?? us)
  }

  async #link(link: Link, leaf: readonly string[] | null, to: ExportWriter): Promise<void> {
    const { source: _, ...of } = link
    const line: LinkLine = { ...of, leaf }
    await to.write(`${JSON.stringify(line)}\n`)
    if (this.#firstLink === 0) this.#firstLink = link.number
    this.#lastLink = link.number
  }
}

/** The leaves of a link in their order, with those of events that retention removed. */
class LeafList {
  readonly #removed: readonly (readonly [number, string])[]
  readonly #leaves: string[] = []
  #next = 0

  constructor(removed: ReadonlyMap<number, string>) {
    this.#removed = [...removed].toSorted(([a], [b]) => a - b)
  }

  /** Takes the leaf of an event that is there, in order of positions. Gives which leaf it is. */
  add(position: number, leaf: string): number {
    this.#until(position)
    return this.#leaves.push(leaf) - 1
  }

  done(): readonly string[] {
    this.#until(Number.POSITIVE_INFINITY)
    return this.#leaves
  }

  #until(position: number): void {
    for (; this.#next < this.#removed.length; this.#next += 1) {
      const [at, leaf] = this.#removed[this.#next] ?? [0, '']
      if (at > position) return
      // What is there after all speaks for itself.
      if (at < position) this.#leaves.push(leaf)
    }
  }
}

const NONE: ReadonlyMap<number, string> = new Map()

interface Writers {
  readonly events: ExportWriter
  readonly index: ExportWriter
  readonly links: ExportWriter
}

const ZEROS = '0'.repeat(64)

/** About what the events of a link take: what was read for it, if it says so. */
const bytesBehind = ({ reading, events }: Link): number =>
  bytesIn(reading) ?? events * BYTES_PER_EVENT

const bytesIn = (reading: string): number | undefined => {
  try {
    const { bytes } = JSON.parse(reading) as { readonly bytes?: unknown }
    return typeof bytes === 'number' ? bytes : undefined
  } catch {
    return undefined // Somebody changed it: its digest says so when it is verified.
  }
}

const BYTES_PER_EVENT = 4_096
