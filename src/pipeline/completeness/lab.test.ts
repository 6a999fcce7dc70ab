import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SourceNote } from '../../model/source-health.ts'
import { AuditMetricsReader } from '../../source/metrics/audit-metrics.ts'
import { fileSteps, LAB, of, play, webhookSteps } from './testing/recorded.ts'

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
  },
)

describe.skipIf(!existsSync(LAB))('recorded metrics (need ../shared/corpus)', () => {
  it.each(['full', 'metadata', 'typical'])('the metrics of %s are read', (name) => {
    const reader = new AuditMetricsReader()
    reader.push(readFileSync(new URL(`${name}/metrics-a.txt`, LAB)))
    const counters = reader.done()
    expect(counters?.eventTotal).toBeGreaterThan(1_000)
    expect(Object.keys(counters?.levelTotal ?? {}).length).toBeGreaterThan(0)
  })
})
