import { BlockStore } from './block-store.ts'
import { GroupSegment, writeKey } from './group-segment.ts'
import type { GroupState } from './group-state.ts'
import {
  hasEpisode,
  newestTime,
  pack,
  packedWords,
  stateLength,
  stateOffset,
  unpack,
} from './packed.ts'
import { Victims } from './victims.ts'
import type { Outside } from './window/window.ts'

/** How the groups of one correlation are kept. */
export interface GroupKind {
  /** For how long after its newest time a state may still count. */
  readonly keptUs: number
  readonly outside: Outside | undefined
}

/** Enough for the largest state. */
const BLOCK_SIZES = 15
const SEGMENTS = 256
/** Segments that are searched for room before a group is given up for lack of it. */
const SWEEPS_MAX = 8

/** What everybody may use; above it, keys and each size of states have a part of their own. */
const COMMON_SHARE = 0.6
const KEYS_SHARE = 0.12
const SIZE_SHARE = 0.25 / BLOCK_SIZES

/**
 * The states of all groups of all correlations in a bounded number of bytes.
 *
 * A group that has little to remember costs little: its key, and the words it uses. When there is
 * no room, groups that no longer count go first; then the oldest of those that are most: of one
 * correlation, and with as much to remember as each other. Whoever floods with new keys pushes out
 * others of these, and no group that is further on its way.
 */
export class GroupTable {
  readonly #kinds: readonly GroupKind[]
  readonly #outsides: readonly Outside[]
  readonly #bytesMax: number
  readonly #blocks = new BlockStore(BLOCK_SIZES)
  readonly #segments: readonly GroupSegment[]
  readonly #evicted: Uint32Array
  /** When a group of each correlation was given up last, and one that had been judged to hold. */
  readonly #lostUs: Float64Array
  readonly #lostJudgedUs: Float64Array
  readonly #victims = new Victims()
  #evictions = 0
  #segmentBytes = 0
  #nowUs = 0
  /** The group that `load` was asked for. */
  readonly #key = new Uint32Array(4)
  #segment: GroupSegment
  #correlation = 0
  /** Where the search for room goes on. */
  #next = 0

  constructor(kinds: readonly GroupKind[], bytesMax: number) {
    this.#kinds = kinds
    this.#outsides = kinds.flatMap(({ outside }) => (outside === undefined ? [] : [outside]))
    this.#bytesMax = bytesMax
    this.#segment = new GroupSegment()
    const others = Array.from({ length: SEGMENTS - 1 }, () => new GroupSegment())
    this.#segments = [this.#segment, ...others]
    this.#evicted = new Uint32Array(kinds.length)
    this.#lostUs = new Float64Array(kinds.length).fill(Number.NEGATIVE_INFINITY)
    this.#lostJudgedUs = new Float64Array(kinds.length).fill(Number.NEGATIVE_INFINITY)
  }

  /** What everything takes in memory. */
  get bytes(): number {
    let bytes = this.#segmentBytes + this.#blocks.bytes
    for (const outside of this.#outsides) bytes += outside.bytes
    return bytes
  }

  /** Groups that were given up for room, of each correlation. */
  get evicted(): readonly number[] {
    return [...this.#evicted]
  }

  /** All groups that were given up. */
  get evictions(): number {
    return this.#evictions
  }

  /** Until when windows of a correlation may lack hits of groups that were given up. */
  lackingUntilUs(correlation: number): number {
    return (this.#lostUs[correlation] ?? 0) + (this.#kinds[correlation]?.keptUs ?? 0)
  }

  /** Until when what a correlation begins may have begun before, in a group that was given up. */
  repeatingUntilUs(correlation: number): number {
    return (this.#lostJudgedUs[correlation] ?? 0) + (this.#kinds[correlation]?.keptUs ?? 0)
  }

  /** Unpacks the state of a group; an empty one if there is none. Times only grow. */
  load(correlation: number, digest: string, nowUs: number, state: GroupState): void {
    writeKey(this.#key, digest, correlation)
    this.#nowUs = nowUs
    this.#correlation = correlation
    this.#segment = this.#segments[(this.#key[0] ?? 0) % SEGMENTS] ?? this.#segment
    state.clear()
    const slot = this.#segment.find(this.#key)
    if (slot >= 0) unpack(this.#blocks, this.#segment.blockAt(slot), state)
  }

  /** Packs the state of the group that was loaded last. Without room the group is given up. */
  store(state: GroupState): void {
    const size = this.#blocks.sizeFor(packedWords(state))
    const before = this.#blockOfKey()
    if (before < 0 && state.length === 0 && state.anyUs === 0) return
    if (before >= 0 && this.#blocks.sizeOf(before) === size && !this.#isCrowded()) {
      pack(this.#blocks, before, state)
      return
    }
    if (!this.#makeRoom(size) || (before < 0 && !this.#makeSlot())) {
      this.#giveUp(state)
      return
    }
    const block = this.#blocks.take(size)
    pack(this.#blocks, block, state)
    if (before < 0) this.#segment.add(this.#key, block)
    else {
      this.#segment.setBlock(this.#segment.find(this.#key), block)
      this.#blocks.free(before)
    }
  }

  #blockOfKey(): number {
    const slot = this.#segment.find(this.#key)
    return slot < 0 ? -1 : this.#segment.blockAt(slot)
  }

  /** Whether a block of a size can be had; others of it are given up if need be. */
  #makeRoom(size: number): boolean {
    for (let sweeps = 0; sweeps <= SWEEPS_MAX; sweeps += 1) {
      if (this.#hasRoom(size)) return true
      this.#next = (this.#next + 1) % SEGMENTS
      this.#sweep(this.#segments[this.#next] ?? this.#segment, (other) => other === size)
    }
    return false
  }

  /** What is outside of the table has the common part alone. */
  #isCrowded(): boolean {
    if (this.#kinds[this.#correlation]?.outside === undefined) return false
    return this.bytes > this.#bytesMax * COMMON_SHARE
  }

  #hasRoom(size: number): boolean {
    if (this.#isCrowded()) return false
    const more = this.#blocks.bytesForOneMore(size)
    if (more === 0) return true
    if (this.bytes + more <= this.#bytesMax * COMMON_SHARE) return true
    return this.#blocks.bytesOf(size) + more <= this.#bytesMax * SIZE_SHARE
  }

  /** Whether the segment has a slot for a new group, or can get one. */
  #makeSlot(): boolean {
    const segment = this.#segment
    if (segment.hasRoom) return true
    this.#sweep(segment, () => false)
    if (segment.hasRoom) return true
    const more = segment.growthBytes
    const isCommon = this.bytes + more <= this.#bytesMax * COMMON_SHARE
    if (isCommon || this.#segmentBytes + more <= this.#bytesMax * KEYS_SHARE) {
      this.#segmentBytes += more
      segment.grow()
      return true
    }
    this.#sweep(segment, () => true)
    return segment.hasRoom
  }

  /** Frees groups that no longer count, and the oldest of those whose size may go. */
  #sweep(segment: GroupSegment, mayGo: (size: number) => boolean): void {
    const victims = this.#victims
    victims.begin(segment.capacity, this.#kinds.length)
    const own = segment === this.#segment ? segment.find(this.#key) : -1
    for (let slot = 0; slot < segment.capacity; slot += 1) {
      const block = segment.blockAt(slot)
      if (block < 0 || slot === own) continue
      const correlation = segment.correlationAt(slot)
      const newestUs = newestTime(this.#blocks, block)
      const size = this.#blocks.sizeOf(block)
      if (newestUs <= this.#nowUs - (this.#kinds[correlation]?.keptUs ?? 0)) {
        this.#free(segment, slot)
      } else if (mayGo(size)) {
        victims.propose(slot, correlation, size, newestUs)
      }
    }
    for (const slot of victims.oldest()) {
      const isJudged = hasEpisode(this.#blocks, segment.blockAt(slot))
      this.#countEvicted(segment.correlationAt(slot), isJudged)
      this.#free(segment, slot)
    }
    if (victims.marked > 0) segment.retain((slot) => !victims.isMarked(slot))
  }

  /** Frees what a group holds, and marks its slot. */
  #free(segment: GroupSegment, slot: number): void {
    const block = segment.blockAt(slot)
    this.#victims.mark(slot)
    this.#kinds[segment.correlationAt(slot)]?.outside?.release(
      this.#blocks.pageOf(block),
      stateOffset(this.#blocks, block),
      stateLength(this.#blocks, block),
    )
    this.#blocks.free(block)
  }

  #giveUp(state: GroupState): void {
    this.#countEvicted(this.#correlation, state.anyUs > 0)
    this.#kinds[this.#correlation]?.outside?.release(state.words, 0, state.length)
    const own = this.#segment.find(this.#key)
    if (own < 0) return
    this.#blocks.free(this.#segment.blockAt(own))
    this.#segment.retain((slot) => slot !== own)
  }

  #countEvicted(correlation: number, isJudged: boolean): void {
    this.#evicted[correlation] = (this.#evicted[correlation] ?? 0) + 1
    this.#evictions += 1
    this.#lostUs[correlation] = this.#nowUs
    if (isJudged) this.#lostJudgedUs[correlation] = this.#nowUs
  }
}
