/** Where in the user's input something is wrong. Lines and columns count from 1, offsets from 0. */
export interface Place {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** Byte offset in the decompressed content of `file`. */
  readonly offset?: number
  /** Bytes concerned, from `offset`. */
  readonly length?: number
}

/**
 * A fault in the user's input: a value, collected and shown, never thrown. `code` is
 * `area/name` and is documented in docs/reference/issues.md.
 */
export interface Issue {
  readonly code: string
  readonly message: string
  readonly at: Place
  /** How many like it this one stands for, itself included; absent means 1. */
  readonly count?: number
}

/** What an issue code means and what to do about it. The reference page is made of these. */
export interface IssueKind {
  readonly about: string
  readonly remedy: string
  /** `error`: something could not be used. `warning`: used, with a reservation. */
  readonly severity: 'error' | 'warning'
}

/** A table of issue kinds by code: one for each folder that raises issues. */
export type IssueTable = Readonly<Record<string, IssueKind>>

/** Adds issues to others, however many: as arguments of `push` they could exhaust the stack. */
export const addIssues = (to: Issue[], from: readonly Issue[]): void => {
  for (const issue of from) to.push(issue)
}

/** `file:line:column` or `file@offset+length`, as far as known. */
export const formatPlace = (at: Place): string => {
  const line =
    at.line === undefined ? '' : `:${at.line}${at.column === undefined ? '' : `:${at.column}`}`
  const length = at.length === undefined ? '' : `+${at.length}`
  const offset = at.line !== undefined || at.offset === undefined ? '' : `@${at.offset}${length}`
  return `${at.file ?? ''}${line}${offset}`
}
