import type { Issue } from '../base/issue.ts'
import type { Source } from '../model/event.ts'

/** One file to read, or the standard input. An archive is one input; its members share it. */
export interface Input {
  /** As shown: relative when the user gave it so. `-` is the standard input. */
  readonly path: string
  /** Size on disk, compressed as it is; 0 for the standard input. */
  readonly bytes: number
  /** Whose log it is. Of an archive: the archive itself; each block names its member. */
  readonly source: Source
  /** SHA-256 of its first 64 KiB on disk, 32 hex digits: tells files apart, whatever their name. */
  readonly fingerprint: string
}

/** Names the API server whose log the files are that `glob` matches: `--source cluster/server=GLOB`. */
export interface SourceName {
  readonly cluster: string
  readonly server: string
  readonly glob: string
}

/** The files behind the paths, folders, globs and `-` that a user gave, sorted by path. */
export declare const listInputs: (
  paths: readonly string[],
  names: readonly SourceName[],
) => Promise<{ readonly inputs: readonly Input[]; readonly issues: readonly Issue[] }>
