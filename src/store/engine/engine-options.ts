/** What the engine's process is told, as one line of JSON on its standard input. */
export interface EngineOptions {
  /**
   * Where it works, and its working directory: `data` within it is ClickHouse's own, `spool` holds
   * bodies being inserted.
   */
  readonly folder: string
  /** The Unix socket it listens on. */
  readonly socket: string
  /** Made when it does not exist, and what unqualified names belong to. */
  readonly database: string
  /** For everything the engine does, in bytes. */
  readonly memoryBytes: number
  /** How long a statement may go on after it was told to stop, in ms; then the process ends. */
  readonly stopMs: number
  /** The passwords of its two users. */
  readonly secrets: Readonly<Record<EngineRole, string>>
}

/** The engine's users: `write` may do anything, `read` only what the gate lets through. */
export type EngineRole = 'write' | 'read'

/** What the engine's process says on its standard output, one line of JSON each. */
export type EngineNews =
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'failed'; readonly reason: EngineFailure; readonly message: string }

/** Why the engine could not start: the package is missing, or else. */
export type EngineFailure = 'not-installed' | 'broken'

/** What the owner writes to the engine's standard input when it is to stop in good order. */
export const STOP_LINE = 'stop'
