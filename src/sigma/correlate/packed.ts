import type { BlockStore } from './block-store.ts'
import { type GroupState, readTime, writeTime } from './group-state.ts'

/** Blocks of these sizes hold a state alone, of just that many words. */
const BARE_SIZES = 2
const HEADER_WORDS = 2
/** The words of the first size that has a header. */
const HEADED_WORDS_MIN = 8
const EPISODE_WORDS = 4
const HAS_EPISODE = 2 ** 31

/** Words that a state takes in a block. */
export const packedWords = (state: GroupState): number => {
  if (state.anyUs > 0) return HEADER_WORDS + state.length + EPISODE_WORDS
  if (state.length === 2 || state.length === 4) return state.length
  return Math.max(HEADED_WORDS_MIN, HEADER_WORDS + state.length)
}

/** Writes a state into a block that is large enough: what it was judged last goes behind it. */
export const pack = (blocks: BlockStore, block: number, state: GroupState): void => {
  const page = blocks.pageOf(block)
  const at = blocks.offsetOf(block)
  const words = state.words.subarray(0, state.length)
  if (blocks.sizeOf(block) < BARE_SIZES) {
    page.set(words, at)
    return
  }
  page[at] = state.length + (state.anyUs > 0 ? HAS_EPISODE : 0)
  page[at + 1] = 0
  page.set(words, at + HEADER_WORDS)
  if (state.anyUs === 0) return
  writeTime(page, at + HEADER_WORDS + state.length, state.yesUs, 0)
  writeTime(page, at + HEADER_WORDS + state.length + 2, state.anyUs, 0)
}

/** Reads a state from a block. */
export const unpack = (blocks: BlockStore, block: number, state: GroupState): void => {
  const page = blocks.pageOf(block)
  const start = stateOffset(blocks, block)
  state.length = stateLength(blocks, block)
  state.words.set(page.subarray(start, start + state.length))
  state.yesUs = 0
  state.anyUs = 0
  if (!hasEpisode(blocks, block)) return
  state.yesUs = readTime(page, start + state.length)
  state.anyUs = readTime(page, start + state.length + 2)
}

/** Where the state in a block begins in its page. */
export const stateOffset = (blocks: BlockStore, block: number): number =>
  blocks.offsetOf(block) + (blocks.sizeOf(block) < BARE_SIZES ? 0 : HEADER_WORDS)

/** How many words it has. */
export const stateLength = (blocks: BlockStore, block: number): number => {
  const size = blocks.sizeOf(block)
  if (size < BARE_SIZES) return 2 ** (size + 1)
  return (blocks.pageOf(block)[blocks.offsetOf(block)] ?? 0) % HAS_EPISODE
}

/** The newest time of a packed state, or when it was last judged, whichever is later. */
export const newestTime = (blocks: BlockStore, block: number): number => {
  const page = blocks.pageOf(block)
  const start = stateOffset(blocks, block)
  const length = stateLength(blocks, block)
  const newestUs = length === 0 ? 0 : readTime(page, start)
  if (!hasEpisode(blocks, block)) return newestUs
  return Math.max(newestUs, readTime(page, start + length + 2))
}

/** Whether the group was ever judged to hold, or perhaps to. */
export const hasEpisode = (blocks: BlockStore, block: number): boolean =>
  blocks.sizeOf(block) >= BARE_SIZES &&
  (blocks.pageOf(block)[blocks.offsetOf(block)] ?? 0) >= HAS_EPISODE
