import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeBlock } from '../../decode/decode.ts'
import { microsecondsOf } from '../../detect/time.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { BodyDelivery, LogSource } from '../../model/delivery.ts'
import type { AuditEvent } from '../../model/event.ts'
import type { NoticedGap, SourceNote, SourceObservation } from '../../model/source-health.ts'
import { openBlocks } from '../../source/blocks.ts'
import { listInputs } from '../../source/inputs.ts'
import { AuditMetricsReader } from '../../source/metrics/audit-metrics.ts'
import { Completeness } from './completeness.ts'
import { HealthCounter } from './health-counter.ts'
import { linesAt, SECOND } from './testing/observation.ts'

const LAB = new URL('../../../../shared/corpus/lab/', import.meta.url)

/** Deliveries in order of their arrival. */
interface Step {
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
const fileSteps = (path: string, source: LogSource): readonly Step[] => {
  const events = eventsIn(Uint8Array.from(zstdDecompressSync(readFileSync(new URL(path, LAB)))))
  const groups = Map.groupBy(events, (event) => Math.floor(timeOf(event) / (SECOND / 2)))
  return [...groups].map(([half, group]) => ({
    source,
    arrivedUs: (half + 1) * (SECOND / 2) + 1_000,
    seen: counted(group),
  }))
}

/** The bodies of a webhook, whose names say when they came. */
const webhookSteps = async (path: string, source: LogSource): Promise<readonly Step[]> => {
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

interface Watched {
  readonly watch: Completeness
  readonly notes: readonly SourceNote[]
  readonly gaps: readonly NoticedGap[]
  readonly endUs: number
}

/** Plays the deliveries, with a look at the clock each second, and `afterS` seconds longer. */
const play = (steps: readonly Step[], afterS: number): Watched => {
  const watch = new Completeness()
  const notes: SourceNote[] = []
  const gaps: NoticedGap[] = []
  const sorted = [...steps].sort((a, b) => a.arrivedUs - b.arrivedUs)
  let nowUs = sorted[0]?.arrivedUs ?? 0
  const tickTo = (untilUs: number): void => {
    for (; nowUs < untilUs; nowUs += SECOND) {
      const noticed = watch.tick(nowUs)
      notes.push(...noticed.notes)
      gaps.push(...noticed.gaps)
    }
  }
  for (const { source, arrivedUs, seen } of sorted) {
    tickTo(arrivedUs)
    const kind = source.way === 'webhook' ? bodyAt(source, arrivedUs) : linesAt(source, arrivedUs)
    const noticed = watch.observe(kind, seen)
    notes.push(...noticed.notes)
    gaps.push(...noticed.gaps)
  }
  tickTo(nowUs + afterS * SECOND)
  return { watch, notes, gaps, endUs: nowUs }
}

const bodyAt = (source: LogSource, arrivedUs: number): BodyDelivery => {
  return { kind: 'body', source, arrivedUs, sha256: '', length: 0 }
}

const of = (server: string, way: LogSource['way']): LogSource => ({ cluster: 'lab', server, way })

const kindsOf = (notes: readonly SourceNote[]): readonly string[] =>
  [...new Set(notes.map(({ kind }) => kind))].sort()

describe.skipIf(!existsSync(LAB))(
  'recordings of a real control plane (needs ../shared/corpus)',
  () => {
    it('an ordinary day of three servers, by files and webhooks, gives no note', async () => {
      const steps = await Promise.all(
        ['a', 'b', 'c'].flatMap((server) => [
          fileSteps(`metadata/audit-${server}.log.zst`, of(server, 'file')),
          webhookSteps(`metadata/webhook-${server}.tar.zst`, of(server, 'webhook')),
        ]),
      )
      const { notes, gaps, watch } = play(steps.flat(), 0)
      expect(notes).toEqual([])
      expect(gaps).toEqual([])
      expect(watch.sources()).toHaveLength(6)
    })

    it('events that cannot be encoded are changes without an answer, and the batch is missed', async () => {
      const { notes } = play(
        [
          ...fileSteps('ops/poison/audit-f.log.zst', of('f', 'file')),
          ...(await webhookSteps('ops/poison/webhook-f.tar.zst', of('f', 'webhook'))),
        ],
        100,
      )
      const orphans = notes.flatMap((note) => (note.kind === 'orphans' ? [note] : []))
      expect(orphans.map(({ verb, writes, atStop }) => [verb, writes > 0, atStop])).toContainEqual([
        'patch',
        true,
        false,
      ])
      expect(orphans.every(({ verb }) => verb === 'patch')).toBe(true)
      // The file alone shows them as well, and no others.
      const alone = play(fileSteps('ops/poison/audit-f.log.zst', of('f', 'file')), 100).notes
      expect(kindsOf(alone.filter(({ kind }) => kind !== 'silence'))).toEqual(['orphans'])
    })

    it('events that the API server cut off are told, and those that it threw away', () => {
      const { notes } = play(fileSteps('ops/truncation/audit-e.log.zst', of('e', 'file')), 100)
      const truncated = notes.filter(({ kind }) => kind === 'truncated')
      expect(truncated.at(-1)?.events.length).toBeGreaterThan(0)
      expect(notes.some(({ kind }) => kind === 'orphans')).toBe(true)
    })

    it('an outage of the receiver loses nothing while batches are repeated', async () => {
      const { notes } = play(
        [
          ...fileSteps('ops/outage/audit-g.log.zst', of('g', 'file')),
          ...(await webhookSteps('ops/outage/webhook-g.tar.zst', of('g', 'webhook'))),
        ],
        0,
      )
      expect(kindsOf(notes)).not.toContain('orphans')
    })

    it.each(['full', 'metadata', 'typical'])('the metrics of %s are read', (name) => {
      const reader = new AuditMetricsReader()
      reader.push(readFileSync(new URL(`${name}/metrics-a.txt`, LAB)))
      const counters = reader.done()
      expect(counters?.eventTotal).toBeGreaterThan(1_000)
      expect(Object.keys(counters?.levelTotal ?? {}).length).toBeGreaterThan(0)
    })
  },
)
