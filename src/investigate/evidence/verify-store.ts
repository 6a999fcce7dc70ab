import { createHash, type KeyObject } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { LIMIT } from '../../base/limit.ts'
import type { Link } from '../../store/evidence/chain.ts'
import { LEAF_SQL } from '../../store/evidence/leaf.ts'
import type { Store } from '../../store/store.ts'
import { checkAnchor } from './anchor-check.ts'
import { ChainCheck } from './chain-check.ts'
import { Problems, type Verification } from './problem.ts'
import {
  type BatchRange,
  type ChainName,
  chainNames,
  type LinkStep,
  lastBatches,
  linkPages,
  linksByNumber,
  nameOf,
  OF_CHAIN,
  PATIENT,
  stepsOf,
  tombstonesIn,
} from './stored-chain.ts'
import { Tombstones } from './tombstones.ts'

/** What to verify a store with. */
export interface VerifyStoreRequest {
  readonly store: Store
  /** Public keys of the data directories whose evidence it is. */
  readonly keys: readonly KeyObject[]
  /** Files with heads that were anchored. */
  readonly anchors: readonly string[]
}

/**
 * Computes the leaf of every stored event anew, and every link from them; compares all with what
 * is stored, with the tombstones of retention and with the anchors.
 */
export const verifyStore = async (request: VerifyStoreRequest): Promise<Verification> => {
  const { store, keys, anchors } = request
  const problems = new Problems()
  const last = await lastBatches(store)
  for (const chain of await chainNames(store)) {
    await verifyChain(store, chain, last.get(chain.instance) ?? 0, keys, problems)
  }
  if (anchors.length === 0) {
    problems.note('without an anchor a tail that was cut off, or an older copy, does not show')
  }
  for (const file of anchors) {
    await checkAnchor(problems, file, keys, (instance, source, heads) =>
      linksByNumber(
        store,
        { instance, source },
        heads.map(({ number }) => number),
      ),
    )
  }
  return problems.done()
}

const verifyChain = async (
  store: Store,
  chain: ChainName,
  lastBatch: number,
  keys: readonly KeyObject[],
  problems: Problems,
): Promise<void> => {
  const name = nameOf(chain)
  const links = new ChainCheck(problems, name)
  const stones = new Tombstones(problems, chain, await tombstonesIn(store, chain), keys)
  const events = new EventCheck(store, chain, stones, problems)
  let after = -1
  for await (const page of linkPages(store, chain, { from: 0, to: lastBatch })) {
    for (const link of page) {
      links.take(link)
      stones.takeLink(link)
    }
    for (const step of stepsOf(page, after, eventsIn, LIMIT.evidenceLeavesPerStep)) {
      await events.check(step)
      after = Math.max(after, step.batches.to)
    }
  }
  await beyond(store, chain, { from: after + 1, to: lastBatch }, problems)
  problems.source({ name, links: links.count, events: events.intact, removed: stones.done() })
}

const eventsIn = ({ events }: Link): number => events

/** Rows behind the last link: of a batch that is being stored, or added by somebody. */
const beyond = async (
  store: Store,
  chain: ChainName,
  { from, to }: BatchRange,
  problems: Problems,
): Promise<void> => {
  const rows = await store.query(
    `SELECT batch, count() AS events FROM events WHERE ${OF_CHAIN} AND batch >= {from:UInt64} ` +
      `GROUP BY batch ORDER BY batch LIMIT ${LIMIT.evidenceProblemsMax}`,
    { instance: chain.instance, ...chain.source, from },
    PATIENT,
  )
  // Batches are stored one after the other: beyond the last whole one is the one that is open.
  const open = ((await lastBatches(store)).get(chain.instance) ?? to) + 1
  for (const { batch, events } of rows) {
    const number = Number(batch)
    if (number > to && number <= open) {
      problems.note(
        `batch ${number} of ${nameOf(chain)} is not whole yet: its ${events} events are no ` +
          'evidence until it is, and were not verified',
      )
      continue
    }
    const message = `no link speaks of its ${events} events of this log`
    problems.problem('added', `${nameOf(chain)} batch ${number}`, message)
  }
  const stray = await store.query(
    `SELECT count() AS links, min(batch) AS first FROM links WHERE ${OF_CHAIN} ` +
      'AND batch > {open:UInt64}',
    { instance: chain.instance, ...chain.source, open },
  )
  if (Number(stray[0]?.links ?? 0) === 0) return
  const message = `links of batch ${stray[0]?.first} and later are there, and no such batch`
  problems.problem('missing', nameOf(chain), message)
}

interface Row {
  readonly position: number
  readonly leaf: string
}

/** Compares the events of a chain with its links. */
class EventCheck {
  readonly #store: Store
  readonly #chain: ChainName
  readonly #stones: Tombstones
  readonly #problems: Problems
  #intact = 0

  constructor(store: Store, chain: ChainName, stones: Tombstones, problems: Problems) {
    this.#store = store
    this.#chain = chain
    this.#stones = stones
    this.#problems = problems
  }

  /** Events that agree with their links so far. */
  get intact(): number {
    return this.#intact
  }

  async check({ links, batches }: LinkStep): Promise<void> {
    const byBatch = new Map(links.map((link) => [link.batch, link]))
    const seen = new Set<Link>()
    for await (const { batch, rows } of this.#batches(batches)) {
      const link = byBatch.get(batch)
      if (link === undefined) {
        const message = `no link speaks of its ${rows.length} events of this log`
        this.#problems.problem('added', `${nameOf(this.#chain)} batch ${batch}`, message)
        continue
      }
      seen.add(link)
      await this.#compare(link, rows)
    }
    for (const link of links) if (!seen.has(link)) await this.#compare(link, [])
  }

  async *#batches(range: BatchRange): AsyncIterable<{ batch: number; rows: readonly Row[] }> {
    const { instance, source } = this.#chain
    let open: { batch: number; rows: Row[] } | undefined
    const answer = this.#store.stream(
      `SELECT batch, position, lower(hex(${LEAF_SQL})) AS leaf FROM events WHERE ${OF_CHAIN} ` +
        'AND batch BETWEEN {from:UInt64} AND {to:UInt64} ORDER BY batch, position, leaf',
      { instance, ...source, ...range },
    )
    for await (const rows of answer) {
      for (const row of rows) {
        const batch = Number(row.batch)
        if (open?.batch !== batch) {
          if (open !== undefined) yield open
          open = { batch, rows: [] }
        }
        open.rows.push({ position: Number(row.position), leaf: String(row.leaf) })
      }
    }
    if (open !== undefined) yield open
  }

  async #compare(link: Link, rows: readonly Row[]): Promise<void> {
    const missing = link.events - rows.length
    if (missing === 0 && digestOf(rows) === link.leaves) {
      this.#intact += rows.length
      return
    }
    if (missing > 0 && (this.#isRemoved(link, rows) || (await this.#isJustRemoved(link, rows)))) {
      this.#stones.takeMissing(missing)
      this.#intact += rows.length
      return
    }
    await this.#blame(link, rows)
  }

  /** Whether retention removed what is missing, and the rest is as it was. */
  #isRemoved({ number, leaves }: Link, rows: readonly Row[]): boolean {
    if (rows.length === 0) return this.#stones.covers(number)
    if (!this.#stones.coversPartly(number)) return false
    const all = new Map(this.#stones.leavesOf(number))
    for (const { position, leaf } of rows) all.set(position, leaf)
    const inOrder = [...all].toSorted(([a], [b]) => a - b).map(([, leaf]) => ({ leaf }))
    return digestOf(inOrder) === leaves
  }

  /** Whether it did so since verification began: it signs before it removes. */
  async #isJustRemoved(link: Link, rows: readonly Row[]): Promise<boolean> {
    this.#stones.take(await tombstonesIn(this.#store, this.#chain))
    return this.#isRemoved(link, rows)
  }

  async #blame(link: Link, rows: readonly Row[]): Promise<void> {
    const at = `${nameOf(this.#chain)} link ${link.number}`
    const of = `batch ${link.batch}, ${link.events} events`
    const missing = link.events - rows.length
    const double = rows.filter(({ position }, n) => rows[n - 1]?.position === position)
    if (missing > 0) {
      const where = await this.#emptyPositions(link)
      this.#problems.problem('missing', at, `${missing} events are missing (${of})${where}`)
      return
    }
    if (missing < 0) {
      const more = `${-missing} events are there that it does not speak of (${of})`
      this.#problems.problem('added', at, `${more}${positions(double)}`)
      return
    }
    if (double.length > 0 || (await this.#isReordered(link))) {
      this.#problems.problem('reordered', at, `its events are not in their order (${of})`)
      return
    }
    const message = `bytes of one or more of its events, or what it says of them, differ (${of})`
    this.#problems.problem('changed', at, message)
  }

  /** Positions within a batch are counted over all logs: those that nobody has. */
  async #emptyPositions({ batch }: Link): Promise<string> {
    const { instance } = this.#chain
    const rows = await this.#store.query(
      'SELECT arrayJoin(range((SELECT max(events) FROM batches WHERE ' +
        'instance = {instance:String} AND number = {batch:UInt64}))) AS position ' +
        'WHERE position NOT IN (SELECT position FROM events WHERE ' +
        'instance = {instance:String} AND batch = {batch:UInt64}) ' +
        `ORDER BY position LIMIT ${POSITIONS_SHOWN + 1}`,
      { instance, batch },
      PATIENT,
    )
    return positions(rows.map((row) => ({ position: Number(row.position) })))
  }

  /** Whether the leaves agree in the order in which the events were read. */
  async #isReordered(link: Link): Promise<boolean> {
    const { instance, source } = this.#chain
    const rows = await this.#store.query(
      `SELECT lower(hex(${LEAF_SQL})) AS leaf FROM events WHERE ${OF_CHAIN} ` +
        'AND batch = {batch:UInt64} ' +
        'ORDER BY arrived_at, place_key, place_offset, place_index, place_within',
      { instance, ...source, batch: link.batch },
      PATIENT,
    )
    return digestOf(rows.map(({ leaf }) => ({ leaf: String(leaf) }))) === link.leaves
  }
}

const POSITIONS_SHOWN = 20

const positions = (of: readonly { readonly position: number }[]): string => {
  if (of.length === 0) return ''
  const shown = of.slice(0, POSITIONS_SHOWN).map(({ position }) => position)
  const more = of.length > shown.length ? ' and more' : ''
  return ` at ${of.length === 1 ? 'position' : 'positions'} ${shown.join(', ')}${more}`
}

const digestOf = (rows: readonly { readonly leaf: string }[]): string => {
  const digest = createHash('sha256')
  for (const { leaf } of rows) {
    assert(leaf.length === 64, 'a leaf is 32 bytes in hexadecimal')
    digest.update(leaf, 'hex')
  }
  return digest.digest('hex')
}
