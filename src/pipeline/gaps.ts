import { LIMIT } from '../base/limit.ts'
import type { Source } from '../model/event.ts'
import type { Gap } from '../model/finding.ts'

const MINUTE_MS = 60_000

/** A silence is a gap when it is this many minutes, and this many times the usual silence. */
const GAP_MINUTES_MIN = 10
const GAP_TIMES_USUAL = 10

/** A source with fewer minutes of events than this has no usual silence. */
const MINUTES_JUDGED_MIN = 10

/** The minutes in which each API server logged something, to find the stretches without any. */
export class SourceTimes {
  readonly #full = new Map<string, Source>()
  readonly #minutes = new Map<string, { source: Source; minutes: Set<number> }>()

  add(source: Source, minutes: readonly number[]): void {
    const name = `${source.cluster}\n${source.server}`
    const known = this.#minutes.get(name) ?? { source, minutes: new Set<number>() }
    this.#minutes.set(name, known)
    for (const minute of minutes) {
      if (known.minutes.size < LIMIT.sourceMinutesMax) known.minutes.add(minute)
      else if (!known.minutes.has(minute)) this.#full.set(name, source)
    }
  }

  /** Sources whose events lie in more minutes than are remembered: their gaps may be wrong. */
  full(): readonly Source[] {
    return [...this.#full].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source)
  }

  /** Stretches without events between the first and the last of a source, by source and time. */
  gaps(): readonly Gap[] {
    const sources = [...this.#minutes].sort(([a], [b]) => (a < b ? -1 : 1))
    return sources.flatMap(([, { source, minutes }]) => gapsOf(source, minutes))
  }
}

const gapsOf = ({ cluster, server }: Source, minutes: ReadonlySet<number>): readonly Gap[] => {
  if (minutes.size < MINUTES_JUDGED_MIN) return []
  const sorted = [...minutes].sort((a, b) => a - b)
  const silences = sorted.slice(1).map((minute, at) => minute - (sorted[at] ?? minute) - 1)
  const usual = [...silences].sort((a, b) => a - b)[Math.floor(silences.length / 2)] ?? 0
  const least = Math.max(GAP_MINUTES_MIN, usual * GAP_TIMES_USUAL)
  return silences.flatMap((silence, at) => {
    const before = sorted[at]
    if (before === undefined || silence < least) return []
    return [{ cluster, server, from: textOf(before + 1), to: textOf(before + 1 + silence) }]
  })
}

/** A hostile time may lie beyond what a date can say. */
const textOf = (minute: number): string => {
  const date = new Date(minute * MINUTE_MS)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
