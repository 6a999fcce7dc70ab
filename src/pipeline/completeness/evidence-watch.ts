import { LIMIT } from '../../base/limit.ts'
import type { LogSource } from '../../model/delivery.ts'
import type { EventRef } from '../../model/finding.ts'
import type { EvidenceNote, SourceObservation } from '../../model/source-health.ts'
import { Episode } from './episode.ts'

/** Counts events that say less than they should, hour by hour. */
export class EvidenceWatch {
  readonly #source: LogSource
  readonly #hours = new Map<EvidenceNote['kind'], Hour>()
  #truncated = 0

  constructor(source: LogSource) {
    this.#source = source
  }

  get truncated(): number {
    return this.#truncated
  }

  add(arrivedUs: number, seen: SourceObservation): readonly EvidenceNote[] {
    this.#truncated += seen.truncated
    return [
      ...this.#count('truncated', seen.truncated, undefined, arrivedUs, seen),
      ...this.#count('huge-metadata', seen.hugeMetadata, seen.hugeMetadataBytes, arrivedUs, seen),
      ...this.#count('missing-bodies', seen.missingBodies, undefined, arrivedUs, seen),
    ]
  }

  #count(
    kind: EvidenceNote['kind'],
    count: number,
    bytes: number | undefined,
    arrivedUs: number,
    seen: SourceObservation,
  ): readonly EvidenceNote[] {
    if (count === 0) return []
    const atUs = seen.firstUs ?? arrivedUs
    let hour = this.#hours.get(kind)
    if (hour === undefined || atUs - hour.episode.fromUs > HOUR_US) {
      hour = { episode: new Episode(atUs), bytes: 0, events: [] }
      this.#hours.set(kind, hour)
    }
    hour.episode.grow(seen.lastUs ?? atUs, count)
    hour.bytes += bytes ?? 0
    hour.events.push(...seen.examples.slice(0, LIMIT.noteEventsMax - hour.events.length))
    if (!hour.episode.isWorthTelling()) return []
    const { fromUs, toUs, amount } = hour.episode
    const events = [...hour.events]
    const size = bytes === undefined ? undefined : hour.bytes
    return [{ ...this.#source, kind, fromUs, toUs, key: '', events, count: amount, bytes: size }]
  }
}

interface Hour {
  readonly episode: Episode
  readonly events: EventRef[]
  bytes: number
}

const HOUR_US = 3_600_000_000
