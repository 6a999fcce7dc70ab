/** What ClickHouse says when it refuses: its number, its name for it, and a sentence. */
export class EngineError extends Error {
  readonly code: number
  readonly type: string

  constructor(code: number, type: string, message: string) {
    super(message)
    this.name = 'EngineError'
    this.code = code
    this.type = type
  }

  /** As ClickHouse's HTTP interface writes it, and its clients read it. */
  get text(): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type})`
  }

  /**
   * The status of the HTTP answer.
   * Upstream: ClickHouse, src/Server/HTTPHandler.cpp, exceptionCodeToHTTPStatus.
   */
  get status(): number {
    return STATUS.get(this.code) ?? 500
  }
}

/** What the package chdb, or the system, threw, as ClickHouse's error. */
export const toEngineError = (thrown: unknown): EngineError => {
  if (thrown instanceof EngineError) return thrown
  const said = thrown instanceof Error ? thrown.message : String(thrown)
  if (thrown instanceof Error && 'errno' in thrown && 'code' in thrown) {
    return FULL.has(thrown.code)
      ? new EngineError(243, 'NOT_ENOUGH_SPACE', said)
      : new EngineError(425, 'SYSTEM_ERROR', said)
  }
  const found = /Code: (\d+)\. DB::Exception: ([\s\S]*?)(?: \(version [^)]*\))?\s*$/.exec(said)
  const [, code, rest = said] = found ?? []
  const type = /\(([A-Z][A-Z0-9_]+)\)\s*$/.exec(rest)
  const message = type === null ? rest : rest.slice(0, type.index).trimEnd()
  return new EngineError(Number(code ?? UNKNOWN), type?.[1] ?? 'UNKNOWN_EXCEPTION', message)
}

const UNKNOWN = 1002

const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

const STATUS: ReadonlyMap<number, number> = new Map([
  [36, 400],
  [46, 404],
  [47, 404],
  [60, 404],
  [62, 400],
  [81, 404],
  [115, 404],
  [164, 403],
  [241, 500],
  [456, 400],
  [457, 400],
  [516, 401],
])
