import type { Issue } from '../base/issue.ts'
import type { Source } from '../model/event.ts'
import type { Input } from './inputs.ts'

/** Whole records of one file or archive member, decompressed. */
export interface Block {
  /** The only view of its ArrayBuffer, which may be transferred to a worker. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of bytes[0] in the decompressed content of `source.file`. */
  readonly offset: number
  /** Whose log: that of the input, or of a member (`x.tar.zst!name`) of an archive. */
  readonly source: Source
  /** First and last block of `source.file`. */
  readonly first: boolean
  readonly last: boolean
}

/** What reading an input came to. Complete once its blocks are consumed. */
export interface Ending {
  /** Decompressed bytes read, of all members. */
  readonly bytes: number
  /** Of the file as it lies on disk, 64 hex digits; only when asked for. */
  readonly sha256: string | undefined
  /** What could not be read, and where. */
  readonly issues: readonly Issue[]
}

/** Blocks in order, and after the last one how it ended. */
export interface Reading extends AsyncIterable<Block> {
  readonly ending: () => Ending
}

/** How to read. */
export interface ReadOptions {
  readonly sha256: boolean
}

/** Reads an input: decompresses, opens archives, and cuts where no record is split. */
export declare const openBlocks: (
  input: Input,
  signal: AbortSignal,
  options: ReadOptions,
) => Reading
