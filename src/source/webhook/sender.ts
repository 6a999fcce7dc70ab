import { DigestSet } from '../../base/digest-set.ts'
import { LIMIT } from '../../base/limit.ts'
import { type GapKind, type LogSource, logSourceName } from '../../model/delivery.ts'
import type { SourceStatus } from '../source.ts'
import type { NamedSource } from './audit-path.ts'

/** A body that was kept earlier: it is recognised when it comes again. */
export interface KnownBody {
  readonly source: LogSource
  readonly sha256: string
}

/** How a body was kept: now, or it was there already. */
export type Kept = 'new' | 'duplicate'

/** What one API server has sent, and what must not be kept twice. */
export class Sender {
  readonly source: LogSource
  readonly name: string
  readonly #remembered = new DigestSet(LIMIT.bodiesRememberedMax)
  readonly #keeping = new Map<string, Promise<void>>()
  readonly #gaps: Partial<Record<GapKind, number>> = {}
  #deliveries = 0
  #duplicates = 0
  #bytes = 0
  #lastArrivedUs: number | undefined

  constructor(named: NamedSource) {
    this.source = { ...named, way: 'webhook' }
    this.name = logSourceName(this.source)
  }

  remember(sha256: string): void {
    this.#remembered.add(sha256)
  }

  /**
   * Keeps a body once. The same bytes while it is being kept wait for that, and fail with it; later
   * they are duplicates.
   */
  async keepOnce(sha256: string, keep: () => Promise<void>): Promise<Kept> {
    if (!this.#remembered.has(sha256)) {
      const before = this.#keeping.get(sha256)
      if (before === undefined) {
        await this.#keep(sha256, keep)
        return 'new'
      }
      await before
    }
    this.#duplicates += 1
    return 'duplicate'
  }

  arrived(bytes: number, atUs: number, gap: GapKind | undefined): void {
    this.#deliveries += 1
    this.#bytes += bytes
    this.#lastArrivedUs = atUs
    if (gap !== undefined) this.#gaps[gap] = (this.#gaps[gap] ?? 0) + 1
  }

  status(): SourceStatus {
    return {
      source: this.source,
      deliveries: this.#deliveries,
      bytes: this.#bytes,
      lastArrivedUs: this.#lastArrivedUs,
      duplicates: this.#duplicates,
      lagBytes: undefined,
      budgetSeconds: undefined,
      gaps: { ...this.#gaps },
    }
  }

  async #keep(sha256: string, keep: () => Promise<void>): Promise<void> {
    const kept = keep()
    this.#keeping.set(sha256, kept)
    try {
      await kept
      this.#remembered.add(sha256)
    } finally {
      this.#keeping.delete(sha256)
    }
  }
}

/** The senders of all API servers that ever sent, or were known beforehand. */
export class Senders {
  readonly #senders = new Map<string, Sender>()

  constructor(known: readonly KnownBody[]) {
    for (const { source, sha256 } of known) this.of(source)?.remember(sha256)
  }

  /** Undefined when there are too many already. */
  of(named: NamedSource): Sender | undefined {
    const key = `${named.cluster}/${named.server}`
    const there = this.#senders.get(key)
    if (there !== undefined) return there
    if (this.#senders.size >= LIMIT.webhookSourcesMax) return undefined
    const sender = new Sender({ cluster: named.cluster, server: named.server })
    this.#senders.set(key, sender)
    return sender
  }

  status(): readonly SourceStatus[] {
    return [...this.#senders.values()].map((sender) => sender.status())
  }
}
