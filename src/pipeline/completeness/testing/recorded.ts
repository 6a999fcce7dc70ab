import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { decodeBlock } from '../../../decode/decode.ts'
import { microsecondsOf } from '../../../detect/time.ts'
import { enrich } from '../../../enrich/enrich.ts'
import type { BodyDelivery, LogSource } from '../../../model/delivery.ts'
import type { AuditEvent } from '../../../model/event.ts'
import type {
  Noticed,
  NoticedGap,
  SourceNote,
  SourceObservation,
} from '../../../model/source-health.ts'
import { openBlocks } from '../../../source/blocks.ts'
import { listInputs } from '../../../source/inputs.ts'
import { Completeness } from '../completeness.ts'
import { HealthCounter } from '../health-counter.ts'
import { linesAt, SECOND } from './observation.ts'

/** The recordings, which not everyone has. */
export const LAB: URL = new URL('../../../../../shared/corpus/lab/', import.meta.url)

/** Deliveries in order of their arrival. */
export interface Step {
  readonly source: LogSource
  readonly arrivedUs: number
  readonly seen: SourceObservation
}

const counted = (events: readonly AuditEvent[]): SourceObservation => {
  const counter = new HealthCounter('lab')
  for (const event of events) counter.add(enrich(event))
  return counter.done()
}

const eventsIn = (bytes: Uint8Array<ArrayBuffer>): readonly AuditEvent[] => {
  const events: AuditEvent[] = []
  const source = { cluster: 'lab', server: 'lab', file: 'audit.log' }
  decodeBlock(
    bytes,
    0,
    source,
    { strict: false },
    {
      event: (event) => events.push(event),
      issue() {},
      shape() {},
    },
  )
  return events
}

const timeOf = (event: AuditEvent): number => microsecondsOf(event.stageTimestamp) ?? 0

/** The lines of a file, as a follower reads them twice a second. */
export const fileSteps = (path: string, source: LogSource): readonly Step[] => {
  const events = eventsIn(Uint8Array.from(zstdDecompressSync(readFileSync(new URL(path, LAB)))))
  const groups = Map.groupBy(events, (event) => Math.floor(timeOf(event) / (SECOND / 2)))
  return [...groups].map(([half, group]) => ({
    source,
    arrivedUs: (half + 1) * (SECOND / 2) + 1_000,
    seen: counted(group),
  }))
}

/** The bodies of a webhook, whose names say when they came. */
export const webhookSteps = async (path: string, source: LogSource): Promise<readonly Step[]> => {
  const { inputs } = await listInputs([fileURLToPath(new URL(path, LAB))], [])
  const steps: Step[] = []
  for (const input of inputs) {
    for await (const block of openBlocks(input, new AbortController().signal, { sha256: false })) {
      const found = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d+)-/.exec(block.source.file)
      const [, year, month, day, hour, minute, second] = found ?? []
      const time = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
      const arrivedUs = microsecondsOf(time) ?? 0
      steps.push({ source, arrivedUs, seen: counted(eventsIn(block.bytes)) })
    }
  }
  return steps
}

/** What playing brought to light. */
export interface Watched {
  readonly watch: Completeness
  readonly notes: readonly SourceNote[]
  /** When each note was made. */
  readonly times: readonly number[]
  readonly gaps: readonly NoticedGap[]
}

/** Plays the deliveries, with a look at the clock each second, and `afterS` seconds longer. */
export const play = (steps: readonly Step[], afterS: number): Watched => {
  const watch = new Completeness()
  const notes: SourceNote[] = []
  const times: number[] = []
  const gaps: NoticedGap[] = []
  const sorted = [...steps].sort((a, b) => a.arrivedUs - b.arrivedUs)
  let nowUs = sorted[0]?.arrivedUs ?? 0
  const take = (noticed: Noticed, atUs: number): void => {
    notes.push(...noticed.notes)
    times.push(...noticed.notes.map(() => atUs))
    gaps.push(...noticed.gaps)
  }
  const tickTo = (untilUs: number): void => {
    for (; nowUs < untilUs; nowUs += SECOND) {
      take(watch.tick(nowUs), nowUs)
    }
  }
  for (const { source, arrivedUs, seen } of sorted) {
    tickTo(arrivedUs)
    const kind = source.way === 'webhook' ? bodyAt(source, arrivedUs) : linesAt(source, arrivedUs)
    take(watch.observe(kind, seen), arrivedUs)
  }
  tickTo(nowUs + afterS * SECOND)
  return { watch, notes, times, gaps }
}

const bodyAt = (source: LogSource, arrivedUs: number): BodyDelivery => {
  return { kind: 'body', source, arrivedUs, sha256: '', length: 0 }
}

/** A log source of the recordings. */
export const of = (server: string, way: LogSource['way']): LogSource => ({
  cluster: 'lab',
  server,
  way,
})
